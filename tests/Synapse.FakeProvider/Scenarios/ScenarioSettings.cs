using Synapse.Fakes.Dialects;

namespace Synapse.Fakes.Scenarios;

/// <summary>Which scenario the next request meets.</summary>
internal sealed class ScenarioSettings
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RequestKind, ScenarioCall> _byKind = [];
    private readonly Queue<ScenarioCall> _sequence = [];
    private readonly ScenarioCall _usual = ScenarioCall.Parse("ok-stream");
    private ScenarioCall _current;

    private readonly bool _https;
    private Dialect _dialect;

    public ScenarioSettings(Dialect dialect, string scenario, bool https)
    {
        _dialect = dialect;
        _https = https;
        _current = Parse(dialect, scenario);
    }

    public Dialect Dialect
    {
        get
        {
            lock (_gate)
            {
                return _dialect;
            }
        }
    }

    public string Current
    {
        get
        {
            lock (_gate)
            {
                return _current.Text;
            }
        }
    }

    public ConnectionFault ConnectionFault
    {
        get
        {
            lock (_gate)
            {
                return _current.Scenario.Connection;
            }
        }
    }

    /// <summary>Called when connections are to be treated in another way.</summary>
    public Action<ConnectionFault>? ConnectionFaultChanged { get; set; }

    /// <summary>Changes the scenario, and the dialect when one is given; ends sequences and settings per kind.</summary>
    public void Set(string scenario, Dialect? dialect = null)
    {
        ScenarioCall call;
        lock (_gate)
        {
            call = Parse(dialect ?? _dialect, scenario);
            _dialect = dialect ?? _dialect;
            _current = call;
            _byKind.Clear();
            _sequence.Clear();
        }

        ConnectionFaultChanged?.Invoke(call.Scenario.Connection);
    }

    public void Set(RequestKind kind, string scenario)
    {
        var call = PerRequest(scenario);
        lock (_gate)
        {
            _byKind[kind] = call;
        }
    }

    public void SetSequence(IEnumerable<string> scenarios)
    {
        var calls = scenarios.Select(PerRequest).ToList();
        lock (_gate)
        {
            _sequence.Clear();
            calls.ForEach(_sequence.Enqueue);
        }
    }

    /// <summary>The scenario for the next request of a kind.</summary>
    public ScenarioUse Next(RequestKind kind)
    {
        lock (_gate)
        {
            if (_byKind.TryGetValue(kind, out var call))
            {
                return call.Next();
            }

            var isWork = kind is RequestKind.Chat or RequestKind.Embeddings or RequestKind.Rerank;
            call = isWork && _sequence.TryDequeue(out var queued) ? queued : _current;
            return (call.Scenario.Kinds.Contains(kind) ? call : _usual).Next();
        }
    }

    private ScenarioCall PerRequest(string scenario)
    {
        var call = Parse(Dialect, scenario);
        return call.Scenario.Connection == ConnectionFault.None
            ? call
            : throw new ArgumentException($"The scenario '{call.Scenario.Id}' acts on connections, so it cannot be set for one kind or one request.", nameof(scenario));
    }

    private ScenarioCall Parse(Dialect dialect, string scenario)
    {
        var call = ScenarioCall.Parse(scenario);
        call.Scenario.RequireSuits(dialect);
        if (!_https && call.Scenario.Connection is (ConnectionFault.BadCertificate or ConnectionFault.ExpiredCertificate))
        {
            throw new ArgumentException($"The scenario '{call.Scenario.Id}' needs HTTPS.", nameof(scenario));
        }

        return call;
    }
}
