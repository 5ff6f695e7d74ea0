// Serves a fake until it is interrupted.
using Synapse.Fakes;
using Synapse.Fakes.Control;

CommandLine line;
try
{
    line = CommandLine.Parse(args);
    if (line.Help)
    {
        Console.WriteLine(CommandLine.Usage);
        return 0;
    }

    if (line.List)
    {
        foreach (var scenario in FakeProvider.Scenarios)
        {
            Console.WriteLine($"{scenario.Group,-10} {scenario.Id,-24} {scenario.Summary}");
            Console.WriteLine($"{"",-35} in {string.Join(", ", scenario.Dialects)}{string.Concat(scenario.Parameters.Select(pair => $"; {pair.Key}={pair.Value}"))}");
        }

        return 0;
    }

    await using var fake = FakeProvider.Start(line.Options);
    Console.WriteLine($"address  {fake.Address}");
    Console.WriteLine($"control  {fake.ControlAddress}");
    if (fake.TrustedRoot is { } root && line.RootFile is { } file)
    {
        await File.WriteAllTextAsync(file, root.ExportCertificatePem());
        Console.WriteLine($"root     {file}");
    }

    var stop = new TaskCompletionSource();
    Console.CancelKeyPress += (_, interrupted) =>
    {
        interrupted.Cancel = true;
        stop.TrySetResult();
    };
    AppDomain.CurrentDomain.ProcessExit += (_, _) => stop.TrySetResult();
    await stop.Task;
    return 0;
}
catch (Exception exception) when (exception is ArgumentException or System.Net.Sockets.SocketException or IOException)
{
    await Console.Error.WriteLineAsync($"{exception.Message}\n\n{CommandLine.Usage}");
    return 2;
}
