using System.Text.Json.Nodes;
using Synapse.Fakes.Dialects;
using Synapse.Fakes.Streams;

namespace Synapse.Fakes.Scenarios;

/// <summary>What healthy servers do, in all its variety.</summary>
internal static class NormalScenarios
{
    private const string Group = "Normal";
    private const string ManyBytes = " Größe, 猫 und 🐈.";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("ok-stream", Group, "Answers as asked; streams when asked to.") { Kinds = Enum.GetValues<RequestKind>() },
        new("ok-json", Group, "Answers as asked; JSON unless a stream is asked for.") { Kinds = Enum.GetValues<RequestKind>() },
        Chat("ok-usage", "Counts tokens at the end of a stream, asked or not.") with { AlwaysUsage = true },
        Chat("ok-reasoning", "Thinks aloud: form=keys under both names, think within the text, split anywhere, unopened without the opening tag, or both.") with
        {
            Parameters = new Dictionary<string, string> { ["form"] = "both" },
            ChangeScript = Reasoning,
        },
        Chat("ok-tools-interleaved", "Calls two tools whose arguments arrive in turns.") with { ChangeScript = (_, _) => Tools() },
        Chat("ok-empty", "Ends well without a word.") with { ChangeScript = (_, script) => [.. script.Where(step => step is not ChatStep.Text)] },
        Chat("ok-length", "Ends because the limit of tokens is reached.") with { ChangeScript = (_, script) => [.. script.Select(step => step is ChatStep.Finish ? new ChatStep.Finish("length") : step)] },
        Chat("ok-1-byte-chunks", "Every byte in a chunk of its own, characters of several bytes included.") with
        {
            ChangeScript = (_, script) => WithEnd(script, ManyBytes),
            ChangeStyle = (_, style) => style with { SingleBytes = true },
        },
        Lines("ok-crlf", "Lines end with CR LF; bytes=single puts the two into chunks of their own.", "\r\n"),
        Lines("ok-cr", "Lines end with CR.", "\r"),

