namespace Synapse.Cli.Output;

/// <summary>Reports the error that ends a command: as JSON on the standard output, or as a line on the standard error stream.</summary>
/// <param name="json">Whether the caller asked for JSON.</param>
internal sealed class ErrorReport(bool json)
{
    /// <summary>Reports an error.</summary>
    /// <returns><paramref name="exitCode"/>.</returns>
    public int Write(string code, string message, int exitCode)
    {
        if (json)
        {
            JsonOutput.Write(new ErrorOutput(new ErrorBody(code, message)), OutputJsonContext.Default.ErrorOutput);
        }
        else
        {
            Console.Error.WriteLine($"synapse: {message}");
        }

        return exitCode;
    }
}
