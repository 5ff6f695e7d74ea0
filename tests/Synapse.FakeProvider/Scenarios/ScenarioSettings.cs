namespace Synapse.Fakes.Scenarios;

/// <summary>Which scenario the next request meets.</summary>
internal sealed class ScenarioSettings
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RequestKind, ScenarioCall> _byKind = [];
    private readonly Queue<ScenarioCall> _sequence = [];
    private readonly ScenarioCall _usual = ScenarioCall.Parse("ok-stream");
    private ScenarioCall _current;

    public ScenarioSettings(string scenario) => _current = ScenarioCall.Parse(scenario);

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

    public void Set(string scenario)
    {
        var call = ScenarioCall.Parse(scenario);
        lock (_gate)
        {
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

    private static ScenarioCall PerRequest(string scenario)
    {
        var call = ScenarioCall.Parse(scenario);
        return call.Scenario.Connection == ConnectionFault.None
            ? call
            : throw new ArgumentException($"The scenario '{call.Scenario.Id}' acts on connections, so it cannot be set for one kind or one request.", nameof(scenario));
    }
}
