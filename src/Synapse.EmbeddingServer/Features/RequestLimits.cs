using Synapse.EmbeddingServer.Wire;
using Synapse.Errors;

namespace Synapse.EmbeddingServer.Features;

/// <summary>How much one request may ask for.</summary>
internal static class RequestLimits
{
    /// <exception cref="RequestException">There are none, or too many.</exception>
    public static void CheckCount(int count, int most, string param)
    {
        if (count == 0)
        {
            throw RequestException.Invalid(param, $"'{param}' is empty.");
        }

        if (count > most)
        {
            throw RequestException.TooLarge(param, $"The request has {count} texts; this server takes at most {most} inputs at once.");
        }
    }

    /// <summary>Lets a model work, and says of a request that has too many tokens for it which field holds them. The model counts them before anything is queued.</summary>
    /// <exception cref="RequestException">There are too many.</exception>
    public static async Task<T> KeepTokensAsync<T>(Func<Task<T>> work, string param)
    {
        try
        {
            return await work();
        }
        catch (TooManyTokensException error)
        {
            throw RequestException.TooLarge(param, $"The request has too many tokens; this server takes max {error.MaxTokens} tokens per request. Send fewer texts at once.");
        }
    }
}
