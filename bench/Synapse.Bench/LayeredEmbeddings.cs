namespace Synapse.Bench;

/// <summary>
/// Subjects of different sizes, parts of them, documents, and chunks that differ more or less, each with a share in the vector; dimensions weigh less and less, as the principal components
/// of what models make of texts do. A question is a chunk and noise.
/// </summary>
internal sealed class LayeredEmbeddings : MadeUpEmbeddings
{
    private const int Subjects = 1_000;
    private const int PartsPerSubject = 64;
    private const int ChunksPerDocument = 8;
    private const float QuestionNoise = 0.8f;

    public override string Name => "layered";

    public override void Embed(int number, Span<float> embedding)
    {
        embedding.Clear();
        var document = number / ChunksPerDocument;
        var random = new Random(1_000_000_007 - document);
        var subject = (int)(Subjects * Math.Pow(random.NextDouble(), 2));
        var part = subject * PartsPerSubject + (int)(PartsPerSubject * Math.Pow(random.NextDouble(), 1.5));
        Add(embedding, 300_000_000 + subject, 1);
        Add(embedding, 400_000_000 + part, 1);
        Add(embedding, 500_000_000 + document, 1);
        Add(embedding, 700_000_000 + number, 0.5f + new Random(number).NextSingle());
        Normalize(embedding);
    }

    public override void EmbedQuestion(int number, int chunk, Span<float> embedding)
    {
        var noise = new float[embedding.Length];
        Add(noise, 1_900_000_000 + number, 1);
        Normalize(noise);
        Embed(chunk, embedding);
        Mix(embedding, noise, QuestionNoise);
    }

    private static void Add(Span<float> embedding, int seed, float weight)
    {
        var random = new Random(seed);
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] += weight / MathF.Sqrt(i + 1) * (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f);
        }
    }
}
