using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Synapse.Errors;
using Synapse.LocalModels.Keeping;
using Synapse.Privacy;

namespace Synapse.LocalModels.Downloading;

/// <summary>Asks a hub, and follows where it sends a download on to. Every host has a route of its own, so every hop is checked and entered in the ledger.</summary>
internal sealed class HubClient(ModelStoreOptions options, IEgress egress, TimeProvider time) : IDisposable
{
    private const int MaxHops = 5;
    private const int MaxListingBytes = 16 * 1_024 * 1_024;
    private const string Provider = "models";
    private static readonly TimeSpan s_headerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_listingLimit = TimeSpan.FromSeconds(60);

    private readonly DownloadHosts _hosts = new(options.Hub, options.DownloadHosts);
    private readonly ConcurrentDictionary<string, HttpClient> _clients = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Asks which commit a revision names, and what is in it.</summary>
    public async Task<HubRevision> GetRevisionAsync(ModelReference model, string revision, CancellationToken cancellationToken)
    {
        var address = new Uri(options.Hub, $"{BasePath}/api/models/{model.HubId}/revision/{Uri.EscapeDataString(revision)}?blobs=true");
        using var response = await SendAsync(model.Name, address, null, static _ => { }, cancellationToken);
        Check(model.Name, response, isHub: true, $"revision '{revision}'");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, s_listingLimit, Timeout.InfiniteTimeSpan);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            return HubRevision.Parse(model.Name, await ReadAsync(model.Name, body, limit.Token));
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new RetryHubException("The hub's reply was cut off.", innerException: cut);
        }
    }

    /// <summary>Opens a file of a commit.</summary>
    /// <param name="model">The model.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="path">The file.</param>
    /// <param name="prepare">Adds headers to the request.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The reply, with a status of 200, 206 or 416.</returns>
    public async Task<HttpResponseMessage> OpenFileAsync(ModelReference model, string commit, string path, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        var address = new Uri(options.Hub, $"{BasePath}/{model.HubId}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");
        var response = await SendAsync(model.Name, address, commit, prepare, cancellationToken);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        try
        {
            Check(model.Name, response, _hosts.IsHub(response.RequestMessage!.RequestUri!), $"file '{path}'");
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    // A mirror may lie below a path: https://nexus.example/repository/hub
    private string BasePath => options.Hub.AbsolutePath.TrimEnd('/');

    private async Task<HttpResponseMessage> SendAsync(string model, Uri address, string? commit, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= MaxHops; hop++)
        {
            var response = await SendOnceAsync(model, address, prepare, cancellationToken);
            if (_hosts.IsHub(address) && commit is not null && response.Headers.TryGetValues("X-Repo-Commit", out var commits) && commits.First() != commit)
            {
                response.Dispose();
                throw new ModelHubException(model, "The hub answered with another commit than it was asked for.");
            }

            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                return response;
            }

            var location = response.Headers.Location;
            response.Dispose();
            address = Next(model, address, location);
        }

        throw new ModelHubException(model, $"The hub sent the download on more than {MaxHops} times.");
    }

    private Uri Next(string model, Uri address, Uri? location)
    {
        if (location is null)
        {
            throw new ModelHubException(model, "The hub sent the download on without saying where to.");
        }

        var next = new Uri(address, location);
        return _hosts.Allows(next)
            ? next
            : throw new ModelHubException(model, $"The hub sent the download on to '{next.Scheme}://{EgressPolicy.HostOf(next)}', which is not allowed. If that host is the hub's own, name it in Synapse:Models:DownloadHosts; only https is followed.");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(string model, Uri address, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("synapse", null));
        prepare(request);
        if (options.Token is { Length: > 0 } token && _hosts.IsHub(address))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limit, s_headerLimit, Timeout.InfiniteTimeSpan);
        using var activity = EgressActivity.Begin(EgressPurpose.Models, []);
        var host = EgressPolicy.HostOf(address);
        try
        {
            return await ClientOf(address).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (EgressRefusedException refused) when (refused.Rule is EgressRules.Offline or EgressRules.Dns or EgressRules.NotListed)
        {
            throw new EgressRefusedException(host, refused.Rule,
                $"{refused.Reason} To bring the model as a file: run 'synapse models pull {model}' and 'synapse models bundle {model} --output FILE' on a machine that may connect, then 'synapse models import FILE' here.");
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new ModelHubException(model, $"No secure connection to {host}: {WhyInsecure((error.InnerException ?? error).Message)}", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new RetryHubException($"{host} cannot be reached: {error.Message.TrimEnd('.')}.", innerException: error);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RetryHubException($"{host} did not answer within {s_headerLimit.TotalSeconds:0} s.", innerException: late);
        }
    }

    // The framework tells faults of a certificate in its message alone, by the names of enumerations.
    private static string WhyInsecure(string text)
        => text.Contains(nameof(SslPolicyErrors.RemoteCertificateNameMismatch), StringComparison.Ordinal) ? "its certificate is for another name. Check the address."
            : text.Contains(nameof(X509ChainStatusFlags.NotTimeValid), StringComparison.Ordinal) ? "its certificate has run out, or is not valid yet. Check the clock of this machine; else the certificate has to be renewed there."
            : text.Contains(nameof(X509ChainStatusFlags.PartialChain), StringComparison.Ordinal) || text.Contains(nameof(X509ChainStatusFlags.UntrustedRoot), StringComparison.Ordinal)
                ? "its certificate is of an authority that is not trusted here. If that is your own, or that of a gateway that looks into TLS, name its PEM file in Synapse:Egress:CaFile."
            : $"{text.TrimEnd('.')}.";

    private HttpClient ClientOf(Uri address)
    {
        var authority = $"{address.Scheme}://{EgressPolicy.HostOf(address)}";
        if (_clients.TryGetValue(authority, out var known))
        {
            return known;
        }

        // Two at once may both make one; the loser's has opened nothing.
        var made = egress.CreateClient(new EgressRoute(Provider, new Uri(authority), options.ReachOf(address)));
        var kept = _clients.GetOrAdd(authority, made);
        if (kept != made)
        {
            made.Dispose();
        }

        return kept;
    }

    private void Check(string model, HttpResponseMessage response, bool isHub, string what)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var host = EgressPolicy.HostOf(response.RequestMessage!.RequestUri!);
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.First() : null;
        throw (status, code) switch
        {
            // The address that a hub sends on to holds for a time only; the next attempt asks for a new one.
            (401 or 403, _) when !isHub => new RetryHubException($"{host} refused the download (status {status})."),
            (404, _) or (_, "RepoNotFound" or "RevisionNotFound" or "EntryNotFound") => new ModelNotOnHubException(model, NotFound(host, code, what)),
            (401 or 403, _) => new ModelDeniedException(model, Denied(status)),
            (408 or 429 or 500 or 502 or 503 or 504, _) => new RetryHubException($"{host} answered with status {status}.", RetryAfter(response)),
            _ => new ModelHubException(model, $"{host} answered with status {status}."),
        };
    }

    private string NotFound(string host, string? code, string what)
        => code == "RepoNotFound" && options.Token is null
            ? $"{host} has no such model, or does not show it without a token. Check its name; for a private model set HF_TOKEN."
            : $"{host} has no such {(code == "RepoNotFound" ? "model" : what)}. Check the name.";

    private string Denied(int status)
        => options.Token is null
            ? "It is gated: accept its licence on its page, make a token that may read it, and set HF_TOKEN."
            : $"It does not accept the token (status {status}): check HF_TOKEN, and that its account has accepted the licence on the model's page.";

    private TimeSpan? RetryAfter(HttpResponseMessage response)
        => response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
            _ => null,
        };

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string model, Stream body, CancellationToken cancellationToken)
    {
        await using var read = new MemoryStream();
        var buffer = new byte[64 * 1_024];
        for (int count; (count = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await read.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            if (read.Length > MaxListingBytes)
            {
                throw new ModelHubException(model, $"The hub's list of files is larger than {MaxListingBytes} bytes.");
            }
        }

        return read.ToArray();
    }
}
