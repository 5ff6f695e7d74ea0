namespace Synapse.Server.Hosting;

/// <summary>The variables that the server reads beside those of providers, for what checks, describes and suggests them.</summary>
public static class ServerVariables
{
    /// <summary>The variable that names the server's port.</summary>
    public const string Port = "PORT";

    /// <summary>The variables, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = [.. SettingDescriptions.Variables.Select(setting => setting.Name)];
}
