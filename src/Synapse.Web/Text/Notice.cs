using Synapse.Errors;

namespace Synapse.Web.Text;

/// <summary>Something that went wrong, as the page says it.</summary>
/// <param name="Title">A few words that name it.</param>
/// <param name="Message">What was wrong, and what to do.</param>
/// <param name="Code">Stable code; null for a fault of the program.</param>
public sealed record Notice(string Title, string Message, string? Code = null)
{
    /// <summary>Puts an error into words. Only errors that are meant for people keep their own message.</summary>
    public static Notice From(Exception error) => error is SynapseException known
        ? new(known.Title, known.Message, known.Code)
        : new("Something went wrong", "Synapse could not finish this. Try again; if it stays, the log of the server says more.");
}
