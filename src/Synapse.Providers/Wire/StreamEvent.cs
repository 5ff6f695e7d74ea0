namespace Synapse.Providers.Wire;

/// <summary>One event of a stream.</summary>
/// <param name="Name">The value of its <c>event:</c> line; null without one.</param>
/// <param name="Data">Its data without surrounding blanks; valid until the next event is read.</param>
internal readonly record struct StreamEvent(string? Name, ReadOnlyMemory<byte> Data);
