namespace Synapse.Library;

/// <summary>Where Synapse keeps what is one user's, when nobody names another place. Every program of Synapse looks there.</summary>
public static class UserDataFolder
{
    /// <summary>Name of the variable that names another place.</summary>
    public const string Variable = "SYNAPSE_DATA";

    /// <summary>The place: on Linux <c>synapse</c> in <c>$XDG_DATA_HOME</c>, else in <c>~/.local/share</c>; on Windows and macOS in the user's own application data.</summary>
    public static string Find()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), "synapse");
    }
}
