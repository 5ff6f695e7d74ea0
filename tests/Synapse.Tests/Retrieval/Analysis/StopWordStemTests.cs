using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;

namespace Synapse.Tests.Retrieval.Analysis;

public sealed class StopWordStemTests
{
    [Fact]
    public void Length_of_a_chunk_does_not_depend_on_what_was_analysed_before()
    {
        // "being" has the stem "be", which is a stop word as it stands: both orders must take the term for the same.
        Assert.Equal(LengthAfter("to be", "human being here"), LengthAfter("human being", "human being here"));
    }

    private static int LengthAfter(string before, string text)
    {
        var analyzer = new TextAnalyzer();
        analyzer.AnalyzeQuery(before);
        return analyzer.AnalyzeChunk(text, new Chunk(0, 0, text.Length, 1, 1, ChunkKind.Prose, null, null, false), "a.txt").Length;
    }
}
