using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Synapse.Egress.Tests.TestSupport;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;

namespace Synapse.Egress.Tests;

/// <summary>What is written down, and what is not let out.</summary>
public sealed class LedgerTests
{
    private static readonly Uri s_chat = new("https://api.example/v1/chat");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_of_the_ledger_are_those_on_the_wire()
    {
        const string Reply = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var host = await EgressHost.StartAsync(_ => Task.CompletedTask);
        using var client = host.Egress().CreateClient(new EgressRoute("local", new Uri($"http://127.0.0.1:{port}"), AddressReach.Loopback));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/v1/chat?a=b") { Content = new StringContent(new string('x', 5_000)) };
        request.Headers.TryAddWithoutValidation("api-key", "k");

        var sending = client.SendAsync(request, Token);
        using var socket = await listener.AcceptSocketAsync(Token);
        var buffer = new byte[16_384];
        var received = 0;
        while (!Encoding.ASCII.GetString(buffer, 0, received).EndsWith(new string('x', 5_000), StringComparison.Ordinal))
        {
            received += await socket.ReceiveAsync(buffer.AsMemory(received), Token);
        }

        await socket.SendAsync(Encoding.ASCII.GetBytes(Reply), Token);
        using var response = await sending;

        Assert.Equal("hello", await response.Content.ReadAsStringAsync(Token));
        var entry = Assert.Single(await host.ReadLedgerAsync());
        Assert.Equal((received, Reply.Length, 200), (entry.Result.BytesSent, entry.Result.BytesReceived, entry.Result.Status));
        Assert.Equal(($"127.0.0.1:{port}", AddressReach.Loopback, null), (entry.Attempt.Host, entry.Attempt.Reach, entry.Attempt.Purpose));
    }

    [Fact]
    public async Task A_request_that_leaves_is_in_the_ledger_before_it_arrives_and_readable_after_its_collection_is_gone()
    {
        IReadOnlyList<EgressEntry> seenByTheServer = [];
        EgressHost? host = null;
        await using var started = host = await EgressHost.StartAsync(async context =>
        {
            seenByTheServer = await host!.Store.ListAsync(AccessScope.Everything, new EgressFilter(), null, 10, context.RequestAborted);
            await context.Response.WriteAsync("answer", context.RequestAborted);
        });
        var collection = await host.Store.CreateCollectionAsync("handbook", Token);
        using var client = host.PublicClient();
        using (EgressActivity.Begin(EgressPurpose.Chat, [new EgressDocument(collection.Id, 7, "guide/backup.md"), new EgressDocument(collection.Id, 7, "a.md")]))
        {
            using var content = new StringContent("text of two documents");
            using var response = await client.PostAsync(s_chat, content, Token);
            Assert.Equal("answer", await response.Content.ReadAsStringAsync(Token));
        }

        Assert.Equal(EgressOutcome.Open, Assert.Single(seenByTheServer).Result.Outcome);
        await host.Store.RemoveCollectionAsync(AccessScope.Everything, collection.Id, Token);
        var entry = Assert.Single(await host.ReadLedgerAsync());
        Assert.Equal((EgressOutcome.Completed, 200, EgressPurpose.Chat), (entry.Result.Outcome, entry.Result.Status, entry.Attempt.Purpose));
        Assert.Equal(
            [new EgressedDocument(collection.Id, "handbook", 7, "a.md"), new EgressedDocument(collection.Id, "handbook", 7, "guide/backup.md")], entry.Documents);
    }

    [Fact]
    public async Task A_request_that_cannot_be_entered_does_not_leave_and_one_that_stays_does_not_mind()
    {
        var requests = 0;
        await using var host = await EgressHost.StartAsync(context =>
        {
            requests++;
            return context.Response.WriteAsync("here", context.RequestAborted);
        });
        using var activity = EgressActivity.Begin(EgressPurpose.Chat, []);
        using var cloud = host.PublicClient(new BrokenLedger());
        Assert.Equal(EgressRules.Ledger, (await Assert.ThrowsAsync<EgressRefusedException>(() => cloud.GetStringAsync(s_chat, Token))).Rule);
        Assert.Equal(0, requests);

        using var local = host.Egress(ledger: new BrokenLedger()).CreateClient(new EgressRoute("local", new Uri(host.Address), AddressReach.Loopback));
        Assert.Equal("here", await local.GetStringAsync(new Uri(host.Address), Token));
    }

