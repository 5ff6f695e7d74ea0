using System.Text;
using Synapse.Ingestion;
using Synapse.Ingestion.Reading;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Ingestion;

public sealed class ReadingTests
{
    private const string Sample = "Grüße, 漢字 and \U0001F600.\nSecond line with more plain words in it.\n";

    public static TheoryData<string, byte[]> Encodings => new()
    {
        { "utf-8", Encoding.UTF8.GetBytes(Sample) },
        { "utf-8 with mark", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Sample)] },
        { "utf-16 le with mark", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Sample)] },
        { "utf-16 be with mark", [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Sample)] },
        { "utf-16 le", Encoding.Unicode.GetBytes(Sample) },
        { "utf-16 be", Encoding.BigEndianUnicode.GetBytes(Sample) },
        { "utf-32 le with mark", [.. Encoding.UTF32.Preamble, .. Encoding.UTF32.GetBytes(Sample)] },
        { "line ends of windows", Encoding.UTF8.GetBytes(Sample.Replace("\n", "\r\n", StringComparison.Ordinal)) },
        { "line ends of old macs", Encoding.UTF8.GetBytes(Sample.Replace('\n', '\r')) },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Decoder_reads(string encoding, byte[] content)
    {
        Assert.NotEmpty(encoding);
        Assert.Equal(Sample, TextDecoder.Decode(content));
    }

    [Fact]
    public void Decoder_reads_windows_1252() => Assert.Equal("“naïve” – €", TextDecoder.Decode([0x93, .. "na"u8, 0xEF, .. "ve"u8, 0x94, 0x20, 0x96, 0x20, 0x80]));

    [Fact]
    public void Decoder_keeps_utf_8_with_one_broken_byte()
        => Assert.Equal("äöüäöü\uFFFD ende", TextDecoder.Decode([.. "äöüäöü"u8, 0xFF, .. " ende"u8]));

    [Fact]
    public void Decoder_replaces_lone_surrogates_and_keeps_pairs()
        => Assert.Equal("a\uFFFDb\U0001F600\uFFFD", TextDecoder.Normalize("a\uD800b\U0001F600\uDC00"));

    [Fact]
    public void Decoder_refuses_what_is_not_text()
    {
        var random = new Random(1);
        var noise = new byte[10_000];
        random.NextBytes(noise);

        Assert.Null(TextDecoder.Decode(noise));
        Assert.Null(TextDecoder.Decode([.. "%PDF-1.7 "u8, 0, 1, 2, 3]));
        Assert.Null(TextDecoder.Decode([.. "text"u8, 1, 2, 3, 4, 5]));
    }

    [Fact]
    public void Reader_refuses_a_private_key_and_not_the_talk_of_one()
    {
        var key = "-----BEGIN RSA PRIVATE KEY-----\n" + new string('A', 64) + "\n-----END RSA PRIVATE KEY-----\n";
        var reader = new PlainTextReader();

        Assert.Equal(SkipReason.Secret, Assert.Throws<UnfitDocumentException>(() => reader.Read("a.txt", Encoding.ASCII.GetBytes("x = '''\n" + key))).Reason);
        Assert.Equal("markdown", reader.Read("a.md", "A file that begins with -----BEGIN PRIVATE KEY----- holds a key.\n"u8).Language);
        Assert.Equal(SkipReason.Empty, Assert.Throws<UnfitDocumentException>(() => reader.Read("a.txt", " \n\t\n"u8)).Reason);
    }

    [Theory]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\n*\n")]
    [InlineData("{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\n*\\n-----END PRIVATE KEY-----\"}")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n*\n")]
    [InlineData("PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 2\n*\nPrivate-Lines: 1\n*\n")]
    [InlineData("# created: 2026-01-01\nAGE-SECRET-KEY-1*\n")]
    public void Reader_refuses_private_keys_of_every_form_and_not_their_description(string form)
    {
        var reader = new PlainTextReader();

        Assert.Equal(SkipReason.Secret, Assert.Throws<UnfitDocumentException>(() => reader.Read("a.txt", Encoding.ASCII.GetBytes(form.Replace("*", new string('A', 58), StringComparison.Ordinal)))).Reason);
        Assert.Equal("text", reader.Read("a.txt", Encoding.ASCII.GetBytes(form.Replace("*", "...", StringComparison.Ordinal))).Language);
    }

    [Fact]
    public void Content_gives_size_hash_and_null_when_the_file_is_gone()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.txt", "abc");

        using var content = FileContent.Read(path, 1_000, TestContext.Current.CancellationToken);

        Assert.Equal(3, content!.Length);

        // SHA-256 of "abc", FIPS 180-4, appendix B.1
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", content.Hash());
        Assert.Null(FileContent.Read(path + "x", 1_000, TestContext.Current.CancellationToken));
        Assert.Equal(SkipReason.TooLarge, Assert.Throws<UnfitDocumentException>(() => FileContent.Read(path, 2, TestContext.Current.CancellationToken)).Reason);
    }

    [Fact]
    public void Content_refuses_a_file_that_is_reached_through_a_link()
    {
        using var folder = new TemporaryFolder();
        folder.Write("real/a.txt", "abc");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "link"), "real");

        var refused = Assert.Throws<UnfitDocumentException>(
            () => FileContent.Read(Path.Combine(folder.Path, "link/a.txt"), 1_000, TestContext.Current.CancellationToken));

        Assert.Equal(SkipReason.Link, refused.Reason);
    }

    [Theory]
    [InlineData("a/b.cs", "", "csharp")]
    [InlineData("b.TSX", "", "typescript")]
    [InlineData("Dockerfile", "", "dockerfile")]
    [InlineData("Dockerfile.dev", "", "dockerfile")]
    [InlineData("Makefile", "", "makefile")]
    [InlineData("x.csproj", "", "xml")]
    [InlineData("README", "", "text")]
    [InlineData("script", "#!/usr/bin/env -S python3 -u\n", "python")]
    [InlineData("script", "#!/bin/sh\n", "bash")]
    [InlineData("x.h", "namespace a {", "cpp")]
    [InlineData("x.h", "int f(void);", "c")]
    [InlineData("x.unknown", "words", "text")]
    [InlineData("CMakeLists.txt", "", "cmake")]
    [InlineData(".bashrc", "", "bash")]
    public void Language_is_known_by(string path, string text, string language) => Assert.Equal(language, Languages.Detect(path, text));
}
