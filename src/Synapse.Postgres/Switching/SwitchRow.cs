using Synapse.Postgres.Catalogue;
using Synapse.Switching;

namespace Synapse.Postgres.Switching;

/// <summary>A switch with the keys of its spaces.</summary>
/// <param name="Switch">The switch.</param>
/// <param name="FromSpaceId">Key of the space that was searched when it began.</param>
/// <param name="ToSpaceId">Key of the space to switch to.</param>
internal sealed record SwitchRow(ModelSwitch Switch, long FromSpaceId, long ToSpaceId)
{
    /// <summary>Key of the space that is searched.</summary>
    public long SearchedSpaceId => Switch.State == SwitchState.Switched ? ToSpaceId : FromSpaceId;

    /// <summary>The space beside it.</summary>
    public EmbeddingSpaceRow Shadow => new(Switch.State == SwitchState.Switched ? FromSpaceId : ToSpaceId, Switch.Shadow);
}