    [Fact]
    public async Task Text_of_a_local_only_collection_does_not_leave_and_unknown_text_neither()
    {
        var requests = 0;
        await using var host = await EgressHost.StartAsync(context =>
        {
            requests++;
            return context.Response.WriteAsync("here", context.RequestAborted);
        });
        var open = await host.Store.CreateCollectionAsync("open", Token);
        var secret = await host.Store.CreateCollectionAsync("contracts", Token);
        Assert.True(await host.Store.SetPrivacyAsync(AccessScope.Everything, secret.Id, CollectionPrivacy.LocalOnly, Token));
        EgressDocument[] both = [new(open.Id, 1, "a.md"), new(secret.Id, 2, "b.md")];
        using var cloud = host.PublicClient();
        using var local = host.Egress().CreateClient(new EgressRoute("local", new Uri(host.Address), AddressReach.Loopback));

        var purposes = Enum.GetValues<EgressPurpose>();
        foreach (var purpose in purposes)
        {
            using var activity = EgressActivity.Begin(purpose, both);
            var refused = await Assert.ThrowsAsync<LocalOnlyException>(() => cloud.GetStringAsync(s_chat, Token));
            Assert.Contains("'contracts'", refused.Message, StringComparison.Ordinal);
            Assert.Equal("here", await local.GetStringAsync(new Uri(host.Address), Token));
        }

        using (EgressActivity.Begin(EgressPurpose.Embedding, [new EgressDocument(open.Id + 100, 1, "gone.md")]))
        {
            await Assert.ThrowsAsync<LocalOnlyException>(() => cloud.GetStringAsync(s_chat, Token));
        }

        await Assert.ThrowsAsync<LocalOnlyException>(() => cloud.GetStringAsync(s_chat, Token));
        Assert.Equal(purposes.Length, requests);
        using (EgressActivity.Begin(EgressPurpose.Chat, both[..1]))
        {
            Assert.Equal("here", await cloud.GetStringAsync(s_chat, Token));
        }

        // Every purpose, a collection that is gone, and nothing said at all.
        Assert.Equal(purposes.Length + 2, (await host.ReadLedgerAsync()).Count(entry => entry.Result is { Outcome: EgressOutcome.Refused, Rule: EgressRules.LocalOnly, BytesSent: 0 }));
    }

    [Fact]
    public async Task A_reply_that_is_cut_off_is_entered_as_what_it_was()
    {
        using var read = new SemaphoreSlim(0);
        await using var host = await EgressHost.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begun", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);

            // Once its first part was read, the reply is cut off; the client that has stopped meanwhile does not notice.
            await read.WaitAsync(context.RequestAborted);
            context.Abort();
        });
        using var client = host.Egress().CreateClient(new EgressRoute("local", new Uri(host.Address), AddressReach.Loopback));
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            using var response = await client.GetAsync(new Uri($"{host.Address}/stop"), HttpCompletionOption.ResponseHeadersRead, Token);
            await using var stream = await response.Content.ReadAsStreamAsync(Token);
            Assert.Equal(5, await stream.ReadAtLeastAsync(new byte[5], 5, cancellationToken: Token));
            var more = stream.ReadAsync(new byte[5], stop.Token);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => more.AsTask());
        }

        using (var response = await client.GetAsync(new Uri($"{host.Address}/fail"), HttpCompletionOption.ResponseHeadersRead, Token))
        {
            await using var stream = await response.Content.ReadAsStreamAsync(Token);
            Assert.Equal(5, await stream.ReadAtLeastAsync(new byte[5], 5, cancellationToken: Token));
            read.Release(2);
            await Assert.ThrowsAnyAsync<IOException>(() => stream.ReadAsync(new byte[5], Token).AsTask());
        }

        Assert.Equal([EgressOutcome.Cancelled, EgressOutcome.Failed], (await host.ReadLedgerAsync()).Select(entry => entry.Result.Outcome));
    }

    [Fact]
    public async Task Handlers_above_the_guard_see_a_request_first_and_may_send_it_again()
    {
        var bodies = new List<string>();
        await using var host = await EgressHost.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            bodies.Add(await reader.ReadToEndAsync(context.RequestAborted));
            context.Response.StatusCode = bodies.Count == 1 ? 503 : 200;
        });
        using var client = host.Egress().CreateClient(new EgressRoute("local", new Uri(host.Address), AddressReach.Loopback), new SecondTry());
        using var content = new StringContent("the same");
        using var response = await client.PostAsync(new Uri(host.Address), content, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["the same", "the same"], bodies);
        Assert.Equal([503, 200], (await host.ReadLedgerAsync()).Select(entry => entry.Result.Status));
    }

    private sealed class SecondTry : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var first = await base.SendAsync(request, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
