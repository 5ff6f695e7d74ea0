using System.Diagnostics;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Releases;

/// <summary>Runs programs of a folder that nobody can write to, root included, for a user without a home.</summary>
internal sealed class ReadOnlyProgram : IDisposable
{
    // A mount of its own for each run, so that nothing is left to undo.
    private const string Mounted = """mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && ! touch "$1/written" 2>/dev/null && shift && exec "$@" """;

    private readonly string _folder;
    private readonly TemporaryFolder _current;

    private ReadOnlyProgram(string folder, TemporaryFolder current) => (_folder, _current) = (folder, current);

    /// <summary>Variables of the programs.</summary>
    public Dictionary<string, string> Environment { get; } = new() { ["HOME"] = "/nonexistent", ["SYNAPSE_OFFLINE"] = "true" };

    /// <summary>Prepares a folder.</summary>
    /// <param name="folder">The folder with the programs.</param>
    /// <param name="current">Where they are run.</param>
    public static ReadOnlyProgram Mount(string folder, TemporaryFolder current)
    {
        if (!System.Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return new ReadOnlyProgram(folder, current);
    }

    public string Path(string name) => System.IO.Path.Combine(_folder, name);

    public Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] command) => Tool.RunAsync(Environment, _current.Path, null, Wrap(command));

    public Process Start(params string[] command) => Process.Start(Tool.Describe(Environment, _current.Path, Wrap(command)))!;

    // So that the folder can be removed.
    public void Dispose()
        => File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private string[] Wrap(string[] command)
        => System.Environment.IsPrivilegedProcess ? ["unshare", "--mount", "sh", "-c", Mounted, "sh", _folder, .. command] : command;
}
