using System.Globalization;
using Synapse.Bench;
using Synapse.Retrieval;

var none = CancellationToken.None;
switch (args)
{
    case ["peers", var folder, var chunks]:
        await PeerBench.RunAsync(Directory.CreateDirectory(folder).FullName, Count(chunks), none);
        return 0;
    case ["store-build", var folder, var chunks, .. var copies]:
        await StoreBench.BuildAsync(folder, Count(chunks), copies.Length > 0 ? Count(copies[0]) : 1, none);
        return 0;
    case ["store-query", var folder]:
        await StoreBench.QueryAsync(folder, none);
        return 0;
    case ["index-repo", var folder, .. var runs]:
        await PipelineBench.IndexRepositoryAsync(folder, runs.Length > 0 ? Count(runs[0]) : 5, none);
        return 0;
    case ["bulk", var folder, var chunks]:
        await PipelineBench.BulkAsync(folder, Count(chunks), none);
        return 0;
    case ["bulk-search", var folder, var chunks]:
        await PipelineBench.SearchAsync(folder, Count(chunks), none);
        return 0;
    case ["http-search", var program, var folder, var chunks]:
        await ServerBench.SearchOverHttpAsync(program, Path.Combine(folder, "data"), Count(chunks), none);
        return 0;
    case ["cli-search", var program, var folder, var query]:
        await ServerBench.SearchByCommandAsync(program, folder, query, none);
        return 0;
    case ["providers", .. var parts]:
        await ProviderBench.RunAsync(parts, none);
        return 0;
    case [AnsweringServer.Command, var data]:
        await AnsweringServer.RunAsync(data, none);
        return 0;
    case ["analysis", var file]:
        AnalysisBench.Run(file);
        return 0;
    case ["lexical", var folder, var judgements, .. var rest]:
        LexicalQuality.Run(folder, judgements, rest.Length > 0 ? Number(rest[0]) : Bm25.K1, rest.Length > 1 ? Number(rest[1]) : Bm25.B);
        return 0;
    case ["models", var folder]:
        await ModelBench.RunAsync(Directory.CreateDirectory(folder).FullName, none);
        return 0;
    case ["stores", var folder, var stores, var embeddings, .. var sizes]:
        await TeamBench.RunAsync(Directory.CreateDirectory(folder).FullName, stores.Split(','), MadeUpEmbeddings.Of(embeddings), [.. sizes.Select(Count)], none);
        return 0;
    case ["embeddings", var what, .. var count]:
        await EmbeddingSpread.RunAsync(what, count.Length > 0 ? Count(count[0]) : 100_000, none);
        return 0;
    case ["switch", var folder, var stores, var chunks]:
        await SwitchBench.RunAsync(Directory.CreateDirectory(folder).FullName, stores.Split(','), Count(chunks), none);
        return 0;
    case ["clients", var chunks]:
        await ClientBench.RunAsync(Count(chunks), none);
        return 0;
    case [ClientBench.Command, var url, var chunks, var seconds]:
        await ClientBench.SearchAsync(url, Count(chunks), Count(seconds), none);
        return 0;
    case ["service", var folder, .. var programs]:
        await ServiceBench.RunAsync(Directory.CreateDirectory(folder).FullName, programs.FirstOrDefault() ?? BuiltServer(), none);
        return 0;
    default:
        await Console.Error.WriteLineAsync(
            """
            usage: Synapse.Bench COMMAND
              peers DIR CHUNKS                    keyword index and search beside FTS5 and Lucene.Net
              store-build DIR CHUNKS [COPIES]     the store alone: analysing, committing
              store-query DIR                     the store alone: opening, searching
              index-repo FOLDER [RUNS]            a folder from nothing until searchable, then one changed file
              bulk DIR CHUNKS                     all of the pipeline over made-up files, then searches
              bulk-search DIR CHUNKS              only those searches, in a new process
              http-search PROGRAM DIR CHUNKS      the same questions over HTTP, to 'PROGRAM serve'
              cli-search PROGRAM FOLDER QUERY     'PROGRAM search' as a whole process
              providers [latency|streams|embeddings]...
                                                  the provider layer beside a bare HTTP client, before a fake model server
              analysis FILE|synthetic             processor time of splitting text into terms
              models DIR                          a sentence-transformers model of MiniLM's size, beside @huggingface/transformers
              stores DIR sqlite,postgres clustered|layered SIZE...
                                                  both stores with so many chunks: loading, size, search, recall
              embeddings clustered|layered|FOLDER [COUNT]
                                                  how near the nearest are: of made-up embeddings, or of texts by the built-in model
              switch DIR sqlite,postgres CHUNKS   a switch to another model while the collection is searched
              clients CHUNKS                      one process that searches a PostgreSQL database, and two
              service DIR [PROGRAM]               the embedding server over HTTP, the built one or PROGRAM, with that model
              lexical SET JUDGEMENTS [K1 B]       NDCG@10 of BM25 alone
            """);
        return 2;
}

static int Count(string text) => int.Parse(text, CultureInfo.InvariantCulture);
static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

// Built beside this program, for the same configuration.
static string BuiltServer()
{
    var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
    return Path.Combine(folder.Parent!.Parent!.FullName, "Synapse.EmbeddingServer", folder.Name, OperatingSystem.IsWindows() ? "synapse-embedding-server.exe" : "synapse-embedding-server");
}
