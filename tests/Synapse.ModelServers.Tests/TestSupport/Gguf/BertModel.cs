namespace Synapse.ModelServers.Tests.TestSupport.Gguf;

/// <summary>Writes tiny models of the BERT architecture: an embedder in which texts that share words are close, and a reranker.</summary>
internal static class BertModel
{
    private const int Layers = 1, Heads = 4, ContextTokens = 512, SpecialTokens = 5;
    private static readonly string[] s_specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    private const uint MeanPooling = 1, RankPooling = 4;

    public static void WriteEmbedder(string path, int dimensions, int seed) => Write(path, "tiny-embedder", dimensions, seed, isReranker: false);

    public static void WriteReranker(string path, int width, int seed) => Write(path, "tiny-reranker", width, seed, isReranker: true);

    private static void Write(string path, string name, int width, int seed, bool isReranker)
    {
        var random = new Random(seed);
        var tokens = WordPieces();
        var file = new GgufWriter();
        AddMetadata(file, name, width, isReranker ? RankPooling : MeanPooling);
        AddVocabulary(file, tokens);

        var words = Numbers.Normal(random, tokens.Count * width, 1f);
        words.AsSpan(0, SpecialTokens * width).Clear();
        file.AddTensor("token_embd.weight", words, width, tokens.Count);
        file.AddTensor("position_embd.weight", Numbers.Normal(random, ContextTokens * width, 0.02f), width, ContextTokens);
        file.AddTensor("token_types.weight", Numbers.Normal(random, 2 * width, 0.02f), width, 2);
        AddNorm(file, "token_embd_norm", width);
        for (var layer = 0; layer < Layers; layer++)
        {
            foreach (var part in (string[])["attn_q", "attn_k", "attn_v", "attn_output"])
            {
                AddDense(file, $"blk.{layer}.{part}", Numbers.Normal(random, width * width, isReranker ? 0.2f : 0.01f), width, width);
            }

            AddNorm(file, $"blk.{layer}.attn_output_norm", width);
            AddDense(file, $"blk.{layer}.ffn_up", Numbers.Normal(random, width * width, 0.01f), width, width);
            AddDense(file, $"blk.{layer}.ffn_down", Numbers.Normal(random, width * width, 0.01f), width, width);
            AddNorm(file, $"blk.{layer}.layer_output_norm", width);
        }

        if (isReranker)
        {
            AddDense(file, "cls", Numbers.Normal(random, width * width, 0.3f), width, width);
            AddDense(file, "cls.output", Numbers.Normal(random, width, 1f), width, 1);
        }

        file.Save(path);
    }

    private static void AddDense(GgufWriter file, string name, float[] weights, int inputs, int outputs)
    {
        file.AddTensor($"{name}.weight", weights, inputs, outputs);
        file.AddTensor($"{name}.bias", new float[outputs], outputs);
    }

    private static void AddNorm(GgufWriter file, string name, int width)
    {
        file.AddTensor($"{name}.weight", Numbers.Ones(width), width);
        file.AddTensor($"{name}.bias", new float[width], width);
    }

    private static void AddMetadata(GgufWriter file, string name, int width, uint pooling)
    {
        file.Add("general.architecture", "bert");
        file.Add("general.name", name);
        file.Add("general.file_type", 0u);
        file.Add("bert.context_length", (uint)ContextTokens);
        file.Add("bert.embedding_length", (uint)width);
        file.Add("bert.block_count", (uint)Layers);
        file.Add("bert.feed_forward_length", (uint)width);
        file.Add("bert.attention.head_count", (uint)Heads);
        file.Add("bert.attention.layer_norm_epsilon", 1e-12f);
        file.Add("bert.attention.causal", false);
        file.Add("bert.pooling_type", pooling);
    }

    private static void AddVocabulary(GgufWriter file, List<string> tokens)
    {
        file.Add("tokenizer.ggml.model", "bert");
        file.Add("tokenizer.ggml.pre", "default");
        // llama.cpp marks the start of a word by U+2581, and writes the inner piece "##x" without its mark.
        file.Add("tokenizer.ggml.tokens", [.. tokens.Select(token => IsSpecial(token) ? token : IsInner(token) ? token[2..] : "▁" + token)]);
        file.Add("tokenizer.ggml.scores", [.. tokens.Select(_ => 0f)]);
        file.Add("tokenizer.ggml.token_type", [.. tokens.Select(token => token == "[UNK]" ? 2 : IsSpecial(token) ? 3 : 1)]);
        file.Add("tokenizer.ggml.token_type_count", 2u);
        file.Add("tokenizer.ggml.padding_token_id", 0u);
        file.Add("tokenizer.ggml.unknown_token_id", 1u);
        file.Add("tokenizer.ggml.bos_token_id", 2u);
        file.Add("tokenizer.ggml.cls_token_id", 2u);
        file.Add("tokenizer.ggml.eos_token_id", 3u);
        file.Add("tokenizer.ggml.seperator_token_id", 3u); // llama.cpp's own spelling
        file.Add("tokenizer.ggml.mask_token_id", 4u);
    }

    private static bool IsSpecial(string token) => token.Length > 2 && token[0] == '[' && token[^1] == ']';

    private static bool IsInner(string token) => token.Length > 2 && token.StartsWith("##", StringComparison.Ordinal);

    private static List<string> WordPieces()
    {
        const string Characters = "abcdefghijklmnopqrstuvwxyz0123456789";
        const string Words = """
            the of and to in is that for on with as by this be are from or an which at it not what how why who when where can will a document answer
            question text page file search vector database language model retrieval embedding chunk token server client user password login invoice
            contract employee vacation policy error network reset notice period month cat dog weather rain sun
            """;
        string[] endings = ["s", "ing", "ed", "er", "ly", "ion", "tion", "al", "ment", "ness", "able", "es"];
        return
        [
            .. s_specials
                .Concat(Characters.Select(character => character.ToString()))
                .Concat(Characters.Select(character => $"##{character}"))
                .Concat(".,;:!?'\"()[]{}-_/\\@#$%&*+=<>".Select(character => character.ToString()))
                .Concat(Words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
                .Concat(endings.Select(ending => $"##{ending}"))
                .Distinct(),
        ];
    }
}
