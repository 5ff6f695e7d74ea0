namespace Synapse.Contracts;

/// <summary>A link that signs one browser in, once.</summary>
/// <param name="Url">The link. Whoever opens it first is signed in.</param>
/// <param name="ExpiresAt">When it stops to work.</param>
public sealed record SignInLinkResponse(string Url, DateTimeOffset ExpiresAt);
