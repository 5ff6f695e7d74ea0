using Synapse.Library;
using Synapse.Privacy;

namespace Synapse.StoreConformance;

/// <summary>What leaves is written down, and stays readable to those who may read it.</summary>
public abstract class LedgerSuite(StoreHarness harness) : StoreSuite(harness)
{
    [Fact]
    public async Task An_entry_that_leaves_is_there_when_it_was_begun_and_one_that_stays_when_the_store_is_closed()
    {
        var leaving = await BeginAsync(AddressReach.Public);
        Assert.Equal(leaving, Assert.Single(await ListAsync()).Id);

        var staying = await BeginAsync(AddressReach.Loopback);
        Harness.Ledger.Complete(staying, new EgressResult(EgressOutcome.Completed, 200, null, 10, 20, TimeSpan.FromMilliseconds(3)));
        Harness.Close();

        var entries = await ListAsync();
        Assert.Equal([staying, leaving], entries.Select(entry => entry.Id));
        Assert.Equal(new EgressResult(EgressOutcome.Completed, 200, null, 10, 20, TimeSpan.FromMilliseconds(3)), entries[0].Result);
        Assert.Equal(Harness.Time.GetUtcNow(), entries[0].Attempt.StartedAt);
    }

    [Fact]
    public async Task What_was_under_way_when_the_process_ended_is_interrupted_and_no_key_is_given_twice()
    {
        var before = await BeginAsync(AddressReach.Public);
        Harness.Close();
        var after = await BeginAsync(AddressReach.Public);

        Assert.True(after > before);
        Assert.Equal([EgressOutcome.Open, EgressOutcome.Interrupted], (await ListAsync()).Select(entry => entry.Result.Outcome));
    }

    [Fact]
    public async Task Entries_are_filtered_paged_added_up_and_shown_to_those_alone_who_may_read_their_documents()
    {
        var (docs, source) = await Harness.AddCollectionAsync("docs");
        var (secret, _) = await Harness.AddCollectionAsync("secret");
        EgressDocument[] both = [new(docs.Id, source.Id, "a.md"), new(secret.Id, 9, "b.md")];
        var chat = await BeginAsync(AddressReach.Public, "openai", EgressPurpose.Chat, both);
        var embedding = await BeginAsync(AddressReach.Public, "openai", EgressPurpose.Embedding, both[1..]);
        var discovery = await BeginAsync(AddressReach.Private, "local", EgressPurpose.Discovery);
        Harness.Ledger.Complete(chat, new EgressResult(EgressOutcome.Completed, 200, null, 100, 1_000, TimeSpan.FromSeconds(1)));
        Harness.Ledger.Complete(embedding, new EgressResult(EgressOutcome.Refused, null, "local_only", 0, 0, TimeSpan.Zero));
        Harness.Ledger.Complete(discovery, new EgressResult(EgressOutcome.Failed, null, null, 7, 0, TimeSpan.Zero));
        Harness.Close();

        Assert.Equal([discovery, embedding, chat], (await ListAsync()).Select(entry => entry.Id));
        Assert.Equal([embedding, chat], (await ListAsync(new EgressFilter(Provider: "openai"))).Select(entry => entry.Id));
        Assert.Equal([chat], (await ListAsync(new EgressFilter(CollectionId: docs.Id))).Select(entry => entry.Id));
        Assert.Equal([embedding], (await ListAsync(new EgressFilter(Purpose: EgressPurpose.Embedding))).Select(entry => entry.Id));
        Assert.Equal([embedding], (await Harness.Ledger.ListAsync(AccessScope.Everything, new EgressFilter(), discovery, 1, Token)).Select(entry => entry.Id));

        // One request was sent to openai and one refused; the failed one to the local server was sent as well.
        Assert.Equal(
            [("openai:443", 1, 1, 100, 1_000), ("local:443", 1, 0, 7, 0)],
            (await Harness.Ledger.SumByHostAsync(AccessScope.Everything, new EgressFilter(), Token))
                .Select(total => (total.Host, (int)total.Requests, (int)total.Refused, (int)total.BytesSent, (int)total.BytesReceived)));

        var scope = AccessScope.Of([docs.Id]);
        var seen = Assert.Single(await Harness.Ledger.ListAsync(scope, new EgressFilter(), null, 10, Token));
        Assert.Equal(new EgressedDocument(docs.Id, "docs", source.Id, "a.md"), Assert.Single(seen.Documents));
        Assert.Equal(1, Assert.Single(await Harness.Ledger.SumByHostAsync(scope, new EgressFilter(), Token)).Requests);
        Assert.Empty(await Harness.Ledger.ListAsync(AccessScope.Of([]), new EgressFilter(), null, 10, Token));
    }

