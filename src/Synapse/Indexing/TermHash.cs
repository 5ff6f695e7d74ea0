using System.Numerics;
using System.Runtime.InteropServices;

namespace Synapse.Indexing;

/// <summary>The 64-bit hash that terms are kept and found by. Written in files: it never changes.</summary>
internal static class TermHash
{
    /// <summary>Hashes a term.</summary>
    public static ulong Of(ReadOnlySpan<char> term)
    {
        var hash = (ulong)term.Length * 0x9E3779B97F4A7C15UL;
        var whole = MemoryMarshal.Cast<char, ulong>(term[..(term.Length & ~3)]);
        foreach (var four in whole)
        {
            hash = (BitOperations.RotateLeft(hash, 29) ^ four) * 0xBF58476D1CE4E5B9UL;
        }

        var rest = 0UL;
        foreach (var unit in term[(term.Length & ~3)..])
        {
            rest = (rest << 16) | unit;
        }

        hash = (BitOperations.RotateLeft(hash, 29) ^ rest) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 32)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 29);
    }
}