        // In pairs, for a CR before an LF would be one end of a line and not two.
        Lines("ok-mixed-line-ends", "All three ends of lines in one stream.", "\n", "\n", "\r\n", "\r\n", "\r", "\r"),
        Chat("ok-bom", "A byte order mark comes first.") with { ChangeStyle = (_, style) => style with { ByteOrderMark = true } },
        Chat("ok-comments", "Comments, ids and retry lines between the events, before the first as well.") with { ChangeStyle = (_, style) => style with { Comments = true } },
        Chat("ok-multi-data", "Each event is spread over several data lines.") with { ChangeStyle = (_, style) => style with { ManyDataLines = true } },
        Chat("ok-no-space", "No blank after the colon.") with { ChangeStyle = (_, style) => style with { AfterColon = "" } },
        Chat("ok-empty-data", "Events without data between the others.") with { ChangeEvents = (_, events) => events.SelectMany(item => new[] { StreamEvent.Of(EventRole.Other, ""), item }) },
        Chat("ok-finish-with-text", "The reason to end comes with the last text.") with { Dialects = ["vllm"] },
        Chat("ok-null-content", "The first chunk has content null.") with { Dialects = ["llamacpp"] },
        Azure("azure-prompt-filter", "The first chunk holds filter results and no choice; name=prompt_annotations for its old name.") with
        {
            Parameters = new Dictionary<string, string> { ["name"] = "prompt_filter_results" },
            ChangeEvents = (exchange, events) => events.Select((item, i) => i == 0 ? item.WithText(item.Text.Replace("prompt_filter_results", exchange.Call.Value("name"), StringComparison.Ordinal)) : item),
        },
        Azure("azure-async-annotations", "Filter results come in chunks without a delta, the last after the reason to end.") with { ChangeEvents = (_, events) => Annotated(events) },
        Azure("azure-late-block", "The filter blocks after all was said and ended.") with { ChangeEvents = (_, events) => LateBlock(events) },
        Azure("azure-block", "The filter stops the answer: no usage, though asked for.") with { AlwaysUsage = false, ChangeScript = Blocked },
        new("emb-base64", Group, "Embeddings in base64, whatever was asked for.")
        {
            Kinds = [RequestKind.Embeddings],
            Dialects = ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "ollama", "tei", "lmstudio"],
            ChangeEmbeddings = (exchange, rows) =>
            {
                exchange.Json!["encoding_format"] = "base64";
                return rows;
            },
        },
        new("emb-shuffled-index", Group, "Embeddings in another order than the inputs; the index tells.")
        {
            Kinds = [RequestKind.Embeddings],
            Dialects = ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "ollama", "tei", "lmstudio"],
            ChangeEmbeddings = (_, rows) => [.. rows.Skip(1).Reverse(), .. rows.Take(1)],
        },
        new("emb-remembered", Group, "The same reply for the same request, made once, so that a measurement sees the client and not the server.")
        {
            Kinds = [RequestKind.Embeddings],
            Dialects = ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "lmstudio"],
            Answer = exchange => exchange.Remember(() => OpenAiEmbeddings.Answer((OpenAiDialect)exchange.Dialect, exchange)),
        },
        new("rerank-sorted", Group, "Scores sorted from best to worst; the index tells.") { Kinds = [RequestKind.Rerank] },
    ];

    private static Scenario Chat(string id, string summary) => new(id, Group, summary) { Kinds = [RequestKind.Chat] };

    private static Scenario Azure(string id, string summary) => Chat(id, summary) with { Dialects = ["azure-legacy", "azure-v1"] };

    private static Scenario Lines(string id, string summary, params string[] ends) => Chat(id, summary) with
    {
        Parameters = new Dictionary<string, string> { ["bytes"] = "whole" },
        ChangeStyle = (exchange, style) => style with { LineEnds = ends, SingleBytes = exchange.Call.Value("bytes") == "single" },
    };

    private static List<ChatStep> WithEnd(IReadOnlyList<ChatStep> script, string text)
    {
        var changed = script.ToList();
        changed.Insert(changed.FindIndex(step => step is ChatStep.Finish), new ChatStep.Text(text));
        return changed;
    }

    private static IReadOnlyList<ChatStep> Reasoning(Exchange exchange, IReadOnlyList<ChatStep> script)
    {
        var form = exchange.Call.Value("form");
        var added = new List<ChatStep>();
        if (form is "keys" or "both")
        {
            added.AddRange([new ChatStep.Reasoning("The passages", BothKeys: true), new ChatStep.Reasoning(" may say.", BothKeys: true)]);
        }

        if (form is "think" or "both")
        {
            added.AddRange([new ChatStep.Text("<th"), new ChatStep.Text("ink>So the ans"), new ChatStep.Text("wer is near.</thi"), new ChatStep.Text("nk>\n\n")]);
        }

        if (form is "unopened")
        {
            added.AddRange([new ChatStep.Text("So the answer is near.<"), new ChatStep.Text("/think>"), new ChatStep.Text("\n\n")]);
        }

        return [.. script.TakeWhile(step => step is ChatStep.Start), .. added, .. script.SkipWhile(step => step is ChatStep.Start)];
    }

    private static IReadOnlyList<ChatStep> Tools() =>
    [
        new ChatStep.Start(),
        new ChatStep.Tool(0, "call_a1", "search", ""),
        new ChatStep.Tool(1, "call_b2", "read", ""),
        new ChatStep.Tool(0, null, null, "{\"query\":"),
        new ChatStep.Tool(1, null, null, "{\"path\":\"a"),
        new ChatStep.Tool(0, null, null, "\"cats\"}"),
        new ChatStep.Tool(1, null, null, ".md\"}"),
        new ChatStep.Finish("tool_calls"),
        new ChatStep.Usage(),
        new ChatStep.Done(),
    ];

    private static IReadOnlyList<ChatStep> Blocked(Exchange exchange, IReadOnlyList<ChatStep> script)
        => [.. script.TakeWhile(step => step is not ChatStep.Finish).Take(4), new ChatStep.Finish("content_filter"), new ChatStep.Done()];

    private static IEnumerable<StreamEvent> Annotated(IEnumerable<StreamEvent> events)
    {
        var texts = 0;
        foreach (var item in events)
        {
            yield return item;
            if (item.Role == EventRole.Text && ++texts % 3 == 0 || item.Role == EventRole.Finish)
            {
                yield return Annotation(AzureFilters.Passed());
            }
        }
    }

    private static IEnumerable<StreamEvent> LateBlock(IEnumerable<StreamEvent> events)
    {
        foreach (var item in events)
        {
            yield return item;
            if (item.Role == EventRole.Finish)
            {
                yield return Annotation(AzureFilters.Blocked());
            }
        }
    }

    // There is no delta, and no reason to end: only the results tell.
    private static StreamEvent Annotation(JsonObject results) => StreamEvent.Of(EventRole.Other, new JsonObject
    {
        ["id"] = "",
        ["object"] = "",
        ["created"] = 0,
        ["model"] = "",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["finish_reason"] = null,
            ["content_filter_results"] = results,
            ["content_filter_offsets"] = new JsonObject { ["check_offset"] = 44, ["start_offset"] = 44, ["end_offset"] = 198 },
        }),
    });
}
