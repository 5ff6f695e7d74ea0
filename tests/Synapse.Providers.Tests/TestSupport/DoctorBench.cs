using Synapse.Embedding;
using Synapse.Library;
using Synapse.Providers.Configuration;
using Synapse.Providers.Diagnosis;
using Synapse.Providers.Policy;
using Synapse.Telemetry;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>The doctor before providers, with collections that are embedded in chosen spaces.</summary>
internal static class DoctorBench
{
    /// <summary>Runs the doctor to its end.</summary>
    public static async Task<IReadOnlyList<DiagnosisStep>> DiagnoseAsync(
        this ProviderBench bench, IReadOnlyList<ProviderSettings> providers, string? choice = null, params (string Name, EmbeddingSpace Space)[] collections)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var connections = new ProviderConnections(providers, bench.Egress, bench.Time);
        var doctor = new ProviderDoctor(
            providers, connections, bench.Egress, new Embedders(new NumberEmbedder()), (_, _) => ValueTask.FromResult<IReadOnlyList<(string, EmbeddingSpace)>>(collections), bench.Time);
        var steps = new List<DiagnosisStep>();
        await foreach (var step in doctor.DiagnoseAsync(AccessScope.Everything, choice, cancellationToken))
        {
            steps.Add(step);
        }

        return steps;
    }

    public static Task<IReadOnlyList<DiagnosisStep>> DiagnoseAsync(this ProviderBench bench, ProviderSettings? provider = null)
        => bench.DiagnoseAsync([provider ?? bench.Settings()]);

    /// <summary>An embedder of this process.</summary>
    private sealed class NumberEmbedder : IEmbedder
    {
        public bool IsLocal => true;

        public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new EmbeddingSpace("numbers", 8));

        public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => ValueTask.FromResult(new float[8]);

        public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
