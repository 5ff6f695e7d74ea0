namespace Synapse.LocalModels.Tokenizing.Splitting;

/// <summary>At what a pattern matches, or with <c>inverts</c> at what it does not.</summary>
internal sealed class PatternSplitter(TextPattern pattern, DelimiterBehavior behavior, bool inverts) : Splitter
{
    public override void Split(Pieces pieces)
    {
        var matches = new List<Match>();
        for (var i = 0; i < pieces.Count; i++)
        {
            matches.Clear();
            var text = pieces.TextOf(i);
            var start = 0;
            foreach (var (matchStart, matchEnd) in pattern.Matches(text))
            {
                Delimiters.Add(matches, start, matchStart, inverts);
                matches.Add(new Match(matchStart, matchEnd, !inverts));
                start = matchEnd;
            }

            Delimiters.Add(matches, start, text.Length, inverts);
            Delimiters.Keep(pieces, pieces[i], matches, behavior);
        }

        pieces.Advance();
    }
}
