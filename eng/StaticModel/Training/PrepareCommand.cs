using System.Runtime.InteropServices;
using Synapse.LocalModels.Static;
using Synapse.StaticModel.Mining;

namespace Synapse.StaticModel.Training;

/// <summary><c>prepare</c>: tokenises pair files once, so that training runs can start from arrays.</summary>
internal static class PrepareCommand
{
    /// <summary>Generated reference pages are many and alike: part of them is enough.</summary>
    public static readonly string[] CommittedShares = ["doc/Section=0.3", "doc/Next=0.5", "bigsci/Section=0.4", "perl/Section=0.5", "dev/Code=0.4"];

    private const int MaxQueryTokens = 48;
    private const int MaxPassageTokens = 220;
    private const int MaxTokens = (int)PreparedCorpus.IdMask;

    /// <param name="pairsFolder">Holds the .pairs files.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="evaluationFolders">Corpora whose texts must not be in the training data.</param>
    /// <param name="keepShare">Share of the pairs of a family and kind to keep, by <c>family/kind</c> or <c>family</c>; all of it where not named.</param>
    public static void Run(string pairsFolder, string output, IReadOnlyList<string> evaluationFolders, IReadOnlyDictionary<string, double> keepShare)
    {
        var decontamination = new Decontamination(evaluationFolders);
        var ids = new Dictionary<ulong, int>(4_000_000);
        var tokens = new List<string>();
        var frequency = new List<int>();
        var groupFrequency = new List<int>();
        var lastGroup = new List<int>();
        var entries = new List<uint>(200_000_000);
        var starts = new List<uint> { 0 };
        var kinds = new List<byte>();
        var familyOf = new List<byte>();
        var groups = new List<int>();
        var queryHashes = new List<uint>();
        var families = new List<string>();
        var dropped = 0;
        var groupBase = 0;
        var buffer = new char[TokenScanner.MaxTokenChars];
        var slots = new Dictionary<int, int>();
        foreach (var file in Directory.GetFiles(pairsFolder, "*.pairs").Order(StringComparer.Ordinal))
        {
            var family = Path.GetFileNameWithoutExtension(file);
            families.Add(family);
            var before = kinds.Count;
            var droppedBefore = dropped;
            var maxGroup = 0;
            var ordinal = 0;
            foreach (var (kind, rawGroup, query, passage) in PairReader.Read(file))
            {
                var group = family is "dict" or "index" ? ordinal++ / 64 : rawGroup;
                var share = keepShare.GetValueOrDefault($"{family}/{kind}", keepShare.GetValueOrDefault(family, 1));
                if (share < 1 && (TokenHash.Mix(Prose.Fnv(passage)) >> 40) * (1.0 / (1 << 24)) >= share)
                {
                    continue;
                }

                if (PairFilter.IsJunk(query, passage))
                {
                    continue;
                }

                var mark = entries.Count;
                var clean = AddText(PairFilter.Asked(family, kind, query, passage), MaxQueryTokens, 3, groupBase + group);
                var middle = entries.Count;
                clean &= AddText(passage, MaxPassageTokens, 1, groupBase + group);
                if (!clean || middle == mark || entries.Count - middle < 3)
                {
                    dropped += clean ? 0 : 1;
                    CollectionsMarshal.SetCount(entries, mark);
                    continue;
                }

                starts.Add((uint)middle);
                starts.Add((uint)entries.Count);
                kinds.Add((byte)kind);
                familyOf.Add((byte)(families.Count - 1));
                groups.Add(groupBase + group);
                queryHashes.Add((uint)(Prose.Fnv(query) >> 16));
                maxGroup = Math.Max(maxGroup, group);
            }

            groupBase += maxGroup + 1;
            Console.WriteLine($"{family}: {kinds.Count - before} pairs kept, {dropped - droppedBefore} dropped as shared with the evaluation corpora; {tokens.Count} tokens, {entries.Count} entries");
        }

        new PreparedCorpus
        {
            Tokens = [.. tokens],
            Frequency = [.. frequency],
            GroupFrequency = [.. groupFrequency],
            Entries = [.. entries],
            Start = [.. starts],
            Kind = [.. kinds],
            Family = [.. familyOf],
            Group = [.. groups],
            QueryHash = [.. queryHashes],
            Families = [.. families],
        }.Save(output);
        Console.WriteLine($"{kinds.Count} pairs, {dropped} dropped by {decontamination.Count} runs of {Decontamination.RunTokens} tokens");

        bool AddText(string text, int maxTokens, int weight, int group)
        {
            var mark = entries.Count;
            slots.Clear();
            var window = new Decontamination.RunWindow();
            var scanner = new TokenScanner(text, buffer);
            for (var n = 0; n < maxTokens && scanner.MoveNext(); n++)
            {
                if (window.Push(scanner.Hash) && decontamination.Contains(window.Hash))
                {
                    return false;
                }

                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(ids, scanner.Hash, out var exists);
                if (!exists)
                {
                    if (tokens.Count >= MaxTokens)
                    {
                        ids.Remove(scanner.Hash);
                        continue;
                    }

                    known = tokens.Count;
                    tokens.Add(scanner.Token.ToString());
                    frequency.Add(0);
                    groupFrequency.Add(0);
                    lastGroup.Add(-1);
                }

                var id = known;
                ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(slots, id, out var repeated);
                if (repeated)
                {
                    var old = entries[slot];
                    if (old >> PreparedCorpus.CountShift < 255)
                    {
                        entries[slot] = old + (1u << PreparedCorpus.CountShift);
                    }

                    continue;
                }

                slot = entries.Count;
                entries.Add((uint)id | (1u << PreparedCorpus.CountShift));
                frequency[id] += weight;
                if (lastGroup[id] != group)
                {
                    lastGroup[id] = group;
                    groupFrequency[id]++;
                }
            }

            return entries.Count > mark || maxTokens > 0;
        }
    }
}
