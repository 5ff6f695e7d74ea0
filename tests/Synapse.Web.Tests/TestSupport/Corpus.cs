namespace Synapse.Web.Tests.TestSupport;

/// <summary>Files that tests index.</summary>
internal static class Corpus
{
    /// <summary>A small handbook of three documents.</summary>
    public static readonly (string Path, string Text)[] Handbook =
    [
        ("guide/backup.md", "# Backups\n\nBackups run every night at two in the morning.\nThey are kept for thirty days and then deleted.\n"),
        ("guide/access.md", "# Access\n\nNew colleagues ask the office for a badge. A lost badge has to be reported within one day.\n"),
        ("src/Clock.cs", "namespace Handbook;\n\npublic sealed class Clock\n{\n    public int ReadHour() => 2;\n}\n"),
    ];

    /// <summary>Texts that run script, load something or break out of their place wherever they are taken for markup.</summary>
    public static readonly string[] Attacks =
    [
        "<script>window.hit = 1</script>",
        "<img src=x onerror=\"window.hit = 1\">",
        "<svg onload=\"window.hit = 1\"></svg>",
        "\"><script>window.hit = 1</script>",
        "'><img src=x onerror=window.hit=1>",
        "</title><script>window.hit = 1</script>",
        "</textarea></style></script><script>window.hit = 1</script>",
        "<iframe srcdoc=\"<script>parent.hit = 1</script>\"></iframe>",
        "<a href=\"javascript:window.hit=1\">link</a>",
        "[link](javascript:window.hit=1)",
        "![image](http://127.0.0.1:9/leak.png)",
        "<link rel=stylesheet href=\"http://127.0.0.1:9/leak.css\">",
        "<style>@import 'http://127.0.0.1:9/leak.css';</style>",
        "<div style=\"background:url(http://127.0.0.1:9/leak)\">x</div>",
        "<base href=\"http://127.0.0.1:9/\">",
        "<meta http-equiv=refresh content=\"0;url=http://127.0.0.1:9/\">",
        "<form action=\"http://127.0.0.1:9/\"><button autofocus onfocus=window.hit=1>x</button></form>",
        "<math><mtext><script>window.hit = 1</script></mtext></math>",
        "<details open ontoggle=\"window.hit=1\">x</details>",
        "<!--><script>window.hit = 1</script>-->",
        "&lt;script&gt;window.hit = 1&lt;/script&gt;",
        "&#60;img src=x onerror=window.hit=1&#62;",
        "${window.hit = 1}{{constructor.constructor('window.hit=1')()}}",
        "@(window.hit = 1)@{ }",
        "<\u200bscript>window.hit = 1</script>",
        "\u202e<script>window.hit = 1</script>",
    ];
}
