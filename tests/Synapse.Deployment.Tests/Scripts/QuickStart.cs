using System.Runtime.InteropServices;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.Compose;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Scripts;

/// <summary>
/// A copy of a quick-start script with the Compose files, and a stand-in for Docker on an otherwise short PATH. The stand-in notes what it is asked; where it
/// is to start something, Docker Compose itself reads the files and the settings that the script has made.
/// </summary>
internal sealed class QuickStart : IDisposable
{
    public const string Shell = "quick-start.sh";
    public const string PowerShell = "quick-start.ps1";
    public const string Link = "http://127.0.0.1:3000/sign-in?token=abc";

    private const string FakeDocker = """
        #!/bin/sh
        echo "$*" >> "$FAKE_CALLS"
        case "$*" in
            info) [ "$FAKE_FAULT" != down ] ;;
            "compose version") [ "$FAKE_FAULT" != plugin ] ;;
            "compose up "*) "$FAKE_COMPOSE" config --quiet && [ "$FAKE_FAULT" != unhealthy ] ;;
            "compose run "*) [ "$FAKE_FAULT" != pull ] ;;
            "compose exec "*) echo "$FAKE_LINK" ;;
            "compose ps "*) ;;
            *) echo "The stand-in knows no: $*" >&2; exit 125 ;;
        esac
        """;

    private static readonly string[] s_tools = ["bash", "sh", "sed", "openssl", "od", "tr", "mkdir", "cat", "mv", "chmod", "basename", "dirname", "env"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _script;

    /// <param name="script">Name of the script.</param>
    /// <param name="hasDocker">Whether there is a stand-in for Docker.</param>
    public QuickStart(string script, bool hasDocker = true)
    {
        _script = script;
        foreach (var file in (string[])[script, .. ComposeFile.Names])
        {
            File.Copy(Repository.Path(file), PathOf(file));
        }

        foreach (var tool in s_tools)
        {
            var program = ((string[])["/usr/bin", "/bin"]).Select(folder => Path.Combine(folder, tool)).First(File.Exists);
            File.CreateSymbolicLink(Path.Combine(_folder.CreateFolder("path"), tool), program);
        }

        // The tool pwsh starts itself by this name.
        File.CreateSymbolicLink(PathOf("path/dotnet"), Path.Combine(DotnetRoot, "dotnet"));
        if (hasDocker)
        {
            File.SetUnixFileMode(_folder.Write("path/docker", FakeDocker), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>What the stand-in was asked.</summary>
    public IReadOnlyList<string> Calls => File.Exists(PathOf("calls")) ? File.ReadAllLines(PathOf("calls")) : [];

    public string PathOf(string name) => Path.Combine(_folder.Path, name);

    public string Read(string name) => File.ReadAllText(PathOf(name));

    public void Write(string name, string text) => _folder.Write(name, text);

    /// <summary>The settings that the script has made.</summary>
    public Dictionary<string, string> Settings()
        => File.ReadAllLines(PathOf(".env")).Where(line => !line.StartsWith('#')).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Runs the script.</summary>
    /// <param name="options">Its options, as the shell script has them.</param>
    /// <param name="variables">Variables of its environment, each as NAME=value.</param>
    /// <param name="input">What is typed.</param>
    /// <param name="fault">What is wrong with Docker.</param>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(string options, string variables = "", string? input = null, string fault = "")
    {
        var environment = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        environment["PATH"] = PathOf("path");
        environment["HOME"] = _folder.CreateFolder("home");
        environment["FAKE_CALLS"] = PathOf("calls");
        environment["FAKE_LINK"] = Link;
        environment["FAKE_FAULT"] = fault;
        environment["FAKE_COMPOSE"] = Tool.Require("docker-compose");
        environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        environment["DOTNET_ROOT"] = DotnetRoot;
        string[] words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] command = _script == Shell
            ? [Path.Combine(PathOf("path"), "bash"), PathOf(Shell), .. words]
            : [Tool.Require("pwsh"), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", PathOf(PowerShell), .. words.Select(AsPowerShell)];
        return Tool.RunAsync(environment, "/", input, command);
    }

    public void Dispose() => _folder.Dispose();

    // --no-pull is -NoPull there.
    private static string AsPowerShell(string word)
        => word.StartsWith("--", StringComparison.Ordinal) ? $"-{string.Concat(word[2..].Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..]))}" : word;
}
