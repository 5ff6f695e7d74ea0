using System.Globalization;

namespace Synapse.ModelServers.Tests.TestSupport.Gguf;

/// <summary>A vocabulary in SentencePiece's manner: specials, the 256 bytes, printable characters, then pieces.</summary>
internal sealed class SentencePieces
{
    /// <summary>Index of the first token that is neither a special nor a byte.</summary>
    public const int FirstPiece = 259;

    private const int Normal = 1, Unknown = 2, Control = 3, Byte = 6;
    private readonly List<string> _tokens = ["<unk>", "<s>", "</s>"];
    private readonly List<float> _scores = [0, 0, 0];
    private readonly List<int> _types = [Unknown, Control, Control];

    public SentencePieces(IEnumerable<string> pieces)
    {
        for (var value = 0; value < 256; value++)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), 0, Byte);
        }

        var characters = Enumerable.Range('!', '~' - '!' + 1).Select(character => ((char)character).ToString());
        foreach (var piece in characters.Prepend("▁").Concat(pieces).Distinct())
        {
            Add(piece, FirstPiece - 1 - _tokens.Count, Normal);
        }
    }

    public int Count => _tokens.Count;

    public int IndexOf(string piece) => _tokens.IndexOf(piece);

    public void AddSpecial(string text) => Add(text, 0, Control);

    public void AddTo(GgufWriter file)
    {
        file.Add("tokenizer.ggml.model", "llama");
        file.Add("tokenizer.ggml.tokens", _tokens);
        file.Add("tokenizer.ggml.scores", _scores);
        file.Add("tokenizer.ggml.token_type", _types);
        file.Add("tokenizer.ggml.unknown_token_id", 0u);
        file.Add("tokenizer.ggml.bos_token_id", 1u);
        file.Add("tokenizer.ggml.eos_token_id", 2u);
        file.Add("tokenizer.ggml.add_bos_token", true);
        file.Add("tokenizer.ggml.add_eos_token", false);
    }

    private void Add(string token, float score, int type)
    {
        _tokens.Add(token);
        _scores.Add(score);
        _types.Add(type);
    }
}
