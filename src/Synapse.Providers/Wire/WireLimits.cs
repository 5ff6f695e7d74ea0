namespace Synapse.Providers.Wire;

/// <summary>How much a server may send, in bytes. No reply of a chat or embedding server comes near.</summary>
internal static class WireLimits
{
    public const int Event = 1 << 20;
    public const int Stream = 32 << 20;
    public const int ErrorBody = 64 << 10;
    public const int Discovery = 4 << 20;

    /// <summary>2,048 embeddings of 4,096 numbers, written out in up to 20 characters each.</summary>
    public const int Embeddings = 192 << 20;
}
