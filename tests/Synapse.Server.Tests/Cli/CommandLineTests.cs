using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Cli;

/// <summary>The contract of the command line: JSON shapes, exit codes, and what goes to which stream.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ask_of_a_folder_answers_in_the_agreed_shape()
    {
        var run = await RunAsync("ask", SampleDocuments.Question, SampleDocuments.WriteTo(_folder), "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(
            ["answer", "sentences", "citations", "found", "finish", "model", "passagesUsed", "passagesLeftOut", "usage", "error"], Names(run.Json));
        Assert.True(run.Json.GetProperty("found").GetBoolean());

        var sentence = run.Json.GetProperty("sentences")[0];
        Assert.Equal(["text", "citations", "support", "reason", "lead", "form"], Names(sentence));
        var citation = run.Json.GetProperty("citations")[0];
        Assert.Equal(["number", "document", "startLine", "endLine", "quote", "verified"], Names(citation));
        Assert.Equal(sentence.GetProperty("citations")[0].GetInt32(), citation.GetProperty("number").GetInt32());
        Assert.Equal("lease.md", citation.GetProperty("document").GetString());
        Assert.Contains(SampleDocuments.Quote, citation.GetProperty("quote").GetString(), StringComparison.Ordinal);
        Assert.True(citation.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Search_of_a_folder_answers_in_the_agreed_shape_and_explains_its_score()
    {
        var run = await RunAsync("search", "retry policy", SampleDocuments.WriteTo(_folder), "--json", "--limit", "2");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(["hits", "elapsedMs"], Names(run.Json));
        var hit = run.Json.GetProperty("hits")[0];
        Assert.Equal(["document", "startLine", "endLine", "heading", "symbol", "score", "text", "explain"], Names(hit));
        Assert.Equal("src/RetryPolicy.cs", hit.GetProperty("document").GetString());
        Assert.Equal(hit.GetProperty("explain").EnumerateObject().Sum(part => part.Value.GetDouble()), hit.GetProperty("score").GetDouble(), precision: 6);
        Assert.InRange(run.Json.GetProperty("hits").GetArrayLength(), 1, 2);
    }

    [Fact]
    public async Task A_collection_indexed_as_local_only_is_shown_as_such_and_stays_so()
    {
        var sample = SampleDocuments.WriteTo(_folder);
        Assert.Equal(0, (await RunAsync("index", sample, "--local-only", "--json")).ExitCode);
        Assert.Equal(0, (await RunAsync("index", sample, "--json")).ExitCode);

        var status = (await RunAsync("status", "--json")).Json;
        Assert.True(status.GetProperty("collections")[0].GetProperty("localOnly").GetBoolean());
        Assert.False(status.GetProperty("offline").GetBoolean());
        Assert.Contains("local only", (await RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_are_shown_and_those_that_have_ended_stay_as_they_are()
    {
        Assert.Contains("No job is queued", (await RunAsync("jobs")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("index", SampleDocuments.WriteTo(_folder))).ExitCode);
        var run = await RunAsync("jobs", "--all", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        var job = Assert.Single(run.Json.GetProperty("jobs").EnumerateArray());
        Assert.Equal(("completed", "load"), (job.GetProperty("state").GetString(), job.GetProperty("priority").GetString()));
        var id = job.GetProperty("id").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var change in (string[])["pause", "resume", "cancel"])
        {
            Assert.Contains("completed", (await RunAsync("jobs", change, id)).Output, StringComparison.Ordinal);
        }

        var gone = await RunAsync("jobs", "pause", "999", "--json");
        Assert.Equal((1, "job_not_found"), (gone.ExitCode, gone.Json.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Egress_of_a_machine_that_asked_nobody_is_empty()
    {
        var run = await RunAsync("egress", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(["offline", "totals", "entries"], Names(run.Json));
        Assert.Equal(0, run.Json.GetProperty("entries").GetArrayLength());
        Assert.Contains("No request was made", (await RunAsync("egress", "--provider", "openai", "--limit", "5")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_in_the_folder_is_found_by_the_next_command()
    {
        var sample = SampleDocuments.WriteTo(_folder);
        Assert.Equal(0, (await RunAsync("search", "rent", sample, "--json")).ExitCode);
        _folder.Write("sample/new.md", "# Bicycles\n\nThe bicycle cellar is locked at midnight.\n");
        File.Delete(Path.Combine(sample, "lease.md"));

        var hits = (await RunAsync("search", "bicycle cellar", sample, "--json")).Json.GetProperty("hits");
        Assert.Equal("new.md", hits[0].GetProperty("document").GetString());
        Assert.DoesNotContain(hits.EnumerateArray(), hit => hit.GetProperty("document").GetString() == "lease.md");
    }

    [Fact]
    public async Task For_people_hits_show_their_place_and_nothing_is_coloured_in_a_pipe()
    {
        var run = await RunAsync("search", "notice period", SampleDocuments.WriteTo(_folder), "--explain");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains("lease.md:", run.Output, StringComparison.Ordinal);
        Assert.Contains("bm25 ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public async Task For_people_an_answer_has_numbered_sources_with_their_lines()
    {
        var run = await RunAsync("ask", SampleDocuments.Question, SampleDocuments.WriteTo(_folder));
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains("[1] lease.md:5", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public async Task What_the_documents_do_not_say_has_exit_code_1()
    {
        var run = await RunAsync("ask", "Which volcano erupted near the capital of Iceland?", SampleDocuments.WriteTo(_folder), "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.False(run.Json.GetProperty("found").GetBoolean());
        Assert.Equal(0, run.Json.GetProperty("citations").GetArrayLength());
    }

    [Fact]
    public async Task An_index_is_shown_by_status_and_removed_again()
    {
        var sample = SampleDocuments.WriteTo(_folder);
        var indexed = await RunAsync("index", sample, "--collection", "house", "--json");
        var source = Assert.Single(indexed.Json.GetProperty("sources").EnumerateArray());
        Assert.Equal(("house", 4, 3), (source.GetProperty("collection").GetString(), source.GetProperty("files").GetInt32(), source.GetProperty("added").GetInt32()));
        Assert.Equal(1, source.GetProperty("skipped").GetProperty("binary").GetInt32());

        var status = (await RunAsync("status", "--json")).Json;
        Assert.Equal(JsonValueKind.Null, status.GetProperty("server").ValueKind);
        var collection = Assert.Single(status.GetProperty("collections").EnumerateArray());
        Assert.Equal(("house", 3), (collection.GetProperty("name").GetString(), collection.GetProperty("documents").GetInt32()));

        var removed = await RunAsync("remove", sample, "--json");
        Assert.Equal(["house"], removed.Json.GetProperty("collections").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(0, (await RunAsync("status", "--json")).Json.GetProperty("collections").GetArrayLength());
    }

    [Fact]
    public async Task Two_commands_at_once_wait_for_each_other()
    {
        var sample = SampleDocuments.WriteTo(_folder);
        var runs = await Task.WhenAll(RunAsync("search", "rent", sample, "--json"), RunAsync("search", "notice", sample, "--json"), RunAsync("status", "--json"));
        Assert.All(runs, run => Assert.Equal((0, ""), (run.ExitCode, run.Errors)));
    }

    [Theory]
    [InlineData(2, "path_not_found", "search", "x", "/no/such/folder")]
    [InlineData(2, "path_not_found", "ask", "x", "/no/such/folder")]
    [InlineData(2, "path_not_found", "index", "/no/such/folder")]
    [InlineData(2, "path_not_allowed", "index", "/proc")]
    [InlineData(2, "invalid_arguments", "search", "x", "--limit", "0")]
    [InlineData(2, "invalid_arguments", "search", "x", "--limit", "101")]
    [InlineData(2, "invalid_arguments", "search", "x", "--limit", "ten")]
    [InlineData(2, "invalid_arguments", "search")]
    [InlineData(2, "invalid_arguments", "remove")]
    [InlineData(2, "invalid_arguments", "ask", "x", "--no-such-option")]
    [InlineData(2, "invalid_arguments", "no-such-command")]
    [InlineData(2, "invalid_arguments", "--no-such-option")]
    [InlineData(2, "invalid_arguments", "search", "--explian")]
    [InlineData(2, "invalid_arguments", "ask", "where", "is", "it")]
    [InlineData(2, "validation_failed", "search", "")]
    [InlineData(2, "invalid_query", "search", "?!")]
    [InlineData(1, "nothing_indexed", "search", "x")]
    [InlineData(1, "nothing_indexed", "ask", "x")]
    [InlineData(1, "collection_not_found", "search", "x", "--collection", "nowhere")]
    [InlineData(1, "collection_not_found", "ask", "x", "--collection", "nowhere")]
    [InlineData(1, "collection_not_found", "remove", "--collection", "nowhere")]
    [InlineData(1, "source_not_found", "remove", "/not/indexed")]
    [InlineData(1, "server_unreachable", "sign-in")]
    public async Task Bad_input_gets_one_code_on_standard_output_and_one_line_on_standard_error(int exitCode, string code, params string[] arguments)
    {
        var json = await RunAsync([.. arguments, "--json"]);
        Assert.Equal(exitCode, json.ExitCode);
        Assert.Equal("", json.Errors);
        Assert.Equal(["error"], Names(json.Json));
        var error = json.Json.GetProperty("error");
        Assert.Equal(["code", "message"], Names(error));
        Assert.Equal(code, error.GetProperty("code").GetString());

        var plain = await RunAsync(arguments);
        Assert.Equal((exitCode, ""), (plain.ExitCode, plain.Output));
        Assert.Equal($"synapse: {error.GetProperty("message").GetString()}\n", plain.Errors);
    }

    [Fact]
    public async Task An_empty_folder_and_one_of_binaries_say_why_there_is_nothing()
    {
        var empty = await RunAsync("ask", "anything?", _folder.CreateFolder("empty"), "--json");
        Assert.Equal((1, "nothing_indexed"), (empty.ExitCode, Code(empty)));
        Assert.Contains("no files", Message(empty), StringComparison.Ordinal);

        var binaries = _folder.CreateFolder("binaries");
        for (var i = 0; i < 3; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(binaries, $"{i}.bin"), [0, 1, 2, 3, 0, 0, 0, 0xFF], TestContext.Current.CancellationToken);
        }

        var binary = await RunAsync("search", "anything", binaries, "--json");
        Assert.Equal((1, "nothing_indexed"), (binary.ExitCode, Code(binary)));
        Assert.Contains("3 files left out (3 binary)", Message(binary), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_store_and_one_of_a_newer_version_are_named()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "synapse.db"), new string('x', 20_000), TestContext.Current.CancellationToken);
        var damaged = await RunAsync("status", "--json");
        Assert.Equal((3, "store_corrupt"), (damaged.ExitCode, Code(damaged)));
    }

    [Fact]
    public async Task Wrong_settings_are_listed_without_a_stack_trace()
    {
        var run = await RunAsync("serve", "--port", "99999");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--port", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_bad_input()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var run = await RunAsync("serve", "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("is in use by another program", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("There is no command 'find'. See 'synapse --help'.", "find")]
    [InlineData("There is no option '--find'. See 'synapse --help'.", "--find")]
    [InlineData("There is no option '--explian'. To look for it as text, write '--' before it. See 'synapse search --help'.", "search", "--explian")]
    [InlineData("'it' is one argument too many. Put the question in quotes. See 'synapse ask --help'.", "ask", "where", "is", "it")]
    public async Task A_slip_of_the_fingers_is_named(string message, params string[] arguments)
        => Assert.Equal($"synapse: {message}\n", (await RunAsync(arguments)).Errors);

    [Fact]
    public async Task Text_that_looks_like_an_option_is_searched_for_after_two_dashes()
    {
        _folder.Write("tools/restore.md", "Use --no-restore to skip the restore.\n");
        var found = await RunAsync("search", "--json", "--", "--no-restore", Path.Combine(_folder.Path, "tools"));
        Assert.Equal("restore.md", found.Json.GetProperty("hits")[0].GetProperty("document").GetString());
    }

    [Fact]
    public async Task A_folder_that_is_gone_can_be_removed_from_the_index_and_through_a_link()
    {
        _folder.Write("kept/a.txt", "alpha");
        _folder.Write("gone/b.txt", "beta");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), _folder.Path);
        Assert.Equal(0, (await RunAsync("index", Path.Combine(_folder.Path, "kept"), Path.Combine(_folder.Path, "gone"))).ExitCode);
        Directory.Delete(Path.Combine(_folder.Path, "gone"), recursive: true);

        var unknown = await RunAsync("remove", Path.Combine(_folder.Path, "never-there"), "--json");
        Assert.Equal((1, "source_not_found"), (unknown.ExitCode, Code(unknown)));
        var removed = await RunAsync("remove", Path.Combine(_folder.Path, "link", "gone"), "--json");
        Assert.Equal(["gone"], removed.Json.GetProperty("collections").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Every_file_left_out_is_named_with_its_reason_when_asked_for()
    {
        var sample = SampleDocuments.WriteTo(_folder);
        _folder.Write("sample/.env.local", "KEY=1");
        var indexed = await RunAsync("index", sample);
        Assert.Contains("synapse status --skipped", indexed.Output, StringComparison.Ordinal);

        var source = (await RunAsync("status", "--skipped", "--json")).Json.GetProperty("collections")[0].GetProperty("sources")[0];
        var skipped = source.GetProperty("skipped").EnumerateArray().ToList();
        Assert.Equal(["path", "reason", "detail"], Names(skipped[0]));
        Assert.Equal([".env.local: secret", "logo.bin: binary"], skipped.Select(file => $"{file.GetProperty("path")}: {file.GetProperty("reason")}"));
        Assert.Contains("left out: .env.local  secret: ", (await RunAsync("status", "--skipped")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("skipped", (await RunAsync("status", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_shown_when_nothing_is_asked()
    {
        var run = await RunAsync();
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal((await RunAsync("--help")).Output, run.Output);
        Assert.Contains("Usage:\n  synapse [command]", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_shows_every_command_and_examples()
    {
        var help = await RunAsync("--help");
        Assert.Equal(0, help.ExitCode);
        foreach (var command in new[] { "ask", "search", "index", "status", "remove", "serve", "sign-in", "Examples:", "--data" })
        {
            Assert.Contains(command, help.Output, StringComparison.Ordinal);
        }
    }

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    private static string? Code(CommandLineRun run) => run.Json.GetProperty("error").GetProperty("code").GetString();

    private static string Message(CommandLineRun run) => run.Json.GetProperty("error").GetProperty("message").GetString()!;

    private Task<CommandLineRun> RunAsync(params string[] arguments) => CommandLineRun.StartAsync(Data, arguments);
}
