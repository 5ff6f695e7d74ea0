using Npgsql;
using Synapse.Errors;
using Synapse.Postgres.Diagnosis;
using Synapse.Telemetry;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : IStoreDoctor, IStoreMeter
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<DiagnosisStep>> DiagnoseAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            return await _connections.QueryAsync(
                (connection, token) => DatabaseExamination.RunAsync(connection, _connections.Name, _options.PoolSize, _time, token), cancellationToken);
        }
        catch (SynapseException fault)
        {
            return [Failed(fault.Code, fault.Message, started)];
        }
        catch (PostgresException fault)
        {
            return [Failed("store_unavailable", $"{fault.MessageText} (SQLSTATE {fault.SqlState})", started)];
        }
    }

    private DiagnosisStep Failed(string code, string message, long started)
        => new(StoreFindings.Subject, "server", DiagnosisOutcome.Failed, code, message, null, _time.GetElapsedTime(started));

    /// <inheritdoc/>
    public async ValueTask<StoreReading> MeasureAsync(CancellationToken cancellationToken)
        => await _connections.QueryAsync(DatabaseExamination.MeasureAsync, cancellationToken);
}
