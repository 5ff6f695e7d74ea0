using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Synapse.Hubs;

/// <summary>
/// A hub of models on the loopback interface, on the wire as the public one: the list of a revision, files by commit, and large files on another host, to
/// which it sends its callers on. <see cref="Change"/> makes anything of a reply.
/// </summary>
public sealed class FakeHub : IAsyncDisposable
{
    /// <summary>Name of the host of large files.</summary>
    public const string StorageName = "storage.localhost";

    private readonly HubAuthority? _authority;
    private readonly TcpListener _hub = new(IPAddress.Loopback, 0);
    private readonly TcpListener _storage = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    private FakeHub(HubAuthority? authority)
    {
        _authority = authority;
        _hub.Start();
        _storage.Start();
        _accepting = Task.WhenAll(AcceptAsync(_hub, false), AcceptAsync(_storage, true));
    }

    /// <summary>Address of the hub.</summary>
    public Uri Address => new($"{Scheme}://127.0.0.1:{PortOf(_hub)}");

    /// <summary>Host and port of large files; another name than the hub's.</summary>
    public string StorageHost => $"{StorageName}:{PortOf(_storage)}";

    /// <summary>The models by id.</summary>
    public ConcurrentDictionary<string, HubModel> Models { get; } = new(StringComparer.Ordinal);

    /// <summary>What came in, in its order.</summary>
    public ConcurrentQueue<HubRequest> Requests { get; } = new();

    /// <summary>Makes another reply of the one that a sound hub gives.</summary>
    public Func<HubRequest, HubReply, HubReply> Change { get; set; } = static (_, reply) => reply;

    /// <summary>The token that is asked for; null for none.</summary>
    public string? Token { get; set; }

    public static FakeHub Start(params HubModel[] models) => Start(null, models);

    /// <summary>Starts a hub.</summary>
    /// <param name="authority">Signed its certificate; it must outlive the hub. Null for a hub without TLS.</param>
    /// <param name="models">Its models.</param>
    public static FakeHub Start(HubAuthority? authority, params HubModel[] models)
    {
        var hub = new FakeHub(authority);
        foreach (var model in models)
        {
            hub.Models[model.Id] = model;
        }

        return hub;
    }

    /// <summary>Bytes of bodies that the host of large files has sent.</summary>
    public long StorageBytes => Requests.Where(request => request.IsStorage).Sum(request => request.BytesSent);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _hub.Stop();
        _storage.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private string Scheme => _authority is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private async Task AcceptAsync(TcpListener listener, bool isStorage)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(_stop.Token);
                _connections.Add(ServeAsync(client, isStorage));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client, bool isStorage)
    {
        await Task.Yield();
        using (client)
        {
            try
            {
                await using var stream = await SecureAsync(client.GetStream());
                if (await ReadAsync(stream, isStorage) is { } request)
                {
                    Requests.Enqueue(request);
                    await WriteAsync(stream, request, Change(request, Answer(request)));
                }
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException or AuthenticationException)
            {
                // The client has left, or does not trust the certificate, or the test is over.
            }
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream stream)
    {
        if (_authority is null)
        {
            return stream;
        }

        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _authority.Certificate }, _stop.Token);
        return secured;
    }

    private async Task<HubRequest?> ReadAsync(Stream stream, bool isStorage)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.Latin1.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new HubRequest(isStorage, lines[0].Split(' ')[1], headers);
    }

    private HubReply Answer(HubRequest request)
    {
        if (request.IsStorage)
        {
            return Models.Values.SelectMany(model => model.Files).FirstOrDefault(file => request.Target == $"/{HubModel.Sha256(file.Value)}").Value is { } content
                ? Send(request, content, $"\"{HubModel.Sha256(content)}\"")
                : new HubReply(403, []);
        }

        if (Token is not null && request.Header("Authorization") != $"Bearer {Token}")
        {
            return new HubReply(request.Header("Authorization") is null ? 401 : 403, []).With("X-Error-Code", "GatedRepo");
        }

        var parts = request.Target.Split('?')[0].Trim('/').Split('/');
        return parts switch
        {
            ["api", "models", var owner, var name, "revision", var revision] when Models.TryGetValue($"{owner}/{name}", out var model)
                => revision == "main" || revision == model.Commit ? new HubReply(200, List(model)) : new HubReply(404, []).With("X-Error-Code", "RevisionNotFound"),
            [var owner, var name, "resolve", var commit, .. var path] when Models.TryGetValue($"{owner}/{name}", out var model) && commit == model.Commit
                => Resolve(request, model, string.Join('/', path)),
            _ => new HubReply(404, []).With("X-Error-Code", "RepoNotFound"),
        };
    }

    private HubReply Resolve(HubRequest request, HubModel model, string path)
        => !model.Files.TryGetValue(path, out var content) ? new HubReply(404, []).With("X-Error-Code", "EntryNotFound")
            : HubModel.IsLarge(path) ? new HubReply(302, []).With("Location", $"{Scheme}://{StorageHost}/{HubModel.Sha256(content)}").With("X-Repo-Commit", model.Commit)
            : Send(request, content, $"\"{HubModel.GitBlob(content)}\"").With("X-Repo-Commit", model.Commit);

    private static HubReply Send(HubRequest request, byte[] content, string tag)
    {
        if (request.Header("Range") is { } range && (request.Header("If-Range") ?? tag) == tag)
        {
            var start = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            return start >= content.Length
                ? new HubReply(416, []).With("Content-Range", $"bytes */{content.Length}")
                : new HubReply(206, content[start..]).With("Content-Range", $"bytes {start}-{content.Length - 1}/{content.Length}").With("ETag", tag);
        }

        return new HubReply(200, content).With("ETag", tag);
    }

    private static byte[] List(HubModel model)
    {
        var siblings = new JsonArray();
        foreach (var (path, content) in model.Files)
        {
            var lie = model.Lies.GetValueOrDefault(path);
            var entry = new JsonObject { ["rfilename"] = path, ["size"] = lie.Size ?? content.Length };
            if (HubModel.IsLarge(path))
            {
                entry["lfs"] = new JsonObject { ["sha256"] = lie.Sha256 ?? HubModel.Sha256(content), ["size"] = lie.Size ?? content.Length, ["pointerSize"] = 134 };
                entry["blobId"] = new string('0', 40);
            }
            else
            {
                entry["blobId"] = HubModel.GitBlob(content);
            }

            siblings.Add(entry);
        }

        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["sha"] = model.Commit, ["siblings"] = siblings, ["cardData"] = new JsonObject { ["license"] = "cc0-1.0" } });
    }

    private async Task WriteAsync(Stream stream, HubRequest request, HubReply reply)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} Status\r\nConnection: close\r\nContent-Length: {reply.DeclaredLength ?? reply.Body.Length}\r\n");
        foreach (var (name, value) in reply.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
        var end = Math.Min(reply.CutAfter ?? reply.Body.Length, reply.Body.Length);
        var pause = Math.Min(reply.PauseAfter ?? end, end);
        await SendAsync(stream, request, reply.Body.AsMemory(0, pause));
        if (reply.PauseAfter is not null)
        {
            reply.Paused?.TrySetResult();
            await reply.Resume.WaitAsync(_stop.Token);
        }

        await SendAsync(stream, request, reply.Body.AsMemory(pause, end - pause));
    }

    private async Task SendAsync(Stream stream, HubRequest request, ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, _stop.Token);
        request.BytesSent += bytes.Length;
    }
}
