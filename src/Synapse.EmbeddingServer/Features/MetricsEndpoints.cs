using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.EmbeddingServer.Metering;
using Synapse.EmbeddingServer.Serving;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Features;

/// <summary>Measurements for Prometheus.</summary>
internal static class MetricsEndpoints
{
    private const string Prefix = "synapse_embedding_";

    public static void MapMetrics(this IEndpointRouteBuilder app) => app.MapGet("/metrics", Read);

    private static ContentHttpResult Read(ServiceMeter meter, LoadedModels models)
    {
        var text = new PrometheusText();
        WriteRequests(text, meter);
        WriteModels(text, meter, models.AreReady ? models.All : []);
        WriteRuntime(text, models.AreReady ? models.All : []);
        return TypedResults.Text(text.ToString(), PrometheusText.MediaType);
    }

    private static void WriteRequests(PrometheusText text, ServiceMeter meter)
    {
        text.Metric(Prefix + "requests_total", "counter", "Requests that ended, by route and status; 499 is a request whose caller went away.");
        foreach (var ((route, status), count) in meter.Requests.OrderBy(static entry => entry.Key))
        {
            text.Sample(Prefix + "requests_total", count, ("route", route), ("status", status.ToString(CultureInfo.InvariantCulture)));
        }

        text.Metric(Prefix + "request_seconds", "histogram", "Seconds from the headers of a request to the end of its reply.");
        foreach (var (route, times) in meter.Times.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            var (counts, seconds) = times.Read();
            var sum = 0L;
            for (var i = 0; i < counts.Length; i++)
            {
                sum += counts[i];
                text.Sample(Prefix + "request_seconds_bucket", sum, ("route", route), ("le", i < RouteTimes.Bounds.Length ? RouteTimes.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf"));
            }

            text.Sample(Prefix + "request_seconds_sum", seconds, ("route", route)).Sample(Prefix + "request_seconds_count", sum, ("route", route));
        }
    }

    private static void WriteModels(PrometheusText text, ServiceMeter meter, IReadOnlyList<ServedModel> models)
    {
        (string Name, string Type, string Help, Func<ModelReading, QueueLength, double> Value)[] metrics =
        [
            ("inputs_total", "counter", "Inputs that were answered.", static (reading, _) => reading.Inputs),
            ("tokens_total", "counter", "Tokens of the inputs that were answered.", static (reading, _) => reading.Tokens),
            ("pending_requests", "gauge", "Requests before the model.", static (reading, _) => reading.Requests),
            ("waiting_inputs", "gauge", "Inputs that wait in the queue of the model, as SYNAPSE_EMBEDDING_MAX_WAITING_INPUTS counts them.", static (_, waiting) => waiting.Inputs),
            ("waiting_tokens", "gauge", "Their tokens, as SYNAPSE_EMBEDDING_MAX_WAITING_TOKENS counts them.", static (_, waiting) => waiting.Tokens),
            ("busy_seconds_total", "counter", "Seconds in which at least one request was before the model.", static (reading, _) => reading.Busy.TotalSeconds),
        ];
        var readings = models.Select(model => (model.Name, Reading: meter.Read(model), model.Waiting)).ToList();
        foreach (var metric in metrics)
        {
            text.Metric(Prefix + metric.Name, metric.Type, metric.Help);
            foreach (var (name, reading, waiting) in readings)
            {
                text.Sample(Prefix + metric.Name, metric.Value(reading, waiting), ("model", name));
            }
        }
    }

    // Their quotient over a span of time is the share that the runtime has of it; the rest is tokenising, HTTP, and waiting for requests.
    private static void WriteRuntime(PrometheusText text, IReadOnlyList<ServedModel> models)
    {
        text.Metric(Prefix + "runtime_seconds_total", "counter", "Seconds inside ONNX Runtime, all threads of the model together.");
        foreach (var model in models)
        {
            text.Sample(Prefix + "runtime_seconds_total", model.RuntimeUse.Time.TotalSeconds, ("model", model.Name));
        }

        text.Metric(Prefix + "runtime_threads", "gauge", "Threads that run the model, each one run at a time.");
        foreach (var model in models)
        {
            text.Sample(Prefix + "runtime_threads", model.RuntimeUse.Threads, ("model", model.Name));
        }
    }
}
