using System.Text.RegularExpressions;
using Synapse.Errors;
using Synapse.LocalModels.Catalogue;

namespace Synapse.LocalModels.Keeping;

/// <summary>A model as someone asked for it.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="HubId">Its id on the hub; null when it is known by its folder alone.</param>
internal sealed partial record ModelReference(string Name, string? HubId)
{
    /// <summary>Reads a name of the catalogue, an id of a hub (<c>OWNER/NAME</c>), or the name of a folder.</summary>
    /// <exception cref="UnknownModelException">It is none of these.</exception>
    public static ModelReference Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if ((ModelCatalogue.Find(text) ?? ModelCatalogue.Find(text.Replace("--", "/", StringComparison.Ordinal))) is { } known)
        {
            return new ModelReference(known.Name, known.HubId);
        }

        return text.Split('/') switch
        {
            [var name] when IsName(name) => new ModelReference(name, null),

            // Two dashes stand in no name of a hub, so no two ids share a folder.
            [var owner, var name] when IsName(owner) && IsName(name) => new ModelReference($"{owner}--{name}", text),
            _ => throw new UnknownModelException(text),
        };
    }

    /// <summary>Whether a text can be the name of a model's folder.</summary>
    public static bool IsName(string text) => Name128().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex Name128();
}
