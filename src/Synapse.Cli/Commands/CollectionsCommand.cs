using System.CommandLine;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse collections</c>: what goes from one store to another.</summary>
internal static class CollectionsCommand
{
    public static Command Create()
        => new("collections",
            """
            Take a collection with its documents and embeddings from one Synapse to another. 'synapse status' lists the collections.

            Examples:
              synapse collections export handbook handbook.synapse
              synapse collections import handbook.synapse
            """)
        {
            CollectionsExportCommand.Create(),
            CollectionsImportCommand.Create(),
        };
}
