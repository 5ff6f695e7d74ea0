using Synapse.Library;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Sqlite.CrashWriter;

/// <summary>An endless row of switches of one collection's embedding space, there, back and ended, from wherever an earlier run was killed.</summary>
internal static class Switches
{
    public static async Task MakeAsync(SqliteStore store, long collectionId)
    {
        var random = new Random();
        while (true)
        {
            var now = await store.FindSwitchAsync(AccessScope.Everything, collectionId, CancellationToken.None);
            if (now is null)
            {
                var space = await store.FindEmbeddingSpaceAsync(collectionId, CancellationToken.None);
                now = await store.BeginSwitchAsync(collectionId, space == Rounds.Space ? Rounds.OtherSpace : Rounds.Space, SwitchWish.Switch, CancellationToken.None);
            }

            var wish = random.Next(4) == 0 ? SwitchWish.Remove : now.State == SwitchState.Switched ? SwitchWish.Return : SwitchWish.Switch;
            await store.WishAsync(AccessScope.Everything, collectionId, wish, CancellationToken.None);
            if (wish == SwitchWish.Remove)
            {
                await store.RemoveShadowAsync(collectionId, CancellationToken.None);
                continue;
            }

            do
            {
                await FillAsync(store, now);
                if (random.Next(2) == 0)
                {
                    await store.PrepareSwapAsync(collectionId, CancellationToken.None);
                }
            }
            while (!await store.SwapSpacesAsync(collectionId, wish, CancellationToken.None));
        }
    }

    private static async Task FillAsync(SqliteStore store, ModelSwitch now)
    {
        while (await store.ListUnembeddedAsync(now.CollectionId, 7, CancellationToken.None) is { Count: > 0 } lacking)
        {
            await store.AddShadowAsync(
                now.CollectionId,
                now.Shadow.Fingerprint,
                [.. lacking.Select(each => new ShadowEmbeddings(each.DocumentId, each.Chunks.SelectMany(chunk => Rounds.Embed(now.Shadow, chunk)).ToArray()))],
                CancellationToken.None);
        }
    }
}
