using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Synapse.Library;

namespace Synapse.Server.Features.Documents;

/// <summary>Where a page of documents ended. It names a place in the order, not a document, so that it outlives the document.</summary>
internal static class DocumentCursor
{
    public static string Write(Document last)
        => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{last.Id}:{last.Path}")));

    /// <summary>Reads a cursor as a document of which only path and id mean anything; null when it is none.</summary>
    public static Document? TryRead(string cursor)
    {
        if (!Base64Url.IsValid(cursor))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new Document(id, 0, 0, text[(colon + 1)..], "", "", 0, default, 0, 0)
            : null;
    }
}
