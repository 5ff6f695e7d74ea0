using Microsoft.AspNetCore.Connections;

namespace Synapse.Server.Security;

/// <summary>Marks connections that came over the Unix socket of the data folder, which only its owner can reach. A loopback address does not say as much: a proxy on this machine has it too.</summary>
internal sealed class OwnSocket
{
    private static readonly OwnSocket s_mark = new();

    /// <summary>Marks every connection of a listener.</summary>
    public static ConnectionDelegate Mark(ConnectionDelegate next) => connection =>
    {
        connection.Features.Set(s_mark);
        return next(connection);
    };

    /// <summary>Whether a request came over it.</summary>
    public static bool Carries(HttpContext http) => http.Features.Get<OwnSocket>() is not null;
}
