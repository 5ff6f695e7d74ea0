namespace Synapse.ModelServers.Tests.TestSupport.Gguf;

/// <summary>Writes tiny models of the llama architecture, so that tests talk to a real server without any download.</summary>
internal static class LlamaModel
{
    private const int EndOfSequence = 2;

    // The layout of the Qwen 2.5 family, without tools.
    private const string ChatTemplate = """
        {%- for message in messages %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|im_start|>assistant\n' }}
        {%- endif %}
        """;

    /// <summary>
    /// Writes a model that says one fixed sentence under greedy decoding. Its one layer adds nothing (its weights are 0), the embedding of a token is
    /// one-hot over states, and the output matrix maps a state to the token that follows: a piece of the sentence leads to the next piece, the last
    /// one to the end, and every other token to the first piece. No piece may occur twice; a word's start is marked by U+2581.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="pieces">The sentence.</param>
    /// <param name="contextTokens">The window.</param>
    /// <param name="unusedPieces">How many pieces the vocabulary has besides, which no text holds: they only make loading take longer.</param>
    public static void WriteFixed(string path, IReadOnlyList<string> pieces, int contextTokens, int unusedPieces = 0)
    {
        Assert.Equal(pieces.Count, pieces.Distinct().Count());
        var vocabulary = new SentencePieces(pieces.Concat(Enumerable.Range(0, unusedPieces).Select(number => $"▁{number:X8}")));
        vocabulary.AddSpecial("<|im_start|>");
        vocabulary.AddSpecial("<|im_end|>");
        int[] chain = [.. pieces.Select(vocabulary.IndexOf)];
        var width = (chain.Length + 1 + 31) / 32 * 32;
        var embedding = new float[vocabulary.Count * width];
        var output = new float[vocabulary.Count * width];
        for (var token = 0; token < vocabulary.Count; token++)
        {
            embedding[token * width + Array.IndexOf(chain, token) + 1] = 1;
        }

        output[chain[0] * width] = 8;
        for (var i = 0; i < chain.Length; i++)
        {
            output[(i + 1 < chain.Length ? chain[i + 1] : EndOfSequence) * width + i + 1] = 8;
        }

        Write(path, new Shape("tiny-fixed", contextTokens, width, Layers: 1, FeedForward: 32, Heads: 2), vocabulary, embedding, output, () => 0f);
    }

    /// <summary>Writes a model that never comes to an end: words without sense until its limit.</summary>
    public static void WriteEndless(string path, int seed, int contextTokens)
    {
        string[] words = ["the", "of", "and", "to", "in", "is", "that", "for", "on", "with", "document", "answer", "question", "text", "page", "file"];
        var vocabulary = new SentencePieces(words.Select(word => "▁" + word));
        var shape = new Shape("tiny-endless", contextTokens, Width: 256, Layers: 6, FeedForward: 512, Heads: 4);
        var random = new Random(seed);
        var embedding = Numbers.Normal(random, vocabulary.Count * shape.Width, 0.5f);
        var output = Numbers.Normal(random, vocabulary.Count * shape.Width, 0.5f);
        output.AsSpan(0, SentencePieces.FirstPiece * shape.Width).Clear();
        Write(path, shape, vocabulary, embedding, output, () => (float)(random.NextDouble() - 0.5) * 0.2f);
    }

    private static void Write(string path, Shape shape, SentencePieces vocabulary, float[] embedding, float[] output, Func<float> weight)
    {
        var file = new GgufWriter();
        AddMetadata(file, shape);
        vocabulary.AddTo(file);
        file.Add("llama.vocab_size", (uint)vocabulary.Count);
        file.Add("tokenizer.chat_template", ChatTemplate);

        float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => weight())];
        file.AddTensor("token_embd.weight", embedding, shape.Width, vocabulary.Count);
        file.AddTensor("output_norm.weight", Numbers.Ones(shape.Width), shape.Width);
        file.AddTensor("output.weight", output, shape.Width, vocabulary.Count);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            file.AddTensor($"blk.{layer}.attn_norm.weight", Numbers.Ones(shape.Width), shape.Width);
            foreach (var part in (string[])["attn_q", "attn_k", "attn_v", "attn_output"])
            {
                file.AddTensor($"blk.{layer}.{part}.weight", Weights(shape.Width * shape.Width), shape.Width, shape.Width);
            }

            file.AddTensor($"blk.{layer}.ffn_norm.weight", Numbers.Ones(shape.Width), shape.Width);
            file.AddTensor($"blk.{layer}.ffn_gate.weight", Weights(shape.Width * shape.FeedForward), shape.Width, shape.FeedForward);
            file.AddTensor($"blk.{layer}.ffn_up.weight", Weights(shape.Width * shape.FeedForward), shape.Width, shape.FeedForward);
            file.AddTensor($"blk.{layer}.ffn_down.weight", Weights(shape.Width * shape.FeedForward), shape.FeedForward, shape.Width);
        }

        file.Save(path);
    }

    private static void AddMetadata(GgufWriter file, Shape shape)
    {
        file.Add("general.architecture", "llama");
        file.Add("general.name", shape.Name);
        file.Add("general.file_type", 0u);
        file.Add("llama.context_length", (uint)shape.ContextTokens);
        file.Add("llama.embedding_length", (uint)shape.Width);
        file.Add("llama.block_count", (uint)shape.Layers);
        file.Add("llama.feed_forward_length", (uint)shape.FeedForward);
        file.Add("llama.attention.head_count", (uint)shape.Heads);
        file.Add("llama.attention.head_count_kv", (uint)shape.Heads);
        file.Add("llama.rope.dimension_count", (uint)(shape.Width / shape.Heads));
        file.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    }

    private sealed record Shape(string Name, int ContextTokens, int Width, int Layers, int FeedForward, int Heads);
}
