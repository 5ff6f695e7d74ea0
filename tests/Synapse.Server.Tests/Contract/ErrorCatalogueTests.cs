using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Server.Hosting;

namespace Synapse.Server.Tests.Contract;

/// <summary>Every error that a person can meet has one code, one status, and one line in docs/http-api.md.</summary>
public sealed partial class ErrorCatalogueTests
{
    [Fact]
    public void Every_code_of_the_core_and_of_the_contract_is_described_and_no_other()
    {
        var documented = Documented();
        var thrown = Thrown();
        Assert.True(thrown.Count >= 12, $"Only {thrown.Count} errors were seen.");
        var known = thrown.Select(error => error.Code).Concat(ErrorCodes.All).Concat(JobCodes).Concat(ProviderCodes).ToHashSet();
        Assert.Empty(known.Except(documented.Keys));
        Assert.Empty(documented.Keys.Except(known));
    }

    [Fact]
    public void The_described_status_is_the_one_that_is_sent()
    {
        var documented = Documented();
        Assert.All(Thrown(), error => Assert.Equal((error.Code, ErrorHandler.StatusOf(error.Kind)), (error.Code, documented[error.Code])));
    }

    [Fact]
    public void No_two_errors_share_a_code()
        => Assert.Equal(Thrown().Count, Thrown().Select(error => error.Code).Distinct().Count());

    /// <summary>Codes that only stand in jobs, where no exception is thrown to anyone.</summary>
    private static string[] JobCodes => ["job_crashed"];

    /// <summary>One exception has a code for each way to fail.</summary>
    private static IEnumerable<string> ProviderCodes => Enum.GetValues<ProviderFailure>().Select(ProviderException.CodeOf);

    private static Dictionary<string, int?> Documented()
        => Row().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contract", "http-api.md")))
            .ToDictionary(match => match.Groups["code"].Value, match => int.TryParse(match.Groups["status"].Value, out var status) ? status : (int?)null);

    // The code and kind of an error are set by its constructor; placeholders for the arguments are enough to read them.
    private static List<SynapseException> Thrown()
        => [.. new[] { typeof(SynapseException).Assembly, typeof(ErrorHandler).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(SynapseException)) && !type.IsAbstract)
            .Select(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)[0])
            .SelectMany(IEnumerable<SynapseException> (constructor) => constructor.DeclaringType == typeof(ProviderException)
                ? Enum.GetValues<ProviderFailure>().Select(failure => new ProviderException("x", failure, "x"))
                : [(SynapseException)constructor.Invoke([.. constructor.GetParameters().Select(Placeholder)])])
            .Where(error => error.Code != ErrorCodes.Unauthorized)];

    private static object? Placeholder(ParameterInfo parameter)
        => parameter.ParameterType == typeof(string) ? "x"
            : parameter.ParameterType == typeof(IReadOnlyList<string>) ? new[] { "x" }
            : parameter.ParameterType.IsValueType ? RuntimeHelpers.GetUninitializedObject(parameter.ParameterType)
            : null;

    [GeneratedRegex(@"^\| `(?<code>[a-z_]+)` \| (?<status>\d{3}|-) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
