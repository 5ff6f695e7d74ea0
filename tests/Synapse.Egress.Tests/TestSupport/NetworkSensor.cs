using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Synapse.Egress.Tests.TestSupport;

/// <summary>Hears every connection, name resolution and HTTP request of this process, as the framework itself reports them: no code of ours can forget to.</summary>
internal sealed class NetworkSensor : EventListener
{
    private readonly ConcurrentQueue<string> _events = [];

    /// <summary>What was heard: <c>ConnectStart ADDRESS</c>, <c>ResolutionStart NAME</c>, <c>RequestStart SCHEME HOST PORT PATH</c>.</summary>
    public IReadOnlyList<string> Events => [.. _events];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Sockets" or "System.Net.NameResolution" or "System.Net.Http")
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName is "ConnectStart" or "ResolutionStart" or "RequestStart")
        {
            _events?.Enqueue($"{eventData.EventName} {string.Join(' ', eventData.Payload ?? (IEnumerable<object?>)[])}");
        }
    }
}
