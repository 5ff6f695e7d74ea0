using System.Collections.Concurrent;
using Synapse.Ingestion.Chunking;
using Synapse.Storage;

namespace Synapse.Retrieval.Analysis;

/// <summary>
/// Splits text into the terms of the keyword index, the same way for chunks and queries. A word is a run of letters, digits and underscores, folded
/// to lower case without accents, English endings taken off; an identifier counts as a whole and by its parts; scripts
/// without spaces count by pairs of characters. Safe to call from several threads at once.
/// </summary>
public sealed class TextAnalyzer
{
    private readonly ConcurrentBag<TermCounter> _counters = [];
    private TermVocabulary _vocabulary = new();

    // A longer first line is a sentence of the text.
    private const int MaxTitle = 200;

    /// <summary>Counts the terms of a chunk: its text, heading path, symbol and document path, and the <see cref="ExactTerms"/> of its definitions and file.</summary>
    /// <remarks>A heading counts twice by this, in the text and in the path. So does the title of a plain text: its first line, when it stands alone.</remarks>
    /// <param name="text">The chunk's text.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="documentPath">Path of the document relative to its source, with forward slashes; the file's name counts twice, its three nearest folders once.</param>
    public ChunkTerms AnalyzeChunk(ReadOnlySpan<char> text, Chunk chunk, string documentPath)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        ArgumentNullException.ThrowIfNull(documentPath);
        var counter = Rent();
        counter.Begin();
        counter.CountText(text, 1);
        counter.CountText(chunk.Heading, 1);
        counter.CountText(TitleOf(text, chunk), 1);
        counter.CountText(chunk.Symbol, 1);
        counter.CountPath(documentPath);
        if (chunk.DefinesSymbol && chunk.Symbol is { Length: > 0 } symbol)
        {
            CountDefinition(counter, symbol);
        }

        foreach (var definition in chunk.Definitions)
        {
            CountDefinition(counter, definition);
        }

        var terms = counter.ToChunkTerms();
        _counters.Add(counter);
        return terms;
    }

    /// <summary>Makes the terms of a query: each once, weighted by the root of how often it occurs, in the order of first appearance; stop words only when there is nothing else.</summary>
    /// <param name="query">Any text.</param>
    /// <remarks>A word said twice in a question is not meant twice as much; the built-in embedder counts repeated words the same way.</remarks>
    /// <returns>Empty when the query has no letter or digit.</returns>
    public IReadOnlyList<QueryTerm> AnalyzeQuery(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var counter = Rent();
        counter.Begin();
        counter.CountText(query, 1);
        var all = counter.Counted().ToList();
        _counters.Add(counter);
        var telling = all.Where(term => !term.IsStopWord).ToList();
        return [.. (telling.Count > 0 ? telling : all).Select(term => new QueryTerm(term.Text, MathF.Sqrt(term.Frequency)))];
    }

    private static ReadOnlySpan<char> TitleOf(ReadOnlySpan<char> text, Chunk chunk)
    {
        if (chunk is not { Ordinal: 0, Kind: ChunkKind.Prose, Heading: null })
        {
            return [];
        }

        text = text.TrimStart();
        var end = text.IndexOf('\n');
        return end is > 0 and <= MaxTitle && end + 1 < text.Length && text[end + 1] == '\n' ? text[..end] : [];
    }

    private TermCounter Rent()
    {
        var vocabulary = Volatile.Read(ref _vocabulary);
        if (vocabulary.IsFull)
        {
            var next = new TermVocabulary();
            vocabulary = Interlocked.CompareExchange(ref _vocabulary, next, vocabulary) is var held && held == vocabulary ? next : held;
        }

        // Counters of a vocabulary before are let go.
        while (_counters.TryTake(out var counter))
        {
            if (counter.Vocabulary == vocabulary)
            {
                return counter;
            }
        }

        return new TermCounter(vocabulary);
    }

    private static void CountDefinition(TermCounter counter, string qualifiedName)
    {
        var name = qualifiedName.LastIndexOf('.') + 1;
        counter.CountExact(ExactTerms.Definition(qualifiedName[name..]));
        if (name > 1)
        {
            var parent = qualifiedName.LastIndexOf('.', name - 2) + 1;
            counter.CountExact(ExactTerms.Definition(qualifiedName[parent..]));
        }
    }
}
