using System.Buffers.Binary;
using System.Text;

namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>Writes SentencePiece's character map: a double array over the bytes of UTF-8, and the replacements it leads to.</summary>
internal sealed class CharacterMap
{
    private readonly List<uint> units = [];
    private readonly List<bool> taken = [];
    private readonly HashSet<int> bases = [];
    private readonly List<byte> pool = [];
    private int firstFree = 1;

    private CharacterMap()
    {
    }

    /// <summary>The map as base64.</summary>
    public static string Write(IReadOnlyDictionary<string, string> replacements)
    {
        var map = new CharacterMap();
        var root = new Node();
        foreach (var (key, value) in replacements)
        {
            var node = root;
            foreach (var label in Encoding.UTF8.GetBytes(key))
            {
                node = node.Children.TryGetValue(label, out var child) ? child : node.Children[label] = new Node();
            }

            node.Value = map.pool.Count;
            map.pool.AddRange(Encoding.UTF8.GetBytes(value + "\0"));
        }

        map.Reserve(0);
        map.Place(root, 0, label: 0);
        var bytes = new byte[4 + (4 * map.units.Count) + map.pool.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)(4 * map.units.Count));
        for (var i = 0; i < map.units.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (4 * i)), map.units[i]);
        }

        map.pool.CopyTo(bytes, 4 + (4 * map.units.Count));
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Writes a node and what is below it: its children lie at its base, each at the place that its label flips.</summary>
    private void Place(Node node, int place, byte label)
    {
        var labels = node.Children.Keys.Select(static key => (int)key).ToList();
        if (node.Value >= 0)
        {
            labels.Add(0);
        }

        var origin = FindBase(labels);
        foreach (var at in labels)
        {
            Reserve(origin ^ at);
        }

        units[place] = (uint)label | (node.Value >= 0 ? 0x100u : 0) | ((uint)(place ^ origin) << 10);
        if (node.Value >= 0)
        {
            units[origin] = 0x8000_0000 | (uint)node.Value;
        }

        foreach (var (childLabel, child) in node.Children)
        {
            Place(child, origin ^ childLabel, childLabel);
        }
    }

    private int FindBase(List<int> labels)
    {
        for (var origin = firstFree; ; origin++)
        {
            if (!bases.Contains(origin) && labels.TrueForAll(label => (origin ^ label) > 0 && !IsTaken(origin ^ label)))
            {
                bases.Add(origin);
                while (IsTaken(firstFree))
                {
                    firstFree++;
                }

                return origin;
            }
        }
    }

    private bool IsTaken(int place) => place < taken.Count && taken[place];

    private void Reserve(int place)
    {
        // Whole blocks, so that flipping a label never leads outside.
        while (units.Count <= (place | 0xFF))
        {
            units.Add(0);
            taken.Add(false);
        }

        taken[place] = true;
    }

    private sealed class Node
    {
        public SortedDictionary<byte, Node> Children { get; } = [];

        public int Value { get; set; } = -1;
    }
}
