using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Wire;

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

    /// <returns>The tokens.</returns>
    /// <exception cref="RequestException">There are too many.</exception>
    public static long CheckTokens(long tokens, ServiceOptions options, string param)
        => tokens <= options.MaxRequestTokens ? tokens
            : throw RequestException.TooLarge(param, $"The request has {tokens} tokens; this server takes max {options.MaxRequestTokens} tokens per request. Send fewer texts at once.");
}
