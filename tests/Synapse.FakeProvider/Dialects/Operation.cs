using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>What a dialect does with a method and a path.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Answer">Makes the reply.</param>
/// <param name="Public">Whether it is answered without a key.</param>
internal sealed record Operation(RequestKind Kind, Func<Exchange, HttpReply> Answer, bool Public = false);
