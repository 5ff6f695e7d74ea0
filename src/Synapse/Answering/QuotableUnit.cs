using Synapse.Answering.Sentences;
using Synapse.Retrieval;

namespace Synapse.Answering;

/// <summary>A unit of a passage that may be quoted, with its worth.</summary>
/// <param name="Hit">The passage.</param>
/// <param name="Rank">Rank of the passage, from 0.</param>
/// <param name="Unit">The span in the passage's text.</param>
/// <param name="Words">Its words, lower-cased.</param>
/// <param name="Coverage">Share of the question's words that it holds, by weight, 0 to 1.</param>
internal sealed record QuotableUnit(Hit Hit, int Rank, TextUnit Unit, IReadOnlyList<string> Words, double Coverage)
{
    /// <summary>The text as stored.</summary>
    public string Text => Hit.Text[Unit.Start..Unit.End];

    /// <summary>Similarity in meaning to the question.</summary>
    public double Similarity { get; set; }

    /// <summary>How useful the unit is as a part of the answer.</summary>
    public double Score { get; set; }
}
