namespace Synapse.LocalModels.Tokenizing.Special;

/// <summary>A place in a template: tokens that are always there, or one of the texts.</summary>
/// <param name="Ids">Ids of the tokens; null for a text.</param>
/// <param name="IsSecond">Whether it is the second text.</param>
/// <param name="TypeId">Type id of all of them.</param>
internal readonly record struct TemplateSlot(int[]? Ids, bool IsSecond, int TypeId);

/// <summary>Where special tokens and texts stand in what the model reads. Immutable.</summary>
internal sealed class TokenTemplate(TemplateSlot[] slots)
{
    /// <summary>The template without special tokens: one text, or two with type ids 0 and 1.</summary>
    public static TokenTemplate Plain(bool isPair)
        => new(isPair ? [new(null, false, 0), new(null, true, 1)] : [new(null, false, 0)]);

    /// <summary>How many special tokens it adds.</summary>
    public int SpecialCount { get; } = slots.Sum(static slot => slot.Ids?.Length ?? 0);

    /// <summary>One more than the largest id of a special token; 0 without any.</summary>
    public int IdLimit { get; } = slots.SelectMany(static slot => slot.Ids ?? []).DefaultIfEmpty(-1).Max() + 1;

    /// <summary>How many tokens there are with these texts.</summary>
    public int CountWith(int first, int second)
        => SpecialCount + slots.Sum(slot => slot.Ids is not null ? 0 : slot.IsSecond ? second : first);

    /// <summary>Puts the tokens of texts in their places.</summary>
    public TokenizedText Fill(ReadOnlySpan<int> first, ReadOnlySpan<int> second, bool isTruncated)
    {
        var ids = new int[CountWith(first.Length, second.Length)];
        var typeIds = new int[ids.Length];
        var at = 0;
        foreach (var slot in slots)
        {
            var source = slot.Ids is { } special ? special : slot.IsSecond ? second : first;
            source.CopyTo(ids.AsSpan(at));
            typeIds.AsSpan(at, source.Length).Fill(slot.TypeId);
            at += source.Length;
        }

        return new TokenizedText(ids, typeIds, isTruncated);
    }
}
