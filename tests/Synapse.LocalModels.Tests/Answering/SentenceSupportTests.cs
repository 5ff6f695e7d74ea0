using System.Globalization;
using Synapse.Answering.Generation;
using Synapse.Answering.Verification;
using Synapse.Ingestion.Chunking;
using Synapse.LocalModels.Static;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.LocalModels.Tests.Answering;

/// <summary>How well sentences are told apart that passages bear out and that they do not, with the built-in embedder, on sentences judged by hand.</summary>
public sealed class SentenceSupportTests(ITestOutputHelper output)
{
    private static readonly string s_file = Path.Combine(AppContext.BaseDirectory, "Answering", "judged-sentences.txt");

    private sealed record Judged(int Passage, string Sentence, bool IsSupported);

    [Fact]
    public async Task Sentences_of_the_held_out_half_are_told_apart_as_the_decision_page_says()
    {
        var (right, wrongly, missed) = await MeasureAsync(new SupportSettings(), passage => passage % 2 == 1, named: true);
        Assert.True(right >= 60, $"Only {right} sentences were judged.");
        Assert.True(wrongly <= 1, $"{wrongly} unsupported sentences were taken for supported.");
        Assert.True(missed <= 3, $"{missed} supported sentences were taken for unsupported.");
    }

    [Fact]
    public async Task Sentences_without_a_mark_find_their_passage_among_all_and_no_other()
    {
        var (right, wrongly, missed) = await MeasureAsync(new SupportSettings(), _ => true, named: false);
        Assert.True(right >= 130, $"Only {right} sentences were judged.");
        Assert.True(wrongly <= 1, $"{wrongly} unsupported sentences were taken for supported.");
        Assert.True(missed <= 6, $"{missed} supported sentences were taken for unsupported, or for another passage's.");
    }

    [Fact]
    public async Task Thresholds_are_the_best_of_their_neighbours_on_the_half_that_set_them()
    {
        var chosen = new SupportSettings();
        var errors = new Dictionary<double, int>();
        for (var step = -4; step <= 4; step++)
        {
            var threshold = Math.Round(chosen.Threshold + step * 0.05, 2);
            var (_, wrongly, missed) = await MeasureAsync(chosen with { Threshold = threshold, OtherThreshold = threshold + chosen.OtherThreshold - chosen.Threshold }, passage => passage % 2 == 0, named: true);
            errors.Add(threshold, 3 * wrongly + missed);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{threshold:0.00}: wrongly supported {wrongly}, missed {missed}"));
        }

        // A citation that is wrong costs the reader more than one that is missing: three to one.
        Assert.Equal(errors.Values.Min(), errors[chosen.Threshold]);
    }

    private async Task<(int Right, int Wrongly, int Missed)> MeasureAsync(SupportSettings settings, Func<int, bool> takes, bool named)
    {
        var (passages, sentences) = Read();
        var finder = new SupportFinder(passages, new TextAnalyzer(), new StaticEmbedder(), settings);
        var (right, wrongly, missed) = (0, 0, 0);
        foreach (var judged in sentences.Where(judged => takes(judged.Passage)))
        {
            var found = await finder.FindAsync(Claim.Of(judged.Sentence), named ? [judged.Passage + 1] : [], TestContext.Current.CancellationToken);
            var isFound = found.Spans.Count > 0;
            var isRight = judged.IsSupported == isFound && (!isFound || found.Spans[0].Passage.Passage.Number == judged.Passage + 1);
            right += isRight ? 1 : 0;
            wrongly += !isRight && !judged.IsSupported ? 1 : 0;
            missed += !isRight && judged.IsSupported ? 1 : 0;
            if (!isRight)
            {
                output.WriteLine($"{(judged.IsSupported ? "missed" : "wrongly")}: {judged.Sentence} -> {(isFound ? found.Spans[0].Text : found.Reason)}");
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"threshold {settings.Threshold:0.00}: {right} right, {wrongly} wrongly, {missed} missed"));
        return (right, wrongly, missed);
    }

    private static (List<Passage> Passages, List<Judged> Sentences) Read()
    {
        var passages = new List<Passage>();
        var sentences = new List<Judged>();
        foreach (var part in File.ReadAllText(s_file).ReplaceLineEndings("\n").Split("\n== ").Skip(1))
        {
            var lines = part.Split('\n');
            var names = lines[0].Split(" > ", 2);
            var text = string.Join('\n', lines.Skip(1).TakeWhile(line => !line.StartsWith("+ ", StringComparison.Ordinal)));
            var kind = names[0].StartsWith("src/", StringComparison.Ordinal) ? ChunkKind.Code : ChunkKind.Prose;
            var chunk = new Chunk(0, 0, text.Length, 1, lines.Length, kind, kind == ChunkKind.Prose ? names[1] : null, kind == ChunkKind.Code ? names[1] : null, false);
            passages.Add(new Passage(passages.Count + 1, [new Hit(new StoredChunk(new ChunkKey(passages.Count), 1, 1, passages.Count, names[0], "text", 1, chunk), text, 1, 1, 1, [])]));
            sentences.AddRange(lines.Where(line => line.StartsWith("+ ", StringComparison.Ordinal) || line.StartsWith("- ", StringComparison.Ordinal))
                .Select(line => new Judged(passages.Count - 1, line[2..], line[0] == '+')));
        }

        return (passages, sentences);
    }
}
