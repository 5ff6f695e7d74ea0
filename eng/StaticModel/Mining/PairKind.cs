namespace Synapse.StaticModel.Mining;

/// <summary>Where a training pair comes from; the number is part of the pair file.</summary>
internal enum PairKind : byte
{
    Code = 0,
    Section = 1,
    Description = 2,
    Definition = 3,
    Cloze = 4,
    Next = 5,
}
