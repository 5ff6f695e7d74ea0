using System.Globalization;
using Synapse.StaticModel.Mining;
using Synapse.StaticModel.Scoring;
using Synapse.StaticModel.Training;

const string Usage = """
    download RULES PACKAGES                          fetch the packages chosen by packages.txt
    mine PACKAGES PAIRS [FAMILY ...]                 write one .pairs file per family
    prepare PAIRS CORPUS [EVALUATION ...] [FAMILY[/KIND]=SHARE ...]
                                                     tokenise; drop pairs that share text with the evaluation corpora
    train CORPUS WEIGHTS [OPTION=VALUE ...]          train and write the weights
    evaluate WEIGHTS|resource FOLDER:JUDGEMENTS ...  NDCG@10 alone and with BM25
    speed WEIGHTS|resource TEXT                      chunks per second, time to the first embedding
    all RULES WORK WEIGHTS [EVALUATION ...]          all of these, with the settings of the committed weights
    """;

try
{
    switch (args)
    {
        case ["download", var rules, var packages]:
            PackageSelection.Download(rules, packages);
            return 0;
        case ["mine", var packages, var pairs, .. var families]:
            MineCommand.Run(packages, pairs, families, threads: 2);
            return 0;
        case ["prepare", var pairs, var corpus, .. var rest]:
            Prepare(pairs, corpus, rest);
            return 0;
        case ["train", var corpus, var weights, .. var options]:
            new Trainer(PreparedCorpus.Load(corpus), TrainingOptions.Parse(options)).Train(weights);
            return 0;
        case ["evaluate", var weights, .. var sets]:
            EvaluateCommand.Run(weights, sets);
            return 0;
        case ["speed", var weights, var text]:
            SpeedCommand.Run(weights, text);
            return 0;
        case ["all", var rules, var work, var weights, .. var evaluation]:
            PackageSelection.Download(rules, Path.Combine(work, "packages"));
            MineCommand.Run(Path.Combine(work, "packages"), Path.Combine(work, "pairs"), [], threads: 2);
            Prepare(Path.Combine(work, "pairs"), Path.Combine(work, "corpus.bin"), [.. evaluation, .. PrepareCommand.CommittedShares]);
            new Trainer(PreparedCorpus.Load(Path.Combine(work, "corpus.bin")), new TrainingOptions()).Train(weights);
            return 0;
    }
}
catch (Exception problem) when (problem is ArgumentException or IOException or FormatException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}

Console.Error.WriteLine(Usage);
return 2;

static void Prepare(string pairs, string corpus, string[] rest)
{
    var shares = rest.Where(static a => a.Contains('=', StringComparison.Ordinal)).Select(static a => a.Split('=')).ToDictionary(static a => a[0], static a => double.Parse(a[1], CultureInfo.InvariantCulture));
    PrepareCommand.Run(pairs, corpus, [.. rest.Where(static a => !a.Contains('=', StringComparison.Ordinal))], shares);
}
