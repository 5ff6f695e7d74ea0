using System.Text;
using System.Text.RegularExpressions;
using Synapse.Errors;
using Synapse.LocalModels.Tokenizing.Reading;
using Synapse.LocalModels.Tokenizing.Subwords;

namespace Synapse.LocalModels.Tokenizing;

/// <summary>The tokenizer of a model's folder, with the results of Hugging Face's <c>tokenizers</c> library. Immutable and thread-safe.</summary>
public sealed class TextTokenizer
{
    private readonly TokenizerParts parts;
    private EncodingBuffers? spare;

    internal TextTokenizer(TokenizerParts parts) => (this.parts, IdLimit) = (parts, parts.IdLimit);

    /// <summary>The id that fills up the shorter texts of a batch.</summary>
    public int PadId => parts.PadId;

    /// <summary>How many rows the model's table of tokens must have: one more than the largest id that a text or its padding can get.</summary>
    public int IdLimit { get; }

    /// <summary>Most tokens that the model reads, as its folder says; null when it does not say, or says a million and more.</summary>
    public int? MaxLength => parts.MaxLength;

    /// <summary>Reads the tokenizer of a folder: <c>tokenizer.json</c>, or BERT's <c>vocab.txt</c> where there is none.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <exception cref="ModelFormatException">A file is missing, damaged, too large, or asks for what is not known.</exception>
    public static TextTokenizer Load(string folder) => new(TokenizerFolder.Read(folder));

