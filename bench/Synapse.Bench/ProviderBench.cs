using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Errors;

namespace Synapse.Bench;

/// <summary>What the provider layer costs beside a bare HTTP client, and how it bears many streams at once; all before one fake of a model server.</summary>
internal static class ProviderBench
{
    private const int WarmPairs = 100;
    private const int Pairs = 400;
    private const int Streams = 200;
    private const int BatchSize = 64;
    private const int BatchesPerRound = 48;
    private const int WarmRounds = 8;
    private const int Rounds = 21;

    // Half of the eight requests that a provider serves at once by default, as the layer itself does it.
    private const int Requests = 4;

    /// <summary>Runs the parts named, or all.</summary>
    public static async Task RunAsync(IReadOnlyCollection<string> parts, CancellationToken cancellationToken)
    {
        await using var server = await FakeModelServer.StartAsync(cancellationToken);
        if (parts.Count == 0 || parts.Contains("latency"))
        {
            await FirstTokenAsync(server, cancellationToken);
        }

        if (parts.Count == 0 || parts.Contains("streams"))
        {
            await server.UseAsync("ok-stream?first-token-ms=500&token-ms=40", "ok-stream", cancellationToken);
            await LayerStreamsAsync(server, cancellationToken);
            await server.ForgetAsync(cancellationToken);
            await AnswerStreams.RunAsync(server, Streams, cancellationToken);
        }

        if (parts.Count == 0 || parts.Contains("embeddings"))
        {
            // Compiles both ways before the first is measured.
            await EmbeddingsAsync(server, "Vllm", "small", 384, "emb-remembered", rounds: 0, cancellationToken);
            await EmbeddingsAsync(server, "OpenAICompatible", "small", 384, "emb-remembered", rounds: 0, cancellationToken);
            foreach (var (kind, model, dimensions) in new[] { ("Vllm", "small", 384), ("Vllm", "text-embedding-3-small", 1_536), ("OpenAICompatible", "small", 384), ("OpenAICompatible", "text-embedding-3-small", 1_536) })
            {
                await EmbeddingsAsync(server, kind, model, dimensions, "emb-remembered", Rounds, cancellationToken);
            }

            // A server that works for its reply, as real ones do, and far more.
            await EmbeddingsAsync(server, "Vllm", "small", 384, "ok-stream", Rounds / 2, cancellationToken);
        }
    }

    private static async Task FirstTokenAsync(FakeModelServer server, CancellationToken cancellationToken)
    {
        await server.UseAsync("ok-stream", "ok-stream", cancellationToken);
        await using var layer = new ProviderLayer("Vllm", server.Address, "small");
        using var bare = new BareClient(server.Address);
        var prompt = Prompt();
        List<double> layered = [], plain = [], added = [];
        for (var pair = 0; pair < WarmPairs + Pairs; pair++)
        {
            // In turns, so that neither is always the one that comes after the other.
            var through = pair % 2 == 0 ? await ThroughLayerAsync(layer.Chat, prompt, cancellationToken) : 0;
            var direct = await bare.ChatAsync(ProviderLayer.ChatModel, prompt, cancellationToken);
            through = pair % 2 == 0 ? through : await ThroughLayerAsync(layer.Chat, prompt, cancellationToken);
            if (pair >= WarmPairs)
            {
                layered.Add(through);
                plain.Add(direct);
                added.Add(through - direct);
            }
        }

        StoreBench.Percentiles("first token, provider layer", layered);
        StoreBench.Percentiles("first token, bare client", plain);
        StoreBench.Report("first token, added: difference of the p50", Middle(layered) - Middle(plain), "us");
        StoreBench.Report("first token, added: p50 of the pairs", Middle(added), "us");
    }

    private static async Task<double> ThroughLayerAsync(IChatModels models, string prompt, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var first = 0.0;
        await foreach (var next in models.StreamAsync(Request(prompt), cancellationToken))
        {
            first = first == 0 && next is ChatText ? clock.Elapsed.TotalMicroseconds : first;
        }

        return first > 0 ? first : throw new InvalidDataException("The server wrote nothing.");
    }