    [Fact]
    public async Task What_is_too_much_or_too_old_is_forgotten_and_what_is_under_way_is_not()
    {
        var old = await BeginAsync(AddressReach.Public, documents: [new(1, 1, "a.md")]);
        var open = await BeginAsync(AddressReach.Public);
        Harness.Ledger.Complete(old, new EgressResult(EgressOutcome.Completed, 200, null, 1, 1, TimeSpan.Zero));
        Harness.Close();
        Harness.Time.Advance(TimeSpan.FromDays(31));

        // The first write after a start forgets.
        Harness.KeepLedger(new EgressRetention(2, TimeSpan.FromDays(30)));
        var third = await BeginAsync(AddressReach.Public);
        Assert.Equal([third], (await ListAsync()).Select(entry => entry.Id));
        Assert.True(third > open);

        var newest = third;
        for (var count = 0; count < 3; count++)
        {
            newest = await BeginAsync(AddressReach.Public);
            Harness.Ledger.Complete(newest, new EgressResult(EgressOutcome.Completed, 200, null, 1, 1, TimeSpan.Zero));
        }

        Harness.Close();
        Harness.KeepLedger(new EgressRetention(2, TimeSpan.FromDays(30)));
        var last = await BeginAsync(AddressReach.Public);
        Assert.Equal([last, newest], (await ListAsync()).Select(entry => entry.Id));
    }

    [Fact]
    public async Task Local_only_collections_are_named_within_the_scope_and_the_question()
    {
        var (docs, _) = await Harness.AddCollectionAsync("docs");
        var (secret, _) = await Harness.AddCollectionAsync("secret");
        Assert.Empty(await Harness.Library.ListLocalOnlyAsync(AccessScope.Everything, null, Token));
        Assert.False(await Harness.Library.SetPrivacyAsync(AccessScope.Of([docs.Id]), secret.Id, CollectionPrivacy.LocalOnly, Token));
        Assert.True(await Harness.Library.SetPrivacyAsync(AccessScope.Everything, secret.Id, CollectionPrivacy.LocalOnly, Token));

        Assert.Equal("secret", Assert.Single(await Harness.Library.ListLocalOnlyAsync(AccessScope.Everything, null, Token)).Name);
        Assert.Equal("secret", Assert.Single(await Harness.Library.ListLocalOnlyAsync(AccessScope.Everything, [docs.Id, secret.Id], Token)).Name);
        Assert.Empty(await Harness.Library.ListLocalOnlyAsync(AccessScope.Everything, [docs.Id], Token));
        Assert.Empty(await Harness.Library.ListLocalOnlyAsync(AccessScope.Of([docs.Id]), null, Token));
        Harness.Close();
        Assert.Equal(CollectionPrivacy.LocalOnly, (await Harness.Library.FindCollectionAsync(AccessScope.Everything, "secret", Token))!.Privacy);
    }

    private ValueTask<long> BeginAsync(
        AddressReach reach, string provider = "openai", EgressPurpose purpose = EgressPurpose.Chat, IReadOnlyCollection<EgressDocument>? documents = null)
        => Harness.Ledger.BeginAsync(new EgressAttempt(Harness.Time.GetUtcNow(), provider, $"{provider}:443", reach, purpose, documents ?? []), Token);

    private ValueTask<IReadOnlyList<EgressEntry>> ListAsync(EgressFilter? filter = null)
        => Harness.Ledger.ListAsync(AccessScope.Everything, filter ?? new EgressFilter(), null, 100, Token);
}
