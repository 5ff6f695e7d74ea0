using System.Net;
using Npgsql;
using Synapse.Postgres.Tests.TestSupport;

namespace Synapse.Postgres.Tests.Connections;

public sealed class DatabaseAddressTests
{
    private const string Secret = "s3cret";

    [Theory]
    [InlineData("postgres://ann:s3cret@db.example:6543/library", "db.example", 6543, "library", "ann", "s3cret")]
    [InlineData("postgresql://ann:s3cret@db.example/library", "db.example", 5432, "library", "ann", "s3cret")]
    [InlineData("postgres://ann:p%40ss%2Fw%3Ard%3F%20100%25%23%C3%BC@127.0.0.1:5432/my%20books", "127.0.0.1", 5432, "my books", "ann", "p@ss/w:rd? 100%#ü")]
    [InlineData("postgres://an%40n:a:b@[::1]:5433/library", "::1", 5433, "library", "an@n", "a:b")]
    [InlineData("postgres:///library?host=/var/run/postgresql&user=ann", "/var/run/postgresql", 5432, "library", "ann", null)]
    [InlineData("Host=db.example;Port=6543;Database=library;Username=ann;Password=a://b", "db.example", 6543, "library", "ann", "a://b")]
    public void Both_forms_name_host_database_user_and_password(string text, string host, int port, string database, string user, string? password)
    {
        var settings = Stores.Address(text).ToSettings();
        Assert.Equal((host, port, database, user, password), (settings.Host, settings.Port, settings.Database, settings.Username, settings.Password));
    }

    [Theory]
    [InlineData("postgres://ann:s,3@one,two:6543,[::1]:5433/library")]
    [InlineData("Host=one,two:6543,[::1]:5433;Database=library;Username=ann;Password=s,3")]
    public void Several_servers_are_asked_for_the_primary(string text)
    {
        var address = Stores.Address(text);
        Assert.Equal([new("one", 5432), new("two", 6543), new DatabaseServer("::1", 5433)], address.Servers);
        Assert.Equal("postgres://one:5432,two:6543,[::1]:5433/library", address.Name);
        var settings = address.At(new Dictionary<string, IPAddress> { ["two"] = IPAddress.Parse("10.0.0.2") }).ToSettings();
        Assert.Equal(("one:5432,10.0.0.2:6543,[::1]:5433", "primary", "s,3"), (settings.Host, settings.TargetSessionAttributes, settings.Password));
    }

