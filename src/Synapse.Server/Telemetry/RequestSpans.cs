using System.Diagnostics;
using OpenTelemetry;

namespace Synapse.Server.Telemetry;

/// <summary>Leaves of the web server's own spans what <see cref="RequestTrace"/> says of them: the framework would write addresses, which name collections and documents.</summary>
internal sealed class RequestSpans : BaseProcessor<Activity>
{
    /// <summary>Name of the web server's source.</summary>
    public const string SourceName = "Microsoft.AspNetCore";

    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Source.Name != SourceName)
        {
            return;
        }

        foreach (var name in data.TagObjects.Select(static tag => tag.Key).Except(RequestTrace.Attributes).ToList())
        {
            data.SetTag(name, null);
        }

        if (data.GetCustomProperty(RequestTrace.Unmarked) is not null)
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
