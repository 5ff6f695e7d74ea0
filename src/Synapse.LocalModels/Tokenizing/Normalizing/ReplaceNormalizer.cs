namespace Synapse.LocalModels.Tokenizing.Normalizing;

/// <summary>Puts a text in the place of everything that a pattern matches.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var last = 0;
        var keepsStart = true;
        foreach (var (start, end) in pattern.Matches(text))
        {
            // What is put in the place of several characters stems from the last of them.
            keepsStart &= start > 0 || end <= (char.IsHighSurrogate(text[0]) ? 2 : content.Length == 0 ? 0 : 1);
            output.Append(text[last..start]);
            output.Append(content);
            last = end;
        }

        output.Append(text[last..]);
        return keepsStart;
    }
}
