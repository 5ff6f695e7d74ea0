using System.Text;

namespace Synapse.StaticModel.Mining;

/// <summary>The archive's own index (<c>apt-cache dumpavail</c>): short and long description of every package.</summary>
internal static class DescriptionMiner
{
    public static List<MinedPair> Mine(string dump)
    {
        var pairs = new List<MinedPair>();
        foreach (var stanza in dump.Split("\n\n"))
        {
            string name = "", summary = "";
            var body = new StringBuilder();
            var inDescription = false;
            foreach (var line in stanza.Split('\n'))
            {
                if (line.StartsWith("Package: ", StringComparison.Ordinal))
                {
                    name = line[9..];
                }
                else if (line.StartsWith("Description", StringComparison.Ordinal) && line.IndexOf(": ", StringComparison.Ordinal) is var colon and > 0)
                {
                    inDescription = !line.StartsWith("Description-md5", StringComparison.Ordinal);
                    summary = inDescription ? line[(colon + 2)..] : summary;
                }
                else if (inDescription && line.StartsWith(' '))
                {
                    body.Append(line.Trim() == "." ? "\n\n" : line + " ");
                }
                else
                {
                    inDescription = false;
                }
            }

            var text = Prose.Squeeze(body.ToString());
            if (summary.Length < 8 || text.Length < 50)
            {
                continue;
            }

            pairs.Add(new MinedPair(PairKind.Description, summary, name + " " + (text.Length > 1_400 ? text[..1_400] : text)));
            Prose.AddCloze(pairs, summary, text.Length > 1_400 ? text[..1_400] : text);
        }

        return pairs;
    }
}
