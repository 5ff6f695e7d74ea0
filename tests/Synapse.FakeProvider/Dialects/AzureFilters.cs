using System.Text.Json.Nodes;

namespace Synapse.Fakes.Dialects;

/// <summary>What Azure's content filters say.</summary>
internal static class AzureFilters
{
    public static JsonObject Passed() => new()
    {
        ["hate"] = Verdict(false, "safe"),
        ["self_harm"] = Verdict(false, "safe"),
        ["sexual"] = Verdict(false, "safe"),
        ["violence"] = Verdict(false, "safe"),
    };

    public static JsonObject Blocked()
    {
        var results = Passed();
        results["violence"] = Verdict(true, "medium");
        return results;
    }

    /// <summary>The body of a refused prompt.</summary>
    public static JsonObject Refusal()
    {
        var results = Passed();
        results["sexual"] = Verdict(true, "high");
        results["jailbreak"] = new JsonObject { ["detected"] = true, ["filtered"] = true };
        return new()
        {
            ["error"] = new JsonObject
            {
                ["message"] = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
                ["type"] = null,
                ["param"] = "prompt",
                ["code"] = "content_filter",
                ["status"] = 400,
                ["innererror"] = new JsonObject { ["code"] = "ResponsibleAIPolicyViolation", ["content_filter_result"] = results },
            },
        };
    }

    private static JsonObject Verdict(bool filtered, string severity) => new() { ["filtered"] = filtered, ["severity"] = severity };
}
