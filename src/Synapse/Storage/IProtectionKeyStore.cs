namespace Synapse.Storage;

/// <summary>The port to the keys that protect what pages carry, where several servers share them.</summary>
/// <remarks>Not asynchronous, because the framework that asks for keys is not.</remarks>
public interface IProtectionKeyStore
{
    /// <summary>All keys, as the XML that the framework writes.</summary>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    IReadOnlyList<string> ListKeys();

    /// <summary>Keeps a key.</summary>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    void AddKey(string name, string xml);

    /// <summary>Waits until no other server is making the first key. Disposing the result lets the next one.</summary>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    ValueTask<IAsyncDisposable> LockKeysAsync(CancellationToken cancellationToken);
}
