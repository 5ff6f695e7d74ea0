using System.CommandLine;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse store</c>: where everything is kept.</summary>
internal static class StoreCommand
{
    public static Command Create()
        => new("store",
            """
            Work on the store itself: the data folder or the database that everything is kept in.

            Examples:
              synapse store copy --from sqlite:///srv/synapse --to postgres://synapse@db.internal/synapse
            """)
        {
            StoreCopyCommand.Create(),
        };
}
