using Microsoft.Extensions.Logging;
using Synapse.Errors;
using Synapse.Web.Text;

namespace Synapse.Web.Hosting;

/// <summary>Turns errors into words for the page, and logs those that are faults of the program.</summary>
internal sealed partial class PageErrors(ILogger<PageErrors> logger)
{
    /// <summary>Reports an error that stopped what a page was doing.</summary>
    /// <param name="error">Any error but a cancellation.</param>
    /// <param name="action">What the page was doing, in a few words, without any text of the person.</param>
    public Notice Report(Exception error, string action)
    {
        if (error is not SynapseException)
        {
            LogFailed(error, action);
        }

        return Notice.From(error);
    }

    [LoggerMessage(LogLevel.Error, "A page failed to {Action}")]
    private partial void LogFailed(Exception error, string action);
}
