using System.Text.Json;
using Synapse.LocalModels.Tokenizing.Special;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads the part <c>post_processor</c> of a <c>tokenizer.json</c>: the templates for one text and for a pair.</summary>
internal static class TemplateReader
{
    private const int MaxTypeId = 255;

    public static (TokenTemplate Single, TokenTemplate Pair) Read(JsonElement? json)
        => (json is { } processor ? Find(processor) : null) ?? (TokenTemplate.Plain(isPair: false), TokenTemplate.Plain(isPair: true));

    private static (TokenTemplate Single, TokenTemplate Pair)? Find(JsonElement json)
    {
        switch (json.Text("type"))
        {
            case "ByteLevel":
                return null;
            case "TemplateProcessing":
                return (ReadTemplate(json, "single"), ReadTemplate(json, "pair"));
            case "BertProcessing":
                var (start, end) = (ReadId(json, "cls"), ReadId(json, "sep"));
                return (Of(new([start], false, 0), new(null, false, 0), new([end], false, 0)),
                    Of(new([start], false, 0), new(null, false, 0), new([end], false, 0), new(null, true, 1), new([end], false, 1)));
            case "RobertaProcessing":
                (start, end) = (ReadId(json, "cls"), ReadId(json, "sep"));
                return (Of(new([start], false, 0), new(null, false, 0), new([end], false, 0)),
                    Of(new([start], false, 0), new(null, false, 0), new([end, end], false, 0), new(null, true, 0), new([end], false, 0)));
            case "Sequence":
                var found = json.Items("processors").Select(Find).Where(static templates => templates is not null).ToList();
                return found.Count <= 1 ? found.FirstOrDefault() : throw new InvalidDataException("it adds special tokens more than once");
            case var unknown:
                throw new InvalidDataException($"its post-processor '{unknown}' is not known");
        }
    }

    private static TokenTemplate Of(params TemplateSlot[] slots) => new(slots);

    /// <summary>The id of a pair of token and id.</summary>
    private static int ReadId(JsonElement json, string name)
        => json.Items(name).ToList() is [{ ValueKind: JsonValueKind.String }, var id] ? ModelJson.AsId(id, name) : throw new InvalidDataException($"'{name}' is not a token with its id");

    private static TokenTemplate ReadTemplate(JsonElement json, string name)
    {
        var special = json.Require("special_tokens");
        var slots = json.Items(name).Select(item => ReadSlot(item, special)).ToArray();
        var isPair = name == "pair";
        return slots.Length <= 64 && (isPair || !slots.Any(static slot => slot.IsSecond))
            ? new TokenTemplate(slots)
            : throw new InvalidDataException($"the template '{name}' is too long, or has a second text where there is one only");
    }

    private static TemplateSlot ReadSlot(JsonElement item, JsonElement special)
    {
        if (item.Find("Sequence") is { } sequence)
        {
            return sequence.Text("id") switch
            {
                "A" => new TemplateSlot(null, false, ReadTypeId(sequence)),
                "B" => new TemplateSlot(null, true, ReadTypeId(sequence)),
                var unknown => throw new InvalidDataException($"a template names a text '{unknown}'"),
            };
        }

        var token = item.Require("SpecialToken");
        var ids = special.Require(token.Text("id")).Items("ids").Select(static id => ModelJson.AsId(id, "ids")).ToArray();
        return ids.Length <= 64 ? new TemplateSlot(ids, false, ReadTypeId(token)) : throw new InvalidDataException("a special token has too many ids");
    }

    private static int ReadTypeId(JsonElement json)
        => ModelJson.AsId(json.Require("type_id"), "type_id") is <= MaxTypeId and var type ? type : throw new InvalidDataException($"'type_id' is above {MaxTypeId}");
}
