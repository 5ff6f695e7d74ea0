using System.Text.Json;
using Synapse.Contracts;

namespace Synapse.Server.Hosting;

/// <summary>Completes the problems that the framework makes itself: the code, and field names as the JSON has them.</summary>
internal static class ValidationProblems
{
    public static void Complete(ProblemDetailsContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var problem = context.ProblemDetails;
        problem.Type = null;
        problem.Extensions.Remove("traceId");
        problem.Extensions["requestId"] = context.HttpContext.TraceIdentifier;
        if (problem is HttpValidationProblemDetails validation)
        {
            validation.Errors = validation.Errors.ToDictionary(error => CamelCase(error.Key), error => error.Value, StringComparer.Ordinal);
            problem.Title = "Validation failed";
            problem.Detail = string.Join(" ", validation.Errors.SelectMany(error => error.Value));
            problem.Extensions["code"] = ErrorCodes.ValidationFailed;
        }
        else
        {
            problem.Extensions.TryAdd("code", Problems.CodeOf(problem.Status ?? StatusCodes.Status500InternalServerError));
        }
    }

    private static string CamelCase(string path)
        => string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
}
