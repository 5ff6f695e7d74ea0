namespace Synapse.Providers.Chat;

/// <summary>A reply whose headers are there and whose body is to be read.</summary>
/// <param name="body">The body.</param>
/// <param name="owner">What closes the connection when it is disposed.</param>
internal sealed class OpenReply(Stream body, IDisposable owner) : IDisposable
{
    public Stream Body { get; } = body;

    public void Dispose() => owner.Dispose();
}
