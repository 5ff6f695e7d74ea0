using System.Net.Sockets;
using Npgsql;
using Synapse.Errors;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Tests.Connections;

public sealed class PostgresFaultTests
{
    [Theory]
    [InlineData("28P01", typeof(StoreAccessDeniedException))]
    [InlineData("28000", typeof(StoreAccessDeniedException))]
    [InlineData("42501", typeof(StoreAccessDeniedException))]
    [InlineData("3D000", typeof(StoreUnsuitableException))]
    [InlineData("53100", typeof(DiskFullException))]
    [InlineData("25006", typeof(StoreReadOnlyException))]
    [InlineData("53300", typeof(StoreBusyException))]
    [InlineData("40P01", typeof(StoreBusyException))]
    [InlineData("40001", typeof(StoreBusyException))]
    [InlineData("57014", typeof(StoreTimeoutException))]
    [InlineData("XX001", typeof(StoreCorruptException))]
    [InlineData("42P01", typeof(StoreCorruptException))]
    [InlineData("53200", typeof(StoreUnavailableException))]
    [InlineData("57P01", typeof(StoreUnavailableException))]
    [InlineData("57P03", typeof(StoreUnavailableException))]
    [InlineData("08006", typeof(StoreUnavailableException))]
    [InlineData("25P03", typeof(StoreUnavailableException))]
    public void Each_state_has_its_name(string state, Type expected)
    {
        var named = PostgresFault.Name("postgres://db/library", new PostgresException("words", "ERROR", "ERROR", state));
        Assert.IsType(expected, named);
        Assert.Contains("postgres://db/library", named.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_fault_of_the_database_keeps_its_name()
    {
        Assert.Null(PostgresFault.Name("x", new PostgresException("words", "ERROR", "ERROR", "42601")));
        Assert.Null(PostgresFault.Name("x", new InvalidOperationException()));
        Assert.Null(PostgresFault.Name("x", new OperationCanceledException()));
    }

    [Theory]
    [InlineData("40001", true, false)]
    [InlineData("40P01", true, false)]
    [InlineData("57P01", true, true)]
    [InlineData("57P02", true, true)]
    [InlineData("57P03", true, true)]
    [InlineData("08003", true, true)]
    [InlineData("57P05", true, true)]
    [InlineData("25P03", true, true)]
    [InlineData("53100", false, false)]
    [InlineData("57014", false, false)]
    [InlineData("23505", false, false)]
    public void What_may_pass_is_tried_once_more(string state, bool isTransient, bool isBroken)
    {
        var error = new PostgresException("words", "ERROR", "ERROR", state);
        Assert.Equal((isTransient, isBroken), (PostgresFault.IsTransient(error), PostgresFault.IsBroken(error)));
    }

    [Fact]
    public void A_broken_socket_counts_as_broken_and_a_slow_server_does_not()
    {
        Assert.True(PostgresFault.IsBroken(new NpgsqlException("words", new SocketException(111))));
        Assert.True(PostgresFault.IsBroken(new NpgsqlException("words", new EndOfStreamException())));
        Assert.False(PostgresFault.IsBroken(new NpgsqlException("words", new TimeoutException())));
    }
}
