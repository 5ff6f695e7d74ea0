namespace Synapse.Fakes;

/// <summary>How the sending of a reply ended.</summary>
internal enum ReplyEnd
{
    /// <summary>Every byte was written.</summary>
    Whole,

    /// <summary>The client ended the connection before.</summary>
    ByClient,

    /// <summary>The longest reply was over, or the fake was disposed.</summary>
    Stopped,
}
