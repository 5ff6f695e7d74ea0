namespace Synapse.LocalModels.Onnx.Batching;

/// <summary>The inputs that wait, and which of them run together next. Not for several threads at once.</summary>
/// <remarks>
/// Fairness is fair queueing by tokens: calls that wait at the same time get the same share, so that a question does not wait for a thousand
/// passages that came before it, and nothing waits for ever. The input whose turn it is always runs; inputs of about its length join it.
/// A run is as long as it may be only while every thread has enough for two such: else one thread takes nearly all, and those who come while all
/// threads are in long runs wait twice as long as others.
/// </remarks>
/// <param name="limits">How much runs at once.</param>
/// <param name="threads">Runs at the same time.</param>
internal sealed class WaitingInputs(BatchLimits limits, int threads)
{
    private readonly SortedSet<WaitingInput> _byTurn = new(Comparer<WaitingInput>.Create(static (a, b) =>
        a.Turn != b.Turn ? a.Turn.CompareTo(b.Turn) : a.Sequence.CompareTo(b.Sequence)));

    private readonly List<LinkedList<WaitingInput>?> _byLength = [];
    private double _now;
    private long _sequence;
    private int _calls;

    public int Count => _byTurn.Count;

    public long Tokens { get; private set; }

    public void Add(WaitingInput input)
    {
        var call = input.Call;
        input.Turn = Math.Max(call.NextTurn, _now);
        input.Sequence = _sequence++;
        call.NextTurn = input.Turn + input.Length;
        while (_byLength.Count <= input.Length)
        {
            _byLength.Add(null);
        }

        input.Place = (_byLength[input.Length] ??= []).AddLast(input);
        _byTurn.Add(input);
        Tokens += input.Length;
        call.WaitingTokens += input.Length;
        if (call.WaitingInputs++ == 0)
        {
            _calls++;
        }
    }

    public void Remove(WaitingInput input)
    {
        if (input.Place is null)
        {
            return;
        }

        _byLength[input.Length]!.Remove(input.Place);
        input.Place = null;
        _byTurn.Remove(input);
        Tokens -= input.Length;
        input.Call.WaitingTokens -= input.Length;
        if (--input.Call.WaitingInputs == 0)
        {
            _calls--;
        }
    }

    /// <summary>Takes the inputs of the next run out of the queue.</summary>
    /// <param name="batch">Receives them; empty when nothing waits.</param>
    public void Take(List<WaitingInput> batch)
    {
        batch.Clear();
        if (_byTurn.Min is not { } first)
        {
            return;
        }

        var calls = _calls;
        var (longest, tokens, most) = (first.Length, 0, Math.Clamp(Tokens / (2 * threads), limits.MaxBatchTokens / 2, limits.MaxBatchTokens));
        for (var next = first; next is not null; next = Join(first.Length, longest, batch.Count, most))
        {
            Remove(next);
            batch.Add(next);
            longest = Math.Max(longest, next.Length);
            tokens += next.Length;
        }

        _now += (double)tokens / calls;
    }

    /// <summary>The input whose length adds the least padding; null when none is worth it.</summary>
    private WaitingInput? Join(int turnLength, int longest, int count, long mostTokens)
    {
        var shorter = Nearest(turnLength, -1, turnLength - limits.RunCostTokens);
        var longer = Nearest(turnLength + 1, 1, longest + limits.RunCostTokens);
        var shorterPadding = shorter is null ? int.MaxValue : longest - shorter.Length;
        var longerPadding = longer is null ? int.MaxValue : (longer.Length - Math.Min(longer.Length, longest)) * count + Math.Max(0, longest - longer.Length);
        var (next, padding) = shorterPadding <= longerPadding ? (shorter, shorterPadding) : (longer, longerPadding);
        return next is not null && padding <= limits.RunCostTokens && Math.Max(longest, next.Length) * (long)(count + 1) <= mostTokens ? next : null;
    }

    private WaitingInput? Nearest(int from, int step, int end)
    {
        for (var length = from; length >= 0 && length < _byLength.Count && (end - length) * step >= 0; length += step)
        {
            if (_byLength[length]?.First is { } place)
            {
                return place.Value;
            }
        }

        return null;
    }
}