    /// <summary>Tokenizes one text, special tokens included.</summary>
    /// <param name="text">Any text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="maxTokens">Most tokens, special ones included.</param>
    /// <exception cref="ArgumentOutOfRangeException">The special tokens alone are more than <paramref name="maxTokens"/>.</exception>
    public TokenizedText Encode(ReadOnlySpan<char> text, int maxTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, parts.Single.SpecialCount);
        var buffers = Rent();
        try
        {
            Append(text, maxTokens, buffers, buffers.First);
            var kept = Math.Min(buffers.First.Count, maxTokens - parts.Single.SpecialCount);
            return parts.Single.Fill(Cut(buffers.First, kept), default, buffers.First.IsCut || kept < buffers.First.Count);
        }
        finally
        {
            Return(buffers);
        }
    }

    /// <summary>Tokenizes two texts that belong together, special tokens included. The longer one is truncated first.</summary>
    /// <param name="first">The first text, such as a question.</param>
    /// <param name="second">The second text, such as a passage.</param>
    /// <param name="maxTokens">Most tokens of both together, special ones included.</param>
    /// <exception cref="ArgumentOutOfRangeException">The special tokens alone are more than <paramref name="maxTokens"/>.</exception>
    public TokenizedText EncodePair(ReadOnlySpan<char> first, ReadOnlySpan<char> second, int maxTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, parts.Pair.SpecialCount);
        var buffers = Rent();
        try
        {
            Append(first, maxTokens, buffers, buffers.First);
            Append(second, maxTokens, buffers, buffers.Second);
            var (firstCount, secondCount) = Shares(buffers.First.Count, buffers.Second.Count, maxTokens - parts.Pair.SpecialCount);
            var isTruncated = buffers.First.IsCut || buffers.Second.IsCut || firstCount < buffers.First.Count || secondCount < buffers.Second.Count;
            return parts.Pair.Fill(Cut(buffers.First, firstCount), Cut(buffers.Second, secondCount), isTruncated);
        }
        finally
        {
            Return(buffers);
        }
    }

    /// <summary>How many tokens a text has, special ones included, nothing truncated.</summary>
    /// <param name="text">Any text.</param>
    public int Count(ReadOnlySpan<char> text)
    {
        var buffers = Rent();
        try
        {
            Append(text, int.MaxValue, buffers, buffers.First);
            return parts.Single.CountWith(buffers.First.Count, 0);
        }
        finally
        {
            Return(buffers);
        }
    }

    /// <summary>How many tokens of two texts fit: all of the shorter one, if that leaves the longer one at least as many; else half each.</summary>
    internal static (int First, int Second) Shares(int first, int second, int limit)
    {
        if (first + second <= limit)
        {
            return (first, second);
        }

        var shorter = Math.Min(first, second);
        var longer = Math.Max(shorter, limit - shorter);
        if (shorter > limit || shorter + longer > limit)
        {
            shorter = limit / 2;
            longer = limit - shorter;
        }

        return first > second ? (longer, shorter) : (shorter, longer);
    }

    /// <summary>Appends the tokens of a text, until there are at least as many as are asked for.</summary>
    private void Append(ReadOnlySpan<char> text, int enough, EncodingBuffers buffers, TokenIds ids)
    {
        try
        {
            var wellFormed = WellFormed(text);
            buffers.Parts.Clear();
            parts.RawTokens.Cut(wellFormed, buffers.Parts);
            // What is cut at the start is known at the end only.
            AppendParts(wellFormed, parts.CutsStart ? int.MaxValue : enough, buffers, ids);
            if (parts.CutsStart)
            {
                ids.KeepLast(enough);
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or RegexMatchTimeoutException)
        {
            throw new ModelFormatException(parts.File, fault is RegexMatchTimeoutException ? "one of its regular expressions takes too long" : fault.Message, fault);
        }
    }

    private void AppendParts(ReadOnlySpan<char> text, int enough, EncodingBuffers buffers, TokenIds ids)
    {
        for (var i = 0; i < buffers.Parts.Count && !ids.IsCut; i++)
        {
            var part = buffers.Parts[i];
            if (part.Id >= 0)
            {
                ids.Add(part.Id);
                continue;
            }

            AppendNormalized(text[part.Start..part.End], part.Start == 0, enough, buffers, ids);
            ids.IsCut |= ids.Count >= enough && i + 1 < buffers.Parts.Count;
        }
    }

    private void AppendNormalized(ReadOnlySpan<char> text, bool isAtOrigin, int enough, EncodingBuffers buffers, TokenIds ids)
    {
        var normalized = text;
        if (parts.Normalizer is { } normalizer)
        {
            buffers.Normalized.Clear();
            buffers.Normalized.MaxLength = EncodingBuffers.LimitFor(text.Length);
            isAtOrigin &= normalizer.Normalize(text, buffers.Normalized);
            normalized = buffers.Normalized.Span;
        }

        buffers.NormalizedParts.Clear();
        parts.NormalizedTokens.Cut(normalized, buffers.NormalizedParts);
        for (var i = 0; i < buffers.NormalizedParts.Count && !ids.IsCut; i++)
        {
            var part = buffers.NormalizedParts[i];
            if (part.Id >= 0)
            {
                ids.Add(part.Id);
                continue;
            }

            AppendWords(normalized[part.Start..part.End], isAtOrigin && part.Start == 0, enough, buffers, ids);
            ids.IsCut |= ids.Count >= enough && i + 1 < buffers.NormalizedParts.Count;
        }
    }

    private void AppendWords(ReadOnlySpan<char> text, bool isAtOrigin, int enough, EncodingBuffers buffers, TokenIds ids)
    {
        if (parts.Splitter is not { } splitter)
        {
            ids.StartWord();
            parts.Model.Tokenize(text, ids);
            return;
        }

        var pieces = buffers.Pieces;
        pieces.Start(text, isAtOrigin, EncodingBuffers.LimitFor(text.Length));
        splitter.Split(pieces);
        for (var i = 0; i < pieces.Count; i++)
        {
            ids.StartWord();
            parts.Model.Tokenize(pieces.TextOf(i), ids);
            if (ids.Count >= enough && i + 1 < pieces.Count)
            {
                ids.IsCut = true;
                return;
            }
        }
    }

    private ReadOnlySpan<int> Cut(TokenIds ids, int count) => parts.CutsStart ? ids.Span[(ids.Count - count)..] : ids.Span[..count];

    private static ReadOnlySpan<char> WellFormed(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.ToString());
        }

        return clean.ToString();
    }

    private EncodingBuffers Rent() => Interlocked.Exchange(ref spare, null) ?? new EncodingBuffers();

    private void Return(EncodingBuffers buffers)
    {
        buffers.First.Clear();
        buffers.Second.Clear();
        spare = buffers;
    }
}
