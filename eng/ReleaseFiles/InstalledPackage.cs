using System.Xml.Linq;

namespace Synapse.ReleaseFiles;

/// <summary>A package as NuGet has unpacked it on this machine.</summary>
/// <param name="name">Its name.</param>
/// <param name="version">Its version.</param>
internal sealed class InstalledPackage(string name, string version)
{
    private readonly string _folder = Path.Combine(Root, Lower(name), version);

    /// <summary>The hash of the package file, in hexadecimal digits; null when it is not known.</summary>
    public string? Sha512
        => Path.Combine(_folder, $"{Lower(name)}.{version}.nupkg.sha512") is var file && File.Exists(file) ? Convert.ToHexStringLower(Convert.FromBase64String(File.ReadAllText(file).Trim())) : null;

    /// <summary>Its licence as an SPDX expression; null when it states none.</summary>
    public string? LicenceExpression => Licence is { } licence && (string?)licence.Attribute("type") == "expression" ? licence.Value : null;

    /// <summary>Where its licence is told instead.</summary>
    public string LicenceNote => Licence is { } file ? $"file {file.Value} of the package" : Metadata("licenseUrl")?.Value ?? "not stated by the package";

    private static string Root { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private XElement? Licence => Metadata("license");

    private XElement? Metadata(string element)
        => Path.Combine(_folder, $"{Lower(name)}.nuspec") is var file && File.Exists(file) ? XDocument.Load(file).Descendants().FirstOrDefault(each => each.Name.LocalName == element) : null;

    // Folders of packages are in small letters.
#pragma warning disable CA1308
    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
