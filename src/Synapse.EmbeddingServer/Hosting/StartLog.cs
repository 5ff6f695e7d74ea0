namespace Synapse.EmbeddingServer.Hosting;

/// <summary>What is logged when the service starts.</summary>
internal static partial class StartLog
{
    [LoggerMessage(LogLevel.Information, "Listening on {Address}, {Key}; loading the models")]
    public static partial void LogListening(ILogger logger, string address, string key);
}
