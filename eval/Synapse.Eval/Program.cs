using System.Text;
using Synapse.Eval;

var arguments = EvalArguments.Read(args);
if (arguments is null)
{
    Console.Error.WriteLine(EvalArguments.Usage);
    return 2;
}

var work = Directory.CreateTempSubdirectory("synapse-eval-").FullName;
try
{
    var benchmark = await Benchmark.PrepareAsync(arguments, work, CancellationToken.None);
    await using var library = benchmark.Library;
    Console.Error.WriteLine($"Indexed {benchmark.Indexing}.");
    if (arguments.Modes.Contains("tune"))
    {
        await new Tuner(benchmark, arguments.Explains).RunAsync(CancellationToken.None);
    }

    var report = new StringBuilder();
    if (arguments.Modes.Contains("search"))
    {
        report.AppendLine(await new SearchReport(benchmark).WriteAsync(CancellationToken.None));
    }

    if (arguments.Modes.Contains("answers"))
    {
        report.AppendLine(await new AnswerReport(benchmark).WriteAsync(CancellationToken.None));
    }

    Console.WriteLine(report);
    if (arguments.ReportPath is { } path)
    {
        await File.WriteAllTextAsync(path, $"{ReportText.Introduction}{report.ToString().TrimEnd()}\n");
    }
}
finally
{
    Directory.Delete(work, recursive: true);
}

return 0;
