using System.Net;
using System.Net.Http.Headers;
using Synapse.Errors;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Downloading;

/// <summary>
/// Fetches one file into a <c>.part</c> beside its place, goes on where that ends, and gives it its name when its size and digest are right.
/// </summary>
internal sealed class FileDownload(HubClient hub, ModelReference model, string commit, HubFile file, string target, TimeProvider time, PullMeter meter)
{
    private static readonly TimeSpan s_silenceLimit = TimeSpan.FromSeconds(60);
    private readonly string _part = $"{target}.part";
    private readonly string _tag = $"{target}.part.etag";

    /// <summary>Bytes that are here.</summary>
    public long Here => Have();

    /// <summary>Takes note of what an earlier pull has left.</summary>
    public void Begin()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Have() > file.SizeBytes)
        {
            Forget();
        }

        meter.Keep(file.Path, Have());
    }

    /// <summary>Makes one attempt.</summary>
    /// <exception cref="RetryHubException">It failed, and another may not.</exception>
    /// <exception cref="ModelDownloadCorruptException">What came is not what was announced.</exception>
    public async Task AttemptAsync(CancellationToken cancellationToken)
    {
        if (Have() < file.SizeBytes)
        {
            await ReceiveAsync(cancellationToken);
        }

        if (file.SizeBytes == 0)
        {
            await File.WriteAllBytesAsync(_part, [], cancellationToken);
        }

        if (await FindFaultAsync(cancellationToken) is { } fault)
        {
            Discard();
            throw new ModelDownloadCorruptException(model.Name, file.Path, fault);
        }

        File.Move(_part, target, overwrite: true);
        File.Delete(_tag);
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var have = Have();
        using var response = await hub.OpenFileAsync(model, commit, file.Path, request => AskForRest(request, have), cancellationToken);
        var start = StartOf(response, have);
        if (start < have)
        {
            Discard();
        }

        if (response.Content.Headers.ContentLength is { } length && length != file.SizeBytes - start)
        {
            throw Corrupt($"the hub announced {file.SizeBytes} bytes and sends {length + start}");
        }

        KeepTag(response);
        // Without a buffer of its own: what came is in the file, should the process be killed.
        await using var output = new FileStream(_part, new FileStreamOptions { Mode = start == 0 ? FileMode.Create : FileMode.Append, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous });
        await CopyAsync(response, output, start, cancellationToken);
    }

    private void AskForRest(HttpRequestMessage request, long have)
    {
        var tag = File.Exists(_tag) && EntityTagHeaderValue.TryParse(File.ReadAllText(_tag), out var kept) ? kept : null;

        // Without a tag a part is only gone on with when a digest tells in the end.
        if (have == 0 || (tag is null && file.Sha256 is null && file.BlobId is null))
        {
            return;
        }

        request.Headers.Range = new RangeHeaderValue(have, null);
        if (tag is not null)
        {
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }
    }

    // Where the body begins in the file: at what was asked for, or at its beginning.
    private long StartOf(HttpResponseMessage response, long have)
    {
        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange is { HasRange: true, Unit: "bytes" } range
            && range.From == have && (range.Length ?? file.SizeBytes) == file.SizeBytes)
        {
            return have;
        }

        if (response.StatusCode == HttpStatusCode.OK)
        {
            return 0;
        }

        Discard();
        throw new RetryHubException("The hub did not send the rest of the file that was asked for; it is fetched anew.", TimeSpan.Zero);
    }

    // A weak tag does not promise the same bytes (RFC 9110, 13.1.5).
    private void KeepTag(HttpResponseMessage response)
    {
        if (response.Headers.ETag is { IsWeak: false } tag)
        {
            File.WriteAllText(_tag, tag.ToString());
        }
        else
        {
            File.Delete(_tag);
        }
    }

    private async Task CopyAsync(HttpResponseMessage response, FileStream output, long written, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, s_silenceLimit, Timeout.InfiniteTimeSpan);
        var buffer = new byte[128 * 1_024];
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            for (int read; (read = await ReadAsync(body, buffer, limit.Token, cancellationToken)) > 0; written += read)
            {
                if (written + read > file.SizeBytes)
                {
                    throw Corrupt($"more came than the {file.SizeBytes} bytes that the hub announced");
                }

                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                meter.Receive(file.Path, read);
                timer.Change(s_silenceLimit, Timeout.InfiniteTimeSpan);
            }
        }
        finally
        {
            output.Flush(flushToDisk: true);
        }

        if (written < file.SizeBytes)
        {
            throw new RetryHubException("The download was cut off.");
        }
    }

    // Errors of the network alone: those of the disk must not look like them.
    private static async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, limit);
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException)
        {
            throw new RetryHubException("The download was cut off.", innerException: cut);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RetryHubException($"The download stood still for {s_silenceLimit.TotalSeconds:0} s.", innerException: late);
        }
    }

    private async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
        => file.Sha256 is { } sha ? await FileHashes.Sha256Async(_part, cancellationToken) == sha ? null : "its SHA-256 is not the one that the hub names"
            : file.BlobId is { } blob && await FileHashes.GitBlobAsync(_part, cancellationToken) != blob ? "its digest is not the one that the hub names"
            : null;

    private long Have() => new FileInfo(_part) is { Exists: true } part ? part.Length : 0;

    private void Discard()
    {
        meter.Discard(file.Path, Have());
        Forget();
    }

    private void Forget()
    {
        File.Delete(_part);
        File.Delete(_tag);
    }

    private ModelDownloadCorruptException Corrupt(string reason)
    {
        Discard();
        return new ModelDownloadCorruptException(model.Name, file.Path, reason);
    }
}
