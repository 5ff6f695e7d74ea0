namespace Synapse.Postgres.Diagnosis;

/// <summary>Under which name the driver of the database measures its connections and commands.</summary>
public static class PostgresTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string SourceName = "Npgsql";
}
