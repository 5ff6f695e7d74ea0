using System.Net;

namespace Synapse.Server.Hosting;

/// <summary>How the server runs.</summary>
public sealed class ServerOptions
{
    /// <summary>The port when none is named.</summary>
    public const int DefaultPort = 3000;

    /// <summary>The folder that holds everything Synapse keeps.</summary>
    public required DataFolder DataFolder { get; init; }

    /// <summary>The IP address to listen on; null for the loopback addresses.</summary>
    public IPAddress? Host { get; init; }

    /// <summary>The TCP port on <see cref="Host"/>; 1 to 65,535, or 0 for any free one. Null: no TCP and no pages, only a Unix socket.</summary>
    public int? Port { get; init; } = DefaultPort;

    /// <summary>Folders to index and watch, each as a collection of its own; absolute paths.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Names other than the loopback ones that the Host header may have, for a proxy; without port.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The address under which browsers reach the server through a proxy, such as <c>https://synapse.example.com</c>; null when they come to it directly.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>How long a sign-in link works; 1 minute to 1 day.</summary>
    public TimeSpan SignInLinkLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a browser stays signed in without doing anything; 5 minutes to 30 days.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(8);

    /// <summary>How long a browser stays signed in at most; 5 minutes to 365 days.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Least level that is logged to the standard error stream.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How entries of the log are written.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>Whether pages are served; they need a TCP port.</summary>
    internal bool ServesPages => Port is not null;

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => Host is null || IPAddress.IsLoopback(Host);
}
