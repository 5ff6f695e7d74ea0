using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Tests.Tokenizing;

/// <summary>A model's folder with the files of a test, removed at the end.</summary>
internal sealed class ModelFolder : IDisposable
{
    /// <summary>The tokenizer.json of a small uncased BERT.</summary>
    public const string Bert = """
        {"version":"1.0","truncation":null,"padding":null,
         "added_tokens":[{"id":0,"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
                         {"id":2,"content":"[CLS]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
         "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
         "pre_tokenizer":{"type":"BertPreTokenizer"},
         "post_processor":{"type":"BertProcessing","cls":["[CLS]",2],"sep":["[SEP]",3]},
         "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
                  "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"the":4,"search":5,"##ing":6,"##es":7,".":8,"cafe":9,"a":10,"##a":11}}}
        """;

    private ModelFolder(string path) => Path = path;

    public string Path { get; }

    public static ModelFolder With(params (string Name, string Content)[] files)
    {
        var folder = new ModelFolder(Directory.CreateTempSubdirectory("synapse-model-").FullName);
        foreach (var (name, content) in files)
        {
            File.WriteAllText(System.IO.Path.Combine(folder.Path, name), content);
        }

        return folder;
    }

    /// <summary>Loads a tokenizer from files that are gone afterwards.</summary>
    public static TextTokenizer Load(params (string Name, string Content)[] files)
    {
        using var folder = With(files);
        return TextTokenizer.Load(folder.Path);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
