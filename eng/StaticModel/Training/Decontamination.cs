using System.Text.Json;
using Synapse.LocalModels.Static;

namespace Synapse.StaticModel.Training;

/// <summary>Knows every run of tokens of the evaluation corpora, so that training pairs that share one can be dropped.</summary>
internal sealed class Decontamination
{
    /// <summary>Length of a shared run that counts as a copy, in tokens.</summary>
    public const int RunTokens = 10;

    private readonly HashSet<ulong> runs = [];

    /// <param name="folders">Folders in BEIR layout: corpus.jsonl and queries.jsonl.</param>
    public Decontamination(IEnumerable<string> folders)
    {
        Span<char> buffer = stackalloc char[TokenScanner.MaxTokenChars];
        foreach (var folder in folders)
        {
            foreach (var file in new[] { "corpus.jsonl", "queries.jsonl" })
            {
                foreach (var line in File.ReadLines(Path.Combine(folder, file)))
                {
                    using var document = JsonDocument.Parse(line);
                    foreach (var field in new[] { "title", "text" })
                    {
                        if (document.RootElement.TryGetProperty(field, out var value))
                        {
                            var window = new RunWindow();
                            var scanner = new TokenScanner(value.GetString(), buffer);
                            while (scanner.MoveNext())
                            {
                                if (window.Push(scanner.Hash))
                                {
                                    runs.Add(window.Hash);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    public int Count => runs.Count;

    public bool Contains(ulong runHash) => runs.Contains(runHash);

    /// <summary>Hash of the last <see cref="RunTokens"/> token hashes.</summary>
    internal struct RunWindow
    {
        private const ulong Base = 0x9e3779b97f4a7c15UL;

        private static readonly ulong Leaving = Power(RunTokens);

        private Ring ring;
        private int pushed;

        public ulong Hash { get; private set; }

        /// <summary>True once the window is full.</summary>
        public bool Push(ulong tokenHash)
        {
            var index = pushed % RunTokens;
            Hash = (Hash * Base) + tokenHash;
            if (pushed >= RunTokens)
            {
                Hash -= ring[index] * Leaving;
            }

            ring[index] = tokenHash;
            return ++pushed >= RunTokens;
        }

        private static ulong Power(int exponent)
        {
            var value = 1UL;
            for (var i = 0; i < exponent; i++)
            {
                value *= Base;
            }

            return value;
        }

        [System.Runtime.CompilerServices.InlineArray(RunTokens)]
        private struct Ring
        {
            private ulong first;
        }
    }
}
