using Synapse.Errors;
using Synapse.Postgres;
using Synapse.Privacy;
using Synapse.Sqlite;
using Synapse.Storage;
using Synapse.Storage.Copying;

namespace Synapse.Server.Hosting;

/// <summary>Copies one store into another. No server runs meanwhile: the command opens both itself.</summary>
public static class StoreCopying
{
    private const string SqlitePrefix = "sqlite://";
    private const string HowToWrite = "Write sqlite:///path/to/data-folder or postgres://user@host/database.";

    /// <summary>Copies, and compares what came of it.</summary>
    /// <param name="dataFolder">The data folder whose settings count.</param>
    /// <param name="from">Where the source is: <c>sqlite:///path/to/data-folder</c> or <c>postgres://user@host/database</c>.</param>
    /// <param name="to">Where the target is.</param>
    /// <param name="report">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the work; the next run goes on.</param>
    /// <exception cref="InvalidConfigurationException">An address or a setting is wrong.</exception>
    /// <exception cref="SynapseException">A store cannot be opened, or the target cannot be one, or the copy differs.</exception>
    public static async Task<CopyReport> RunAsync(DataFolder dataFolder, string from, string to, Action<CopyProgress> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        var settings = StartSettings.Read(dataFolder, Directory.GetCurrentDirectory());
        var faults = new List<string>(settings.Faults);
        var policy = EgressOptionsReader.Read(settings.Configuration, faults);
        faults.AddRange(SectionFaults.Find<PostgresOptions>(settings.Configuration, PostgresOptions.SectionName));
        var source = ReadPlace("--from", from, settings.Configuration, policy, faults);
        var target = ReadPlace("--to", to, settings.Configuration, policy, faults);
        if (faults.Count > 0 || source is null || target is null)
        {
            throw new InvalidConfigurationException(faults);
        }

        if (source.Folder is not null && source.Folder == target.Folder)
        {
            throw new CopyRefusedException(target.Folder, "it is the source itself", "Name another target.");
        }

        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Warning).AddProvider(new StandardErrorLoggerProvider(LogLevel.Warning, TimeProvider.System)));
        var options = settings.Configuration.GetSection(PostgresOptions.SectionName).Get<PostgresOptions>() ?? new();
        await RequireAsync(source, options, cancellationToken);
        await using var read = Open(source, options, loggers);
        await using var written = Open(target, options, loggers);
        return await new StoreCopy((IExportableStore)read, (IImportableStore)written, TimeProvider.System).RunAsync(report, cancellationToken);
    }

    /// <summary>Makes sure that there is something to back up: to open a store makes it where there is none, and a misspelt folder would give good backups of nothing.</summary>
    /// <param name="dataFolder">The data folder whose settings count.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="StoreNotFoundException">There is no store.</exception>
    /// <exception cref="InvalidConfigurationException">A setting is wrong.</exception>
    public static async Task RequireStoreAsync(DataFolder dataFolder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        if (ServerFile.Read(dataFolder) is not null)
        {
            // A server that runs has one, and knows best where.
            return;
        }

        var (place, options) = ReadPlace(dataFolder);
        await RequireAsync(place, options, cancellationToken);
    }

    /// <summary>Reads where the store of a data folder is, and how a database is used.</summary>
    /// <exception cref="InvalidConfigurationException">A setting is wrong.</exception>
    internal static (Place Place, PostgresOptions Options) ReadPlace(DataFolder dataFolder)
    {
        var settings = StartSettings.Read(dataFolder, Directory.GetCurrentDirectory());
        var faults = new List<string>(settings.Faults);
        var policy = EgressOptionsReader.Read(settings.Configuration, faults);
        var database = StoreSettings.Read(settings.Configuration, faults.Count == 0 ? policy : null, faults);
        if (faults.Count > 0)
        {
            throw new InvalidConfigurationException(faults);
        }

        var options = settings.Configuration.GetSection(PostgresOptions.SectionName).Get<PostgresOptions>() ?? new();
        return (new Place(database is null ? dataFolder.Path : null, database?.Database), options);
    }

    private static Place? ReadPlace(string key, string text, IConfiguration configuration, EgressPolicy policy, List<string> faults)
    {
        if (text.StartsWith(SqlitePrefix, StringComparison.Ordinal))
        {
            // A drive of Windows stands behind the third slash.
            var path = OperatingSystem.IsWindows() ? text[SqlitePrefix.Length..].TrimStart('/') : text[SqlitePrefix.Length..];
            if (Path.IsPathFullyQualified(path))
            {
                return new Place(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), null);
            }

            faults.Add($"{key}: the path is not absolute. {HowToWrite}");
            return null;
        }

        if (!text.StartsWith("postgres://", StringComparison.Ordinal) && !text.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            // The value is not shown: whatever it is, it may hold a password.
            faults.Add($"{key}: this is no address of a store. {HowToWrite}");
            return null;
        }

        var before = faults.Count;
        var address = ReadAddress(key, text, null, faults);
        var passwordFile = configuration[DatabaseAddress.PasswordFileVariable];
        if (address is { HasPassword: false } && !string.IsNullOrWhiteSpace(passwordFile))
        {
            address = ReadAddress(key, text, passwordFile, faults);
        }

        address = address is null || faults.Count > before ? null : StoreSettings.Check(address, key, policy, faults);
        return address is null ? null : new Place(null, address);
    }

    private static DatabaseAddress? ReadAddress(string key, string text, string? passwordFile, List<string> faults)
    {
        var found = new List<string>();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [KeyValuePair.Create(DatabaseAddress.Variable, (string?)text), KeyValuePair.Create(DatabaseAddress.PasswordFileVariable, passwordFile)]).Build();
        var address = DatabaseAddress.Read(configuration, found);
        faults.AddRange(found.Select(fault => fault.StartsWith($"{DatabaseAddress.Variable}:", StringComparison.Ordinal) ? key + fault[DatabaseAddress.Variable.Length..] : fault));
        return address;
    }

    // To open a store makes it where there is none, and then nothing would be copied, successfully.
    private static async Task RequireAsync(Place source, PostgresOptions options, CancellationToken cancellationToken)
    {
        if (source.Folder is { } folder && !SqliteStore.Exists(folder))
        {
            throw new StoreNotFoundException(folder, "the folder has no synapse.db");
        }

        if (source.Database is { } database && !await PostgresStore.ExistsAsync(database, options, cancellationToken))
        {
            throw new StoreNotFoundException(database.Name, "the database has no schema of Synapse");
        }
    }

    internal static IAsyncDisposable Open(Place place, PostgresOptions options, ILoggerFactory loggers)
    {
        if (place.Database is { } database)
        {
            return PostgresStore.Open(database, options, TimeProvider.System, loggers.CreateLogger<PostgresStore>());
        }

        try
        {
            return SqliteStore.Open(place.Folder!, TimeProvider.System, loggers.CreateLogger<SqliteStore>());
        }
        catch (DataFolderInUseException)
        {
            var who = ServerFile.Read(new DataFolder(place.Folder!)) is { } server ? $"a Synapse server (process {server.Pid})" : "another Synapse process";
            throw new StoreInUseException(place.Folder!, who);
        }
    }

    /// <summary>Where a store is: a data folder or a database.</summary>
    internal sealed record Place(string? Folder, DatabaseAddress? Database);
}
