namespace Synapse.Bench;

/// <summary>A thousand clusters, inside of which all dimensions are noise: harder to tell apart than what models make of texts. A question lies between two chunks of different clusters.</summary>
internal sealed class ClusteredEmbeddings : MadeUpEmbeddings
{
    public override string Name => "clustered";

    public override void Embed(int number, Span<float> embedding) => SyntheticCorpus.Embed(number, embedding);

    public override void EmbedQuestion(int number, int chunk, Span<float> embedding)
    {
        var own = new float[embedding.Length];
        SyntheticCorpus.Embed(chunk, embedding);
        SyntheticCorpus.Embed(-7 - number, own);
        Mix(embedding, own, 0.7f);
    }
}