    [Fact]
    public void A_standby_to_search_is_one()
    {
        var faults = new List<string>();
        Assert.Null(DatabaseAddress.ReadReplica(Stores.Settings(("DATABASE_REPLICA_URL", "postgres://ann@one,two/library")), faults));
        Assert.StartsWith("DATABASE_REPLICA_URL: it names several hosts.", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void Encryption_is_asked_for_in_the_words_of_libpq(string word, SslMode mode)
    {
        var settings = Stores.Address($"postgres://ann@db/library?sslmode={word}&sslrootcert=/etc/ssl/ca%201.pem&application_name=books").ToSettings();
        Assert.Equal((mode, "/etc/ssl/ca 1.pem", "books"), (settings.SslMode, settings.RootCertificate, settings.ApplicationName));
    }

    [Theory]
    [InlineData("mysql://ann:s3cret@db/library", "does not begin with postgres://")]
    [InlineData("postgres://ann:s3cret@db", "names no database")]
    [InlineData("postgres://db/library", "names no user")]
    [InlineData("postgres://ann:s3cret@/library", "names no host")]
    [InlineData("postgres://ann:s3cret@one,,two/library", "of several hosts, one has no name")]
    [InlineData("postgres://ann:s3cret@one,:5433/library", "of several hosts, one has no name")]
    [InlineData("postgres://ann:s3cret@one,two:x/library", "where the port should")]
    [InlineData("postgres://ann:s3cret@/library?host=/var/run/postgresql,one", "of several hosts, one has no name")]
    [InlineData("postgres://ann:s3cret@db:x/library", "where the port should")]
    [InlineData("postgres://ann:s3cret@db:0/library", "where the port should")]
    [InlineData("postgres://ann:a/s3cret@db/library", "where the port should")]
    [InlineData("postgres://ann:a?s3cret=1@db/library", "where the port should")]
    [InlineData("postgres://ann:a@s3cret@db/library", "the password is not encoded")]
    [InlineData("postgres://ann:a#s3cret@db/library", "the password is not encoded")]
    [InlineData("postgres://ann:s3cret%@db/library", "the password is not encoded")]
    [InlineData("postgres://ann:s3cret%zz@db/library", "the password is not encoded")]
    [InlineData("postgres://ann:s3cret@db/library?s3cret=1", "parameter that is not known")]
    [InlineData("postgres://ann:s3cret@db/library?sslmode=s3cret", "the sslmode has no value that it can have")]
    [InlineData("s3cret", "neither a URL nor a list")]
    [InlineData("Host=db;Port=s3cret;Database=library;Username=ann", "neither a URL nor a list")]
    [InlineData("Host=db;Database=library;Username=ann;Password=s3cret;Search Path=theirs", "Search Path is not for it to say")]
    [InlineData("Host=db;Database=library;Username=ann;Password=s3cret;Command Timeout=7", "Command Timeout is not for it to say")]
    public void A_fault_names_the_setting_and_the_cure_and_never_the_value(string text, string problem)
    {
        var faults = new List<string>();
        Assert.Null(DatabaseAddress.Read(Stores.Settings(("DATABASE_URL", text)), faults));
        Assert.Contains(faults, fault => fault.Contains(problem, StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.StartsWith("DATABASE_URL: ", fault, StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.DoesNotContain(Secret, fault, StringComparison.Ordinal));
    }

    [Fact]
    public void An_address_prints_without_its_password()
    {
        var address = Stores.Address("postgres://ann:s3cret@db.example:6543/library");
        Assert.Equal("postgres://db.example:6543/library", address.ToString());
        Assert.Equal(address.Name, address.ToString());
    }

    [Fact]
    public void Without_the_variable_there_is_no_database()
    {
        var faults = new List<string>();
        Assert.Null(DatabaseAddress.Read(Stores.Settings(("DATABASE_URL", " ")), faults));
        Assert.Empty(faults);
        Assert.Null(DatabaseAddress.Read(Stores.Settings(("DATABASE_PASSWORD_FILE", "/x")), faults));
        Assert.StartsWith("DATABASE_PASSWORD_FILE: it is set, and DATABASE_URL is not.", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void The_password_can_come_from_a_file()
    {
        var folder = Directory.CreateTempSubdirectory("synapse-password-").FullName;
        try
        {
            Assert.Equal((Secret, ""), Read("password", Secret + "\r\n"));
            Assert.Equal(" a b ", Read("blanks", " a b ").Password);
            Assert.Contains("holds no password", Read("empty", "\n").Fault, StringComparison.Ordinal);
            Assert.Contains("holds no password", Read("two", $"{Secret}\n{Secret}\n").Fault, StringComparison.Ordinal);
            Assert.Contains("holds no password", Read("long", new string('x', 70_000)).Fault, StringComparison.Ordinal);
            Assert.Contains("cannot be read (FileNotFoundException)", Read("missing", null).Fault, StringComparison.Ordinal);
            Assert.Contains("Keep one of the two", Read("twice", Secret, "postgres://ann:other@db/library").Fault, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        (string? Password, string Fault) Read(string name, string? content, string url = "postgres://ann@db/library")
        {
            var file = Path.Combine(folder, name);
            if (content is not null)
            {
                File.WriteAllText(file, content);
            }

            var faults = new List<string>();
            var address = DatabaseAddress.Read(Stores.Settings(("DATABASE_URL", url), ("DATABASE_PASSWORD_FILE", file)), faults);
            Assert.Equal(address is null, faults.Count == 1);
            Assert.All(faults, fault => Assert.StartsWith("DATABASE_PASSWORD_FILE: ", fault, StringComparison.Ordinal));
            Assert.All(faults, fault => Assert.DoesNotContain(Secret, fault, StringComparison.Ordinal));
            return (address?.ToSettings().Password, faults.FirstOrDefault() ?? "");
        }
    }
}
