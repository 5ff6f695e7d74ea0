using System.Net.Http.Json;
using Synapse.Contracts;

namespace Synapse.Server.Tests.TestSupport;

internal static class ProblemReading
{
    public static async Task<ProblemResponse> ReadProblemAsync(this HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync(ContractsJsonContext.Default.ProblemResponse, TestContext.Current.CancellationToken);
        Assert.NotNull(problem);
        Assert.Equal((int)response.StatusCode, problem.Status);
        Assert.False(string.IsNullOrWhiteSpace(problem.Title));
        Assert.False(string.IsNullOrWhiteSpace(problem.Detail));
        return problem;
    }
}
