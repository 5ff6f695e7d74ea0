using System.Net;
using System.Security.Cryptography.X509Certificates;
using Synapse.Fakes.Control;
using Synapse.Fakes.Dialects;
using Synapse.Fakes.Scenarios;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes;

/// <summary>A server on the loopback interface that behaves on the wire as a known kind of model server does, in good times and in bad.</summary>
/// <remarks>It stops with everything that it still sends when it is disposed.</remarks>
public sealed class FakeProvider : IAsyncDisposable
{
    private readonly FakeState _state;
    private readonly ConnectionServer _server;
    private readonly Listener _listener;
    private readonly Listener _control;

    private FakeProvider(FakeProviderOptions options)
    {
        _state = new(options);
        _server = new(_state);
        _listener = new(new(options.Address, options.Port), _server.ServeAsync);
        _control = new(new(IPAddress.Loopback, options.ControlPort), new ControlServer(this, _state).ServeAsync);
        _state.Scenarios.ConnectionFaultChanged = fault => _listener.Refuse(fault == ConnectionFault.Refused);
        _listener.Refuse(_state.Scenarios.ConnectionFault == ConnectionFault.Refused);
    }

    /// <summary>The manners that it knows.</summary>
    public static IReadOnlyList<string> Dialects => DialectCatalogue.Ids;

    /// <summary>All scenarios, with the dialects in which they make sense.</summary>
    public static IReadOnlyList<ScenarioInfo> Scenarios { get; } =
    [
        .. ScenarioCatalogue.All.Select(scenario => new ScenarioInfo(
            scenario.Id,
            scenario.Group,
            scenario.Summary,
            [.. DialectCatalogue.Dialects.Where(scenario.Suits).Select(dialect => dialect.Id)],
            scenario.Kinds,
            scenario.Parameters)),
    ];

    /// <summary>Where the scenario can be changed over HTTP.</summary>
    public Uri ControlAddress => new($"http://127.0.0.1:{_control.Port}/__control");

    /// <summary>Where it listens: scheme, host and port.</summary>
    public Uri Address => new($"{(_state.Options.Https ? "https" : "http")}://{_state.Options.Address}:{_listener.Port}/");

    /// <summary>The root below which its certificate stands, for clients to trust; null without HTTPS.</summary>
    public X509Certificate2? TrustedRoot => _server.Certificates?.Root;

    /// <summary>What it was started with.</summary>
    public FakeProviderOptions Options => _state.Options;

    /// <summary>Who issues the tokens that its Azure dialects accept.</summary>
    public FakeEntra Entra => _state.Entra;

    /// <summary>Whose manners it has; one of <see cref="Dialects"/>.</summary>
    public string Dialect => _state.Dialect.Id;

    /// <summary>What happens to all requests from now on, as <c>id?parameter=value&amp;parameter=value</c>. Ends sequences and settings per kind.</summary>
    /// <exception cref="ArgumentException">There is no such scenario, it has no such parameter, or it makes no sense in this dialect.</exception>
    public string Scenario
    {
        get => _state.Scenarios.Current;
        set => _state.Scenarios.Set(value);
    }

    /// <summary>The requests so far, in the order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _state.Log.All;

    /// <summary>The connections that are open now.</summary>
    public int OpenConnections => _state.Log.OpenConnections;

    /// <summary>The connections that were ever accepted.</summary>
    public long AcceptedConnections => _state.Log.AcceptedConnections;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ArgumentException">There is no such dialect or scenario.</exception>
    public static FakeProvider Start(FakeProviderOptions? options = null) => new(options ?? new());

    /// <summary>Takes on other manners, and a scenario of theirs.</summary>
    /// <exception cref="ArgumentException">There is no such dialect or scenario, or the scenario makes no sense in the dialect.</exception>
    public void Use(string dialect, string scenario = "ok-stream") => _state.Scenarios.Set(scenario, DialectCatalogue.Get(dialect));

    /// <summary>What happens to requests of one kind from now on, whatever <see cref="Scenario"/> says.</summary>
    /// <exception cref="ArgumentException">There is no such scenario, it has no such parameter, or it acts on connections rather than on requests.</exception>
    public void SetScenario(RequestKind kind, string scenario) => _state.Scenarios.Set(kind, scenario);

    /// <summary>What happens to the next requests, one scenario each; afterwards everything is as before. Requests for models, health and tokens do not count.</summary>
    /// <exception cref="ArgumentException">There is no such scenario, it has no such parameter, or it acts on connections rather than on requests.</exception>
    public void SetSequence(params IEnumerable<string> scenarios) => _state.Scenarios.SetSequence(scenarios);

    /// <summary>Forgets the requests so far.</summary>
    public void ClearRequests() => _state.Log.Clear();

    /// <summary>Completes when a condition on the requests and connections holds; looks after each change.</summary>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public Task WaitUntilAsync(Func<FakeProvider, bool> condition, TimeSpan longest, CancellationToken cancellationToken)
        => _state.Log.WaitUntilAsync(() => condition(this), longest, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        await _listener.DisposeAsync();
        _server.Dispose();
    }
}
