namespace Synapse.Server.Hosting;

/// <summary>The bearer token that several servers have in common, for programs that reach them through one address.</summary>
internal static class SharedToken
{
    /// <summary>The variable that holds it.</summary>
    public const string Variable = "SYNAPSE_TOKEN";

    /// <summary>The variable that names a file with it.</summary>
    public const string FileVariable = "SYNAPSE_TOKEN_FILE";

    /// <summary>Reads the token.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="faults">Receives what is wrong, with its key and its cure, and no part of the token.</param>
    /// <returns>Null when there is none, or when it is wrong.</returns>
    public static string? Read(IConfiguration configuration, ICollection<string> faults) => TokenSetting.Read(configuration, Variable, FileVariable, faults);
}
