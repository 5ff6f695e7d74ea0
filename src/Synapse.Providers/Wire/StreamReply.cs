using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Synapse.Chat;

namespace Synapse.Providers.Wire;

/// <summary>Listens to the events of one reply and knows whether it is complete: a finish was seen, and no error. No end mark and no end of the connection can stand in for that.</summary>
/// <param name="classifier">Classifies errors inside the stream.</param>
internal abstract class StreamReply(FailureClassifier classifier)
{
    private ChatFinish? _finish;
    private bool _filtered;

    /// <summary>How it ended; null while no finish was seen. What a filter caught stays caught, also when the finish said otherwise.</summary>
    public ChatFinish? Finish => _finish is not null && _filtered ? ChatFinish.Filtered : _finish;

    /// <summary>Tokens as the server counted them; null when it did not say.</summary>
    public TokenUsage? Usage { get; protected set; }

    /// <summary>Whether the end mark came, after which nothing counts.</summary>
    public bool IsOver { get; protected set; }

    /// <summary>Classifies errors inside the stream.</summary>
    protected FailureClassifier Classifier { get; } = classifier;

    /// <summary>Takes one event.</summary>
    /// <param name="item">The event.</param>
    /// <param name="pieces">Receives what it adds to the reply.</param>
    /// <exception cref="WireException">It is an error, or breaks the protocol.</exception>
    public void Accept(StreamEvent item, ICollection<StreamPiece> pieces)
    {
        if (item.Data.Span.SequenceEqual("[DONE]"u8))
        {
            IsOver = true;
            return;
        }

        var data = Utf8.IsValid(item.Data.Span) ? item.Data : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(item.Data.Span));
        try
        {
            using var document = JsonDocument.Parse(data);
            if (item.Name == "error" || HasError(document.RootElement))
            {
                throw new WireException(Classifier.OfEvent(ErrorText.FromJson(document.RootElement) ?? ErrorText.Read(item.Data.Span)));
            }

            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new WireException(Classifier.Protocol("an event is not a JSON object"));
            }

            AcceptJson(document.RootElement, item.Name, pieces);
        }
        catch (JsonException exception)
        {
            throw new WireException(item.Name == "error" ? Classifier.OfEvent(ErrorText.Read(item.Data.Span)) : Classifier.Protocol("an event is not valid JSON"), exception);
        }
        catch (InvalidOperationException exception)
        {
            // A lone surrogate, or a value of another type than the protocol has there.
            throw new WireException(Classifier.Protocol("an event has a value that cannot be read"), exception);
        }
    }

    /// <summary>Takes the JSON of one event that is no error.</summary>
    protected abstract void AcceptJson(JsonElement root, string? name, ICollection<StreamPiece> pieces);

    /// <summary>Notes how the reply ended; the first finish counts.</summary>
    protected void Finished(ChatFinish finish) => _finish ??= finish;

    /// <summary>A filter caught something, which ends the reply whatever else comes.</summary>
    protected void Filtered()
    {
        _filtered = true;
        _finish ??= ChatFinish.Filtered;
    }

    /// <summary>The text of a property; null when it is missing, null, or empty.</summary>
    protected static string? Text(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>A count; 0 when it is missing or no number that fits.</summary>
    protected static long Count(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) ? count : 0;

    private static bool HasError(JsonElement root)
        => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.ValueKind is not (JsonValueKind.Null or JsonValueKind.False);
}
