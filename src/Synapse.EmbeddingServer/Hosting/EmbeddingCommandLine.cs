using System.Collections;
using System.Net.Sockets;
using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Synapse.EmbeddingServer.Serving;

namespace Synapse.EmbeddingServer.Hosting;

/// <summary>The program: reads its arguments, runs the service until it is stopped, and turns every outcome into an exit code.</summary>
internal static class EmbeddingCommandLine
{
    /// <summary>Stopped as asked.</summary>
    public const int Ok = 0;

    /// <summary>The service that was asked for its health is not ready.</summary>
    public const int NotReady = 1;

    /// <summary>A setting or an argument is wrong, or the port is taken.</summary>
    public const int BadInput = 2;

    /// <summary>A model cannot be loaded.</summary>
    public const int Failed = 3;

    private const string ProgramName = "synapse-embedding-server";
    private const string HealthOption = "--health";

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Any(static argument => argument is "--help" or "-h" or "-?"))
        {
            await Console.Out.WriteAsync(HelpText.Write());
            return Ok;
        }

        if (arguments.Contains("--version"))
        {
            await Console.Out.WriteLineAsync($"{ProgramName} {typeof(EmbeddingCommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
            return Ok;
        }

        var faults = new List<string>();
        var asksHealth = arguments.Contains(HealthOption);
        var options = new ServiceOptionsReader(Settings([.. arguments.Where(static argument => argument != HealthOption)], faults), faults).Read();
        if (faults.Count > 0)
        {
            return await ReportAsync(faults);
        }

        return asksHealth ? await ProbeAsync(options) : await ServeAsync(options);
    }

    private static async Task<int> ProbeAsync(ServiceOptions options)
    {
        var (isReady, words) = await HealthProbe.AskAsync(options);
        await (isReady ? Console.Out : Console.Error).WriteLineAsync(isReady ? words : $"{ProgramName}: {words}");
        return isReady ? Ok : NotReady;
    }

    private static async Task<int> ServeAsync(ServiceOptions options)
    {
        await using var app = EmbeddingService.Build(options);
        try
        {
            await app.StartAsync();
        }
        catch (IOException error) when (error.InnerException is AddressInUseException || error.InnerException?.InnerException is SocketException)
        {
            return await ReportAsync([$"PORT / --port: port {options.Port} is in use by another program. Choose another, or stop that program."]);
        }
        catch (SocketException error)
        {
            return await ReportAsync([$"HOST / --host: it is not possible to listen on '{options.Address}' ({error.SocketErrorCode}). Name an address of this machine, or leave it out."]);
        }

        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A signal, or a model that cannot be loaded, was faster than the start.
        }

        await app.WaitForShutdownAsync();
        if (app.Services.GetRequiredService<ModelLoading>().Failure is { } failure)
        {
            await Console.Error.WriteLineAsync($"{ProgramName}: {failure}");
            return Failed;
        }

        return Ok;
    }

    /// <summary>Settings of the environment, and those of the command line before them.</summary>
    private static Dictionary<string, string> Settings(string[] arguments, List<string> faults)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            settings[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var before, var after] ? (before, after) : (arguments[i], null);
            if (ServiceSetting.All.FirstOrDefault(setting => setting.Option == name) is not { } setting)
            {
                faults.Add($"{name}: there is no such option. See '{ProgramName} --help'.");
            }
            else if ((value ?? (i + 1 < arguments.Length ? arguments[++i] : null)) is { } given)
            {
                settings[setting.Variable] = given;
            }
            else
            {
                faults.Add($"{name}: its value is missing: {name} {setting.Value}.");
            }
        }

        return settings;
    }

    private static async Task<int> ReportAsync(IEnumerable<string> faults)
    {
        foreach (var fault in faults)
        {
            await Console.Error.WriteLineAsync($"{ProgramName}: {fault}");
        }

        return BadInput;
    }
}
