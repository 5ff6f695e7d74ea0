using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace Synapse.Web.Hosting;

/// <summary>A file of the pages (style sheet, script, icon), embedded in this assembly.</summary>
internal sealed class WebAsset
{
    private const string ResourcePrefix = "assets/";

    /// <summary>Every asset by its file name.</summary>
    public static FrozenDictionary<string, WebAsset> All { get; } = Load();

    private WebAsset(string name, byte[] content)
    {
        Name = name;
        Content = content;
        Version = Convert.ToHexStringLower(SHA256.HashData(content))[..16];
        ContentType = Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            var other => throw new InvalidOperationException($"No content type is known for '{other}'."),
        };
        _compressed = new(() => Compress(content));
    }

    private readonly Lazy<byte[]> _compressed;

    /// <summary>File name.</summary>
    public string Name { get; }

    /// <summary>Content type with its charset.</summary>
    public string ContentType { get; }

    /// <summary>16 hex digits that change with the content.</summary>
    public string Version { get; }

    /// <summary>The content as it is.</summary>
    public byte[] Content { get; }

    /// <summary>The content compressed with gzip, made at first use.</summary>
    public byte[] Compressed => _compressed.Value;

    /// <summary>Address of an asset; it changes with the content, so that browsers may keep it for ever.</summary>
    public static string Address(string name) => $"{SynapseWeb.AssetPath}/{name}?v={All[name].Version}";

    private static byte[] Compress(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return output.ToArray();
    }

    private static FrozenDictionary<string, WebAsset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return new WebAsset(name[ResourcePrefix.Length..], content);
            })
            .ToFrozenDictionary(asset => asset.Name, StringComparer.Ordinal);
    }
}
