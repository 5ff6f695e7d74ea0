using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Egress.Connecting;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Sqlite;

namespace Synapse.Egress.Tests.TestSupport;

/// <summary>The way out with the real ledger in a temporary folder, and a server on loopback that does as a test says.</summary>
internal sealed class EgressHost : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("synapse-egress-").FullName;
    private readonly WebApplication _app;
    private readonly TestAuthority _authority = new("api.example");
    private SqliteStore _store;
    private int _securePort;

    private EgressHost(RequestDelegate reply)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        File.WriteAllText(CaFile, _authority.AuthorityPem);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, secure => secure.UseHttps(_authority.ServerCertificate));
        });
        _app = builder.Build();
        _app.Run(reply);
        _store = OpenStore();
    }

    public int Port { get; private set; }

    public string Address => $"http://127.0.0.1:{Port}";

    public SqliteStore Store => _store;

    /// <summary>The authority that signed the certificate of this host's server, which is for <c>api.example</c>.</summary>
    public string CaFile => Path.Combine(_folder, "ca.pem");

    /// <summary>A route to <c>https://api.example</c>, which leaves this machine as far as the policy is concerned.</summary>
    public static EgressRoute PublicRoute { get; } = new("cloud", new Uri("https://api.example/v1"), AddressReach.Public);

    /// <summary>Names that were asked of the name server.</summary>
    public List<string> Asked { get; } = [];

    public static async Task<EgressHost> StartAsync(RequestDelegate reply)
    {
        var host = new EgressHost(reply);
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        var addresses = host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToArray();
        host.Port = addresses.Single(address => address.Scheme == "http").Port;
        host._securePort = addresses.Single(address => address.Scheme == "https").Port;
        return host;
    }

    /// <summary>A way out.</summary>
    /// <param name="options">The options; null for none.</param>
    /// <param name="resolve">What the name server says; null when it must not be asked.</param>
    /// <param name="dial">What connects to an address that was allowed; null for a real connection.</param>
    /// <param name="ledger">The ledger; null for the store's.</param>
    public EgressClients Egress(
        EgressOptions? options = null,
        Func<string, IPAddress[]>? resolve = null,
        Func<IPEndPoint, CancellationToken, ValueTask<Stream>>? dial = null,
        IEgressLedger? ledger = null)
    {
        var faults = new List<string>();
        var policy = EgressPolicy.Create(options ?? new EgressOptions(), faults);
        Assert.Empty(faults);
        Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellationToken)
        {
            Asked.Add(name);
            return Task.FromResult(resolve?.Invoke(name) ?? throw new InvalidOperationException($"The name server was asked for {name}."));
        }

        var dialer = dial is null ? new Dialer(policy) { Resolve = ResolveAsync } : new Dialer(policy) { Resolve = ResolveAsync, Dial = dial };
        return new EgressClients(policy, ledger ?? _store, _store, TrustedAuthorities.Read(policy.CaFile), TimeProvider.System, NullLogger<EgressClients>.Instance)
        {
            Dialer = dialer,
        };
    }

    /// <summary>A client for <see cref="PublicRoute"/> whose internet is this host's server.</summary>
    public HttpClient PublicClient(IEgressLedger? ledger = null, bool trusted = true)
        => Egress(new EgressOptions { CaFile = trusted ? CaFile : null }, _ => [IPAddress.Parse("1.1.1.1")], DialHereAsync, ledger).CreateClient(PublicRoute);

    /// <summary>Takes every address for this host's server.</summary>
    public async ValueTask<Stream> DialHereAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, endPoint.Port == 443 ? _securePort : Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Waits for what was noted and reads the ledger, oldest first.</summary>
    public async Task<IReadOnlyList<EgressEntry>> ReadLedgerAsync()
    {
        // Closing the store writes all that is still on its way.
        await _store.DisposeAsync();
        _store = OpenStore();
        var entries = await _store.ListAsync(AccessScope.Everything, new EgressFilter(), before: null, 1_000, TestContext.Current.CancellationToken);
        return [.. entries.Reverse()];
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private SqliteStore OpenStore() => SqliteStore.Open(_folder, TimeProvider.System, NullLogger<SqliteStore>.Instance);
}
