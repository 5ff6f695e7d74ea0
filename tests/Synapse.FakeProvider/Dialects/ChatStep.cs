namespace Synapse.Fakes.Dialects;

/// <summary>One step of an answer, before a dialect puts it into words of the wire.</summary>
internal abstract record ChatStep
{
    /// <summary>How long to wait before it.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The assistant begins.</summary>
    public sealed record Start : ChatStep;

    /// <summary>A piece of the answer.</summary>
    public sealed record Text(string Value) : ChatStep;

    /// <summary>A piece of thinking aloud, under one or both of the names in use.</summary>
    public sealed record Reasoning(string Value, bool BothKeys = false) : ChatStep;

    /// <summary>A piece of the call of a tool; id and name come with the first.</summary>
    public sealed record Tool(int Index, string? Id, string? Name, string Arguments) : ChatStep;

    /// <summary>Why the answer ends, in OpenAI's words.</summary>
    public sealed record Finish(string Reason) : ChatStep;

    /// <summary>The count of tokens.</summary>
    public sealed record Usage : ChatStep;

    /// <summary>A failure in the middle.</summary>
    public sealed record Failure(string Message) : ChatStep;

    /// <summary>The mark after the last event.</summary>
    public sealed record Done : ChatStep;
}
