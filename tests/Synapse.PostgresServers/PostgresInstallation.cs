using System.Diagnostics;

namespace Synapse.PostgresServers;

/// <summary>Where PostgreSQL's programs are, and as whom they run.</summary>
internal static class PostgresInstallation
{
    private const string Prefix = "/opt/synapse-postgres";

    /// <summary>The folder of the programs; null when they are not installed.</summary>
    public static string? Programs
        => new[] { Environment.GetEnvironmentVariable("SYNAPSE_PG_PREFIX") ?? Prefix }
            .Select(prefix => Path.Combine(prefix, "bin"))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    /// <summary>Ids of the user and the group that the server runs as; null for those of this process. PostgreSQL refuses root.</summary>
    public static (string User, string Group)? Account { get; } = Environment.IsPrivilegedProcess ? FindAccount() : null;

    /// <summary>Skips the test without an installation; in CI, fails it.</summary>
    public static string Require()
    {
        if (Programs is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "PostgreSQL is not installed: eng/setup/postgres.sh brings it.");
            Assert.Fail("PostgreSQL is not installed.");
        }

        return Programs;
    }

    /// <summary>A program with its arguments, as the user who may run it.</summary>
    public static string[] Command(string program, params string[] arguments) => Command([], program, arguments);

    /// <summary>As <see cref="Command(string, string[])"/>, and killed when the process that starts it ends, where the system can do that.</summary>
    public static string[] BoundCommand(string program, params string[] arguments)
        => Command(OperatingSystem.IsLinux() ? ["--pdeathsig", "KILL"] : [], program, arguments);

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task RunAsync(string[] command, CancellationToken cancellationToken)
    {
        // What the user may not enter is no place to start in.
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} {string.Join(' ', command[1..])}: {await error}{output}");
        }
    }

    // In one step: a change of the user takes the signal back.
    private static string[] Command(string[] binding, string program, string[] arguments)
    {
        string[] options = [.. binding, .. Account is var (user, group) ? (string[])[$"--reuid={user}", $"--regid={group}", "--clear-groups"] : []];
        return [.. options.Length > 0 ? (string[])["setpriv", .. options, "--"] : [], Path.Combine(Require(), program), .. arguments];
    }

    // The user of Debian's package, or the one that every system has.
    private static (string User, string Group) FindAccount()
    {
        var lines = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).ToArray();
        var account = lines.FirstOrDefault(line => line[0] == "postgres") ?? lines.First(line => line[0] == "nobody");
        return (account[2], account[3]);
    }
}
