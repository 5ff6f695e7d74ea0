using System.Text;
using Synapse.LocalModels.Tokenizing.Normalizing;
using Synapse.LocalModels.Tokenizing.Special;
using Synapse.LocalModels.Tokenizing.Splitting;
using Synapse.LocalModels.Tokenizing.Subwords;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads a folder that has no <c>tokenizer.json</c>: BERT's <c>vocab.txt</c>, a token a line.</summary>
internal static class VocabularyReader
{
    private const string Continuation = "##";
    private const int MaxWordCharacters = 100;

    public static TokenizerParts Read(string path, FolderSettings settings)
    {
        var (pieces, size) = ReadPieces(path);
        var unknown = settings.Token("unk_token") ?? "[UNK]";
        var model = SubwordReader.WordPiece(pieces, size, Continuation, unknown, MaxWordCharacters);
        var start = IdOf(settings.Token("cls_token") ?? "[CLS]", pieces);
        var end = IdOf(settings.Token("sep_token") ?? "[SEP]", pieces);
        var lowercases = settings.Flag("do_lower_case", true);
        string[] special = [unknown, settings.Token("cls_token") ?? "[CLS]", settings.Token("sep_token") ?? "[SEP]", settings.Token("pad_token") ?? "[PAD]", settings.Token("mask_token") ?? "[MASK]"];
        return new TokenizerParts(path, model)
        {
            Normalizer = new BertNormalizer(cleansText: true, settings.Flag("tokenize_chinese_chars", true), settings.Flag("strip_accents", lowercases), lowercases),
            Splitter = new BertSplitter(),
            RawTokens = new AddedTokenFinder([.. special.Distinct().Where(token => pieces.Find(token) >= 0).Select(token => new AddedToken(token, pieces.Find(token), false, false, false))]),
            Single = new TokenTemplate([new([start], false, 0), new(null, false, 0), new([end], false, 0)]),
            Pair = new TokenTemplate([new([start], false, 0), new(null, false, 0), new([end], false, 0), new(null, true, 1), new([end], false, 1)]),
            PadId = TokenizerFolder.PadIdOf(settings, null, token => pieces.Find(token)),
            MaxLength = settings.MaxLength,
            CutsStart = settings.CutsStart ?? false,
        };
    }

    private static (PieceTrie Pieces, int Size) ReadPieces(string path)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(ModelFiles.ReadBytes(path));
        }
        catch (DecoderFallbackException damaged)
        {
            throw new InvalidDataException("it is not UTF-8", damaged);
        }

        var pieces = new PieceTrie(text.Length / 2);
        var id = 0;
        foreach (var line in text.AsSpan(0, text.EndsWith('\n') ? text.Length - 1 : text.Length).Split('\n'))
        {
            var piece = text.AsSpan(line).TrimEnd('\r');
            if (piece.Length > 4_096)
            {
                throw new InvalidDataException($"line {id + 1} has more than 4096 characters");
            }

            pieces.Add(piece, id++);
        }

        return (pieces, id);
    }

    private static int IdOf(string token, PieceTrie pieces)
        => pieces.Find(token) is >= 0 and var id ? id : throw new InvalidDataException($"its vocabulary lacks the token '{token}'");
}
