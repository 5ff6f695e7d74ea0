using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>
/// Reads the score of a piece as Rust's serde_json does: digits as an integer, divided by a power of ten. The last bit can differ from the
/// nearest number, and where two ways to cut a text have the same sum, it decides.
/// </summary>
internal static class ScoreReader
{
    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, 309).Select(static power => double.Parse($"1e{power}", CultureInfo.InvariantCulture))];

    /// <summary>The number of a JSON value that is one.</summary>
    public static double Read(JsonElement number)
    {
        var text = JsonMarshal.GetRawUtf8Value(number);
        var isNegative = text[0] == '-';
        var (significand, exponent, isFraction, isFull, at) = (0UL, 0, false, false, isNegative ? 1 : 0);
        for (; at < text.Length && text[at] is not ((byte)'e' or (byte)'E'); at++)
        {
            if (text[at] == '.')
            {
                isFraction = true;
                continue;
            }

            var digit = (ulong)(text[at] - '0');
            isFull |= significand > (ulong.MaxValue - digit) / 10;
            if (isFull)
            {
                // Digits that have no room are dropped; those before the point still count as places.
                exponent += isFraction ? 0 : 1;
            }
            else
            {
                significand = (significand * 10) + digit;
                exponent -= isFraction ? 1 : 0;
            }
        }

        if (at < text.Length)
        {
            exponent += int.TryParse(text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) ? Math.Clamp(written, -100_000, 100_000) : 0;
        }

        var value = Scale(significand, exponent);
        return isNegative ? -value : value;
    }

    private static double Scale(double value, int exponent)
    {
        while (value != 0 && exponent < -308)
        {
            value /= PowersOfTen[308];
            exponent += 308;
        }

        return value == 0 ? 0 : exponent > 308 ? double.PositiveInfinity : exponent >= 0 ? value * PowersOfTen[exponent] : value / PowersOfTen[-exponent];
    }
}