    private static async Task LayerStreamsAsync(FakeModelServer server, CancellationToken cancellationToken)
    {
        await using var layer = new ProviderLayer("Vllm", server.Address, "small", Streams);
        var prompt = Prompt();
        await ThroughLayerAsync(layer.Chat, prompt, cancellationToken);
        using var memory = MemoryWatch.Start();
        var clock = Stopwatch.StartNew();
        var ends = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => Task.Run(() => EndAsync(layer.Chat, prompt, cancellationToken), cancellationToken)));
        StoreBench.Report("streams, provider layer", Streams / clock.Elapsed.TotalSeconds, "streams/s");
        foreach (var end in ends.GroupBy(end => end).OrderBy(group => group.Key))
        {
            StoreBench.Report($"streams, provider layer, {end.Key}", end.Count(), "");
        }

        memory.Report("streams, provider layer");
    }

    private static async Task<string> EndAsync(IChatModels models, string prompt, CancellationToken cancellationToken)
    {
        var end = "without an end";
        try
        {
            await foreach (var next in models.StreamAsync(Request(prompt), cancellationToken))
            {
                end = next is ChatFinished finished ? $"ended: {finished.Finish}" : end;
            }
        }
        catch (SynapseException failed)
        {
            end = $"ended: {failed.Code}";
        }

        return end;
    }

    private static async Task EmbeddingsAsync(FakeModelServer server, string kind, string model, int dimensions, string scenario, int rounds, CancellationToken cancellationToken)
    {
        await server.UseAsync("ok-stream", scenario, cancellationToken);
        await using var layer = new ProviderLayer(kind, server.Address, model);
        using var bare = new BareClient(server.Address);
        var base64 = kind == "Vllm";
        var corpus = new SyntheticCorpus(1);
        var texts = Enumerable.Range(0, BatchSize * BatchesPerRound).Select(i => corpus.Chunk(i)[..800]).ToArray();
        var passages = texts.Select(text => text.AsMemory()).ToArray();
        var found = new float[texts.Length * dimensions];
        CpuClock layered = new(), plain = new(), ignored = new();
        List<double> layeredRates = [], plainRates = [], ratios = [];
        var serverProcessor = TimeSpan.Zero;
        for (var round = -WarmRounds; round < rounds; round++)
        {
            var measured = round >= 0;
            async Task<double> LayerAsync()
            {
                var clock = Stopwatch.StartNew();
                (measured ? layered : ignored).Start();
                await layer.Embedder.EmbedPassagesAsync(passages, found, cancellationToken);
                (measured ? layered : ignored).Stop();
                return texts.Length / clock.Elapsed.TotalSeconds;
            }

            async Task<double> BareAsync()
            {
                var clock = Stopwatch.StartNew();
                (measured ? plain : ignored).Start();
                await EmbedBareAsync(bare, model, texts, base64, found, dimensions, cancellationToken);
                (measured ? plain : ignored).Stop();
                return texts.Length / clock.Elapsed.TotalSeconds;
            }

            var before = server.Processor;
            var first = round % 2 == 0 ? await LayerAsync() : 0;
            var direct = await BareAsync();
            first = round % 2 == 0 ? first : await LayerAsync();
            if (measured)
            {
                serverProcessor += server.Processor - before;
                layeredRates.Add(first);
                plainRates.Add(direct);
                ratios.Add(first / direct);
            }

            await server.ForgetAsync(cancellationToken);
        }

        if (rounds == 0)
        {
            return;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"embeddings, {dimensions}, {(base64 ? "base64" : "numbers")}{(scenario == "ok-stream" ? ", server computes" : "")}");
        var inputs = (double)rounds * texts.Length;
        ratios.Sort();
        StoreBench.Report($"{name}, layer", Middle(layeredRates), "inputs/s");
        StoreBench.Report($"{name}, bare", Middle(plainRates), "inputs/s");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name + ", ratio",-55} {Middle(ratios):F3} (p10 {ratios[ratios.Count / 10]:F3}, p90 {ratios[ratios.Count * 9 / 10]:F3})"));
        StoreBench.Report($"{name}, layer, processor", layered.Total.TotalMicroseconds / inputs, "us per input");
        StoreBench.Report($"{name}, bare, processor", plain.Total.TotalMicroseconds / inputs, "us per input");
        StoreBench.Report($"{name}, processor of the server", serverProcessor.TotalMicroseconds / inputs / 2, "us per input");
    }

    // The embeddings end in one array, as they are needed: one after the other.
    private static async Task EmbedBareAsync(BareClient bare, string model, string[] texts, bool base64, float[] destination, int dimensions, CancellationToken cancellationToken)
        => await Parallel.ForEachAsync(
            Enumerable.Range(0, texts.Length / BatchSize),
            new ParallelOptions { MaxDegreeOfParallelism = Requests, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                var rows = await bare.EmbedAsync(model, new ArraySegment<string>(texts, batch * BatchSize, BatchSize), base64, token);
                for (var at = 0; at < rows.Length; at++)
                {
                    rows[at].CopyTo(destination, (batch * BatchSize + at) * dimensions);
                }
            });

    private static ChatRequest Request(string prompt) => new(ModelRole.Chat, LocalOnly: false, _ => new([new ChatMessage(ChatRole.User, prompt)], 200));

    // Six passages of 1,280 characters and a question whose words stand in them.
    private static string Prompt()
    {
        var corpus = new SyntheticCorpus(1);
        var passages = Enumerable.Range(1, 6).Select(i => $"[{i}] {corpus.Chunk(i)}");
        return $"{string.Join('\n', passages)}\nQuestion: {string.Join(' ', corpus.Chunk(3).Split(' ', '\n').Skip(5).Take(6))}";
    }

    private static double Middle(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
