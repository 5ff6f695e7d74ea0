using System.Collections.Frozen;

namespace Synapse.Ingestion.Walking;

/// <summary>What is left out by its name alone, whatever the ignore files say.</summary>
internal static class NameRules
{
    private static readonly FrozenSet<string> VersionControlFolders = FrozenSet.Create(
        StringComparer.Ordinal, ".git", ".hg", ".svn", ".bzr", "_darcs", "CVS", ".jj", ".pijul", ".fslckout");

    // Only what no one writes by hand; everything else, such as bin, obj, vendor or target, is for the ignore files to name.
    private static readonly FrozenSet<string> DependencyFolders = FrozenSet.Create(
        StringComparer.Ordinal, "node_modules", ".venv", "__pycache__");

    private static readonly FrozenSet<string> SecretNames = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "identity",
        ".netrc", "_netrc", ".pgpass", ".my.cnf", ".git-credentials", ".htpasswd", ".pypirc", ".npmrc", ".dockercfg", ".s3cfg", ".boto", "credentials");

    private static readonly FrozenSet<string> SecretExtensions = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".pem", ".key", ".pfx", ".p12", ".pkcs12", ".p8", ".jks", ".keystore", ".kdbx", ".kdb", ".ppk", ".pk8", ".gpg", ".agekey",
        ".env", ".tfstate");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> SecretExtensionsBySpan =
        SecretExtensions.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string> EnvironmentExamples = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".env.example", ".env.sample", ".env.template", ".env.dist", "example.env", "sample.env", "template.env");

    /// <summary>Why a folder of this name is left out; null when it is not.</summary>
    public static (string Reason, string Detail)? ForFolder(string name)
        => VersionControlFolders.Contains(name) ? (SkipReason.VersionControl, "It belongs to a version control system.")
            : DependencyFolders.Contains(name) ? (SkipReason.Dependencies, "It holds installed dependencies or compiled caches.")
            : null;

    /// <summary>Why a file of this name is left out; null when it is not.</summary>
    public static (string Reason, string Detail)? ForFile(string name)
    {
        // In a work tree or submodule .git is a file.
        if (name == ".git")
        {
            return (SkipReason.VersionControl, "It belongs to a version control system.");
        }

        if (EnvironmentExamples.Contains(name))
        {
            return null;
        }

        if (name.StartsWith(".env", StringComparison.OrdinalIgnoreCase)
            && (name.Length == 4 || name[4] is '.' or '-' or '_' || name.Equals(".envrc", StringComparison.OrdinalIgnoreCase)))
        {
            return (SkipReason.Secret, "Environment files hold secrets.");
        }

        return SecretNames.Contains(name) || SecretExtensionsBySpan.Contains(Path.GetExtension(name.AsSpan()))
            ? (SkipReason.Secret, "A file of this name holds a private key or password.")
            : null;
    }
}
