using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Synapse.StaticModel.Mining;

/// <summary>Help pages of installed R packages: <c>help/NAME.rdx</c> and <c>help/NAME.rdb</c> hold parsed Rd as serialised R objects.</summary>
/// <remarks>Format: R Internals, "Serialization Formats" (XDR) and the lazy-load database of R's makeLazyLoad.R.</remarks>
internal static class RHelpMiner
{
    public static void Mine(byte[] index, byte[] database, List<MinedPair> pairs)
    {
        foreach (var (offset, length) in Entries(Inflate(index)))
        {
            if (offset < 0 || length < 8 || offset + length > database.Length || database[offset + 4] is not 0x78)
            {
                continue;
            }

            try
            {
                using var zlib = new ZLibStream(new MemoryStream(database, offset + 4, length - 4), CompressionMode.Decompress);
                using var plain = new MemoryStream();
                zlib.CopyTo(plain);
                var page = new Reader(plain.ToArray()).ReadRoot();
                AddPage(page, pairs);
            }
            catch (Exception problem) when (problem is InvalidDataException or ArgumentException or IndexOutOfRangeException)
            {
                // A page in a variant this reader does not know is not worth the package.
            }
        }
    }

    private static void AddPage(Node page, List<MinedPair> pairs)
    {
        string title = "", name = "";
        foreach (var section in page.Children)
        {
            var text = section.Text().Trim();
            switch (section.Tag)
            {
                case @"\title": title = text; break;
                case @"\name": name = text; break;
                case @"\description" or @"\details" or @"\value" or @"\note" or @"\references" or @"\section":
                    Prose.AddSection(pairs, title, section.Tag is @"\description" ? name : section.Tag is @"\value" ? "value" : "", text);
                    break;
                case @"\examples" when title.Length > 8 && text.Length > 60:
                    pairs.Add(new MinedPair(PairKind.Code, title, text.Length > 1_200 ? text[..1_200] : text));
                    break;
            }
        }
    }

    private static byte[] Inflate(byte[] bytes)
    {
        using Stream stream = bytes is [0x1f, ..] ? new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress) : new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    private static IEnumerable<(int Offset, int Length)> Entries(byte[] index)
    {
        var root = new Reader(index).ReadRoot();
        foreach (var variable in root.Children.FirstOrDefault(static c => c.Name == "variables")?.Children ?? [])
        {
            if (variable.Integers is [var offset, var length])
            {
                yield return (offset, length);
            }
        }
    }

    private sealed class Node
    {
        public string? Name;
        public string? Tag;
        public int[]? Integers;
        public List<string> Strings { get; } = [];
        public List<Node> Children { get; } = [];

        public string Text()
        {
            var text = new StringBuilder();
            Append(text, 0);
            return text.ToString();
        }

        private void Append(StringBuilder text, int depth)
        {
            foreach (var s in Strings)
            {
                text.Append(s);
            }

            if (depth < 60 && Tag is not ("COMMENT" or @"\dontshow" or @"\if"))
            {
                foreach (var child in Children)
                {
                    child.Append(text, depth + 1);
                }
            }

            if (Tag is @"\item" or @"\tabular")
            {
                text.Append(' ');
            }
        }
    }

    private sealed class Reader(byte[] bytes)
    {
        private readonly List<Node> references = [];
        private int position;

        public Node ReadRoot()
        {
            position = 2;
            var version = Int();
            position += 8;
            if (version == 3)
            {
                var encodingLength = Int();
                position += encodingLength;
            }

            return Item();
        }

        private int Int()
        {
            position += 4;
            return BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(position - 4));
        }

        private Node Item()
        {
            var flags = Int();
            var type = flags & 255;
            var node = new Node();
            switch (type)
            {
                case 254 or 253 or 251 or 242 or 241: // NULL, global and other fixed environments
                    return node;
                case 255: // reference
                    var number = flags >> 8;
                    return references[(number == 0 ? Int() : number) - 1];
                case 1: // symbol
                    node.Name = string.Concat(Item().Strings);
                    references.Add(node);
                    return node;
                case 2: // pair list
                    PairList(node, flags);
                    return node;
                case 9: // character element
                    var length = Int();
                    if (length > 0)
                    {
                        node.Strings.Add(Encoding.UTF8.GetString(bytes, position, length));
                        position += length;
                    }

                    return node;
                case 10 or 13: // logical, integer
                    var integers = new int[Int()];
                    for (var i = 0; i < integers.Length; i++)
                    {
                        integers[i] = Int();
                    }

                    node.Integers = integers;
                    break;
                case 14: // real
                    var reals = Int();
                    position += reals * 8;
                    break;
                case 16: // strings
                    for (var count = Int(); count > 0; count--)
                    {
                        node.Strings.AddRange(Item().Strings);
                    }

                    break;
                case 19 or 20: // list
                    for (var count = Int(); count > 0; count--)
                    {
                        node.Children.Add(Item());
                    }

                    break;
                case 4: // environment
                    references.Add(node);
                    Int();
                    for (var i = 0; i < 4; i++)
                    {
                        Item();
                    }

                    return node;
                case 247 or 249 or 250: // persistent object, namespace, package
                    references.Add(node);
                    Int();
                    for (var count = Int(); count > 0; count--)
                    {
                        Item();
                    }

                    return node;
                default:
                    throw new InvalidDataException($"R object of type {type}");
            }

            if ((flags & 512) != 0)
            {
                Attributes(node, Item());
            }

            return node;
        }

        private void PairList(Node node, int flags)
        {
            while (true)
            {
                if ((flags & 512) != 0)
                {
                    Item();
                }

                var name = (flags & 1024) != 0 ? Item().Name : null;
                var value = Item();
                var child = new Node { Name = name, Integers = value.Integers, Tag = value.Tag };
                child.Strings.AddRange(value.Strings);
                child.Children.AddRange(value.Children);
                node.Children.Add(child);
                flags = Int();
                if ((flags & 255) != 2)
                {
                    if ((flags & 255) != 254)
                    {
                        throw new InvalidDataException("dotted pair list");
                    }

                    return;
                }
            }
        }

        private static void Attributes(Node node, Node attributes)
        {
            foreach (var attribute in attributes.Children)
            {
                if (attribute.Name == "Rd_tag")
                {
                    node.Tag = string.Concat(attribute.Strings);
                }
                else if (attribute.Name == "names" && attribute.Strings.Count == node.Children.Count)
                {
                    for (var i = 0; i < node.Children.Count; i++)
                    {
                        node.Children[i].Name = attribute.Strings[i];
                    }
                }
            }
        }
    }
}
