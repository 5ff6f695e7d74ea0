using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Synapse.Postgres.Connections;

/// <summary>Reads how to reach a database, and notes what is wrong instead of throwing. No note holds the password, nor a part of a value in which it may stand.</summary>
internal sealed class AddressReader(IConfiguration configuration, ICollection<string> faults, string variable = DatabaseAddress.Variable)
{
    private const int DefaultPort = 5432;
    private const int MaxPasswordBytes = 64 << 10;

    // What else there is, the store decides itself or leaves alone.
    private static readonly string[] s_keywords =
    [
        "Host", "Port", "Database", "Username", "Password", "Passfile", "SSL Mode", "SSL Negotiation", "SSL Certificate", "SSL Key", "SSL Password", "Root Certificate",
        "Check Certificate Revocation", "Channel Binding", "Require Auth", "Kerberos Service Name", "Application Name", "Keepalive",
    ];

    private static readonly Dictionary<string, string> s_parameters = new(StringComparer.Ordinal)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["channel_binding"] = "Channel Binding",
        ["application_name"] = "Application Name",
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["passfile"] = "Passfile",
    };

    /// <summary>Reads the variables; null when there is none, or when there are faults.</summary>
    public DatabaseAddress? Read()
    {
        var text = configuration[variable]?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            if (variable == DatabaseAddress.Variable && !string.IsNullOrWhiteSpace(configuration[DatabaseAddress.PasswordFileVariable]))
            {
                faults.Add($"{DatabaseAddress.PasswordFileVariable}: it is set, and {variable} is not. Name the database as well, or remove this one.");
            }

            return null;
        }

        var before = faults.Count;
        var settings = Cut(text, "://") is { Before: var scheme } && scheme.All(char.IsAsciiLetter) && scheme.Length < text.Length ? ReadUrl(text) : ReadKeywords(text);
        if (settings is null)
        {
            return null;
        }

        ReadPasswordFile(settings);
        Require(settings.Host, "no host", "It stands after the @.");
        RequireHosts(settings.Host ?? "");
        Require(settings.Database, "no database", "It stands after the host: /synapse, for example.");
        Require(settings.Username, "no user", "It stands before the @.");
        return faults.Count == before ? new DatabaseAddress(settings) : null;
    }

    private NpgsqlConnectionStringBuilder? ReadUrl(string text)
    {
        var (scheme, rest) = Cut(text, "://");
        if (scheme is not ("postgres" or "postgresql"))
        {
            return Fault("it does not begin with postgres://.", "Write postgres://user:password@host:5432/database.");
        }

        var (place, query) = Cut(rest, "?");
        var (authority, database) = Cut(place, "/");
        var at = authority.LastIndexOf('@');
        var (user, password) = Cut(at < 0 ? "" : authority[..at], ":");
        var settings = new NpgsqlConnectionStringBuilder();
        if (!ReadHosts(settings, authority[(at + 1)..]))
        {
            return null;
        }

        foreach (var (keyword, value) in (ReadOnlySpan<(string, string)>)[("Username", user), ("Password", password), ("Database", database)])
        {
            if (value.Length > 0 && !Set(settings, keyword, keyword.ToLowerInvariant(), value))
            {
                return null;
            }
        }

        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(parameter, "=");
            if (!s_parameters.TryGetValue(name, out var keyword))
            {
                // Its name is not shown: behind an unencoded ? in a password anything may stand.
                return Fault("it has a parameter that is not known.", $"Known are {string.Join(", ", s_parameters.Keys)}; a ? in a user or password is written %3F.");
            }

            if (!Set(settings, keyword, name, value))
            {
                return null;
            }
        }

        return settings;
    }

    private bool ReadHosts(NpgsqlConnectionStringBuilder settings, string text)
    {
        var servers = new List<DatabaseServer>();
        foreach (var part in text.Split(','))
        {
            var end = part.StartsWith('[') ? part.IndexOf(']', StringComparison.Ordinal) + 1 : part.IndexOf(':', StringComparison.Ordinal);
            var host = Uri.UnescapeDataString((end < 0 ? part : part[..end]).Trim('[', ']'));
            var port = end < 0 || end == part.Length ? "" : part[end..];
            if (port is not ("" or ":") && !(ushort.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && port[0] == ':'))
            {
                Fault("what stands where the port should is none.", "Write host:5432; in a user or password write / as %2F, @ as %40, : as %3A, ? as %3F, # as %23, % as %25.");
                return false;
            }

            servers.Add(new DatabaseServer(host, port is "" or ":" ? DefaultPort : int.Parse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture)));
        }

        if (servers is [var only])
        {
            settings.Port = only.Port;
            settings.Host = only.Host.Length > 0 ? only.Host : settings.Host;
        }
        else
        {
            settings.Host = string.Join(',', servers);
        }

        return true;
    }

    private bool Set(NpgsqlConnectionStringBuilder settings, string keyword, string name, string encoded)
    {
        if (!IsEncoded(encoded))
        {
            Fault($"the {name} is not encoded.", "Write special characters as % and two hex digits: % itself as %25, / as %2F, @ as %40, : as %3A, ? as %3F, # as %23.");
            return false;
        }

        try
        {
            // As libpq names it: verify-full, where Npgsql says VerifyFull.
            var value = Uri.UnescapeDataString(encoded);
            settings[keyword] = keyword is "SSL Mode" or "Channel Binding" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            return true;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or InvalidCastException)
        {
            Fault($"the {name} has no value that it can have.", name == "sslmode" ? "It is one of disable, allow, prefer, require, verify-ca, verify-full." : "Mend it, or leave it out.");
            return false;
        }
    }

    private NpgsqlConnectionStringBuilder? ReadKeywords(string text)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or InvalidCastException)
        {
            // Its message may show a piece of the value.
            return Fault("it is neither a URL nor a list of keywords and values.", "Write postgres://user:password@host:5432/database, or Host=...;Port=5432;Database=...;Username=...;Password=....");
        }

        var unknown = settings.Keys.Cast<string>().Where(key => !s_keywords.Contains(key, StringComparer.OrdinalIgnoreCase)).ToArray();
        return unknown.Length == 0
            ? settings
            : Fault($"{string.Join(", ", unknown)} is not for it to say.", $"Remove it; pool and time-outs are settings of {PostgresOptions.SectionName}.");
    }

    private void ReadPasswordFile(NpgsqlConnectionStringBuilder settings)
    {
        const string Key = DatabaseAddress.PasswordFileVariable;
        var file = configuration[Key]?.Trim();
        if (string.IsNullOrEmpty(file))
        {
            return;
        }

        if (!string.IsNullOrEmpty(settings.Password))
        {
            faults.Add($"{Key}: {variable} holds a password too. Keep one of the two.");
            return;
        }

        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[MaxPasswordBytes + 1];
            var password = Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).TrimEnd('\r', '\n');
            if (password.Length == 0 || stream.Position > MaxPasswordBytes || password.Any(char.IsControl))
            {
                faults.Add($"{Key}: the file holds no password. Write the password alone into it, on one line.");
                return;
            }

            settings.Password = password;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            faults.Add($"{Key}: the file cannot be read ({error.GetType().Name}). Name one that this user may read.");
        }
    }

    private void Require(string? value, string lack, string where)
    {
        if (string.IsNullOrEmpty(value))
        {
            Fault($"it names {lack}.", $"Write postgres://user:password@host:5432/database. {where}");
        }
    }

    private void RequireHosts(string text)
    {
        var hosts = text.Split(',');
        if (hosts.Length > 1 && variable == DatabaseAddress.ReplicaVariable)
        {
            Fault("it names several hosts.", "Name one standby: whether it has what a search must find is asked of it, and another would be searched.");
        }
        else if (hosts.Length > 1 && hosts.Any(static host => DatabaseServer.Read(host, DefaultPort) is { Host.Length: 0 } or { IsSocket: true }))
        {
            Fault("of several hosts, one has no name.", "Write postgres://user:password@first:5432,second:5432/database.");
        }
    }

    private NpgsqlConnectionStringBuilder? Fault(string problem, string cure)
    {
        faults.Add($"{variable}: {problem} {cure}");
        return null;
    }

    private static bool IsEncoded(string text)
    {
        for (var at = text.IndexOf('%', StringComparison.Ordinal); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                return false;
            }
        }

        return !text.Any(unit => unit is ' ' or '#' or '/' or '@' || char.IsControl(unit)) || IsPath(text);
    }

    // Files and sockets are named with their slashes, as libpq takes them.
    private static bool IsPath(string text) => text.StartsWith('/') && !text.Any(char.IsControl);

    private static (string Before, string After) Cut(string text, string separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + separator.Length)..]);
    }
}
