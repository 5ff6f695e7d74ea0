namespace Synapse.Server.Hosting;

/// <summary>A bearer token that the operator chose: in a variable, or in a file that another variable names.</summary>
internal static class TokenSetting
{
    private const int LeastCharacters = 40;
    private const int MostCharacters = 1_000;

    /// <summary>Reads a token.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="variable">The variable that holds it.</param>
    /// <param name="fileVariable">The variable that names a file with it.</param>
    /// <param name="faults">Receives what is wrong, with its key and its cure, and no part of the token.</param>
    /// <returns>Null when there is none, or when it is wrong.</returns>
    public static string? Read(IConfiguration configuration, string variable, string fileVariable, ICollection<string> faults)
    {
        var (token, file) = (configuration[variable]?.Trim(), configuration[fileVariable]?.Trim());
        if (string.IsNullOrEmpty(file))
        {
            return string.IsNullOrEmpty(token) ? null : Check(variable, token, faults);
        }

        if (!string.IsNullOrEmpty(token))
        {
            faults.Add($"{fileVariable}: {variable} is set too. Keep one of the two.");
            return null;
        }

        try
        {
            using var reader = new StreamReader(file);
            var text = new char[MostCharacters + 3];
            return Check(fileVariable, new string(text, 0, reader.ReadBlock(text)).Trim(), faults);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            faults.Add($"{fileVariable}: the file cannot be read ({error.GetType().Name}). Name one that this user may read.");
            return null;
        }
    }

    private static string? Check(string key, string token, ICollection<string> faults)
    {
        if (token.Length is >= LeastCharacters and <= MostCharacters && token.All(static unit => unit is > ' ' and < '\x7f'))
        {
            return token;
        }

        faults.Add($"{key}: it is not a token of {LeastCharacters} to {MostCharacters:N0} letters, digits and signs without blanks. Make one with 'openssl rand -hex 32'.");
        return null;
    }
}
