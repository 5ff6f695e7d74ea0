namespace Synapse.Errors;

/// <summary>Who has to act on an error, and so which HTTP status and exit code it gets.</summary>
public enum SynapseErrorKind
{
    /// <summary>The request is wrong: status 400, exit code 2.</summary>
    BadInput,

    /// <summary>The thing asked for is not there: status 404, exit code 1.</summary>
    NotFound,

    /// <summary>The request contradicts what is there: status 409, exit code 2.</summary>
    Conflict,

    /// <summary>The request is right, and cannot be met now: status 503, exit code 3.</summary>
    Unavailable,

    /// <summary>A fault of the program or its store: status 500, exit code 3.</summary>
    Internal,
}

/// <summary>An error that a person is told about: a stable code, and a message that says what was wrong and what to do.</summary>
public abstract class SynapseException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="kind">Who has to act.</param>
    /// <param name="code">Stable code in snake case, listed in docs/http-api.md.</param>
    /// <param name="title">A few words that name the error, the same for every case of it.</param>
    /// <param name="message">What was wrong in this case, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    protected SynapseException(SynapseErrorKind kind, string code, string title, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Code = code;
        Title = title;
    }

    /// <summary>Who has to act.</summary>
    public SynapseErrorKind Kind { get; }

    /// <summary>Stable code in snake case.</summary>
    public string Code { get; }

    /// <summary>A few words that name the error.</summary>
    public string Title { get; }
}
