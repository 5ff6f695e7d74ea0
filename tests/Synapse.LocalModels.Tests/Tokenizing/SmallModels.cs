namespace Synapse.LocalModels.Tests.Tokenizing;

/// <summary>Small <c>tokenizer.json</c> of other kinds than <see cref="ModelFolder.Bert"/>.</summary>
internal static class SmallModels
{
    /// <summary>Merges a to aa to aaaa.</summary>
    public const string Bpe = """
        {"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,
         "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"vocab":{"<unk>":0,"a":1,"aa":2,"aaaa":3," ":4},"merges":["a a","aa aa"]}}
        """;

    public const string Unigram = """
        {"version":"1.0","added_tokens":[],"normalizer":{"type":"NFKC"},"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":false},"post_processor":null,
         "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-2.5],["aa",-3],["aaa",-3.25],["▁",-2],["▁a",-2.25]]}}
        """;
}
