using System.Globalization;
using Synapse.Bench;

switch (args)
{
    case ["lexical", var folder, var judgements, .. var rest]:
        var k1 = rest.Length > 0 ? double.Parse(rest[0], CultureInfo.InvariantCulture) : Synapse.Retrieval.Bm25.K1;
        var b = rest.Length > 1 ? double.Parse(rest[1], CultureInfo.InvariantCulture) : Synapse.Retrieval.Bm25.B;
        LexicalQuality.Run(folder, judgements, k1, b);
        return 0;
    case ["store-build", var folder, var chunks]:
        await StoreBench.BuildAsync(folder, int.Parse(chunks, CultureInfo.InvariantCulture), CancellationToken.None);
        return 0;
    case ["analysis", var file]:
        AnalysisBench.Run(file);
        return 0;
    case ["peers", var folder, var chunks]:
        await PeerBench.RunAsync(Directory.CreateDirectory(folder).FullName, int.Parse(chunks, CultureInfo.InvariantCulture), CancellationToken.None);
        return 0;
    case ["store-query", var folder]:
        await StoreBench.QueryAsync(folder, CancellationToken.None);
        return 0;
    default:
        Console.Error.WriteLine("usage: lexical FOLDER JUDGEMENTS [K1 B]");
        return 2;
}
