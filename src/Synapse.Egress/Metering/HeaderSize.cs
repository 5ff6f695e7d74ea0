using System.Net.Http.Headers;

namespace Synapse.Egress.Metering;

/// <summary>Size of headers as HTTP/1.1 writes them. HTTP/2 packs them, so that fewer bytes travel than are counted.</summary>
internal static class HeaderSize
{
    private const int LineEnd = 2;

    public static long Of(HttpRequestMessage request)
    {
        var uri = request.RequestUri!;

        // METHOD SP PATH SP HTTP/1.1, and the Host header, which is written by the connection.
        var line = request.Method.Method.Length + 1 + uri.PathAndQuery.Length + 1 + 8 + LineEnd;
        var host = request.Headers.Host is null ? "Host: ".Length + uri.Authority.Length + LineEnd : 0;
        return line + host + Of(request.Headers) + Of(request.Content?.Headers) + LineEnd;
    }

    public static long Of(HttpResponseMessage response)
        => 8 + 1 + 3 + 1 + (response.ReasonPhrase?.Length ?? 0) + LineEnd + Of(response.Headers) + Of(response.Content.Headers) + LineEnd;

    private static long Of(HttpHeaders? headers)
    {
        long size = 0;
        foreach (var (name, values) in headers?.NonValidated ?? default)
        {
            // NAME: VALUE, VALUE
            size += name.Length + 2 + (2 * (values.Count - 1)) + LineEnd;
            foreach (var value in values)
            {
                size += value.Length;
            }
        }

        return size;
    }
}
