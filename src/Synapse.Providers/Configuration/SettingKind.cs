namespace Synapse.Providers.Configuration;

/// <summary>What may stand for the value of a setting.</summary>
public enum SettingKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A text that is never shown.</summary>
    Secret,

    /// <summary>The path of a file.</summary>
    File,

    /// <summary>The path of a folder.</summary>
    Folder,

    /// <summary>An http or https address.</summary>
    Address,

    /// <summary>Yes or no.</summary>
    Switch,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Seconds; a decimal point is allowed.</summary>
    Seconds,

    /// <summary>A price of a million tokens.</summary>
    Price,

    /// <summary>One word of a few.</summary>
    Choice,

    /// <summary>Several texts, separated by commas.</summary>
    List,
}
