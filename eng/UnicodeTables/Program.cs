using Synapse.UnicodeTables;

if (args.Length != 2)
{
    Console.Error.WriteLine("""
        Writes the tables that src/Synapse.LocalModels/Tokenizing/Unicode reads.

          dotnet run --project eng/UnicodeTables -c Release -- /usr/share/unicode src/Synapse.LocalModels/Tokenizing/Unicode/unicode.bin

        The first folder is the Unicode character database: on Debian, that of the package unicode-data.
        """);
    return 2;
}

var database = CharacterDatabase.Read(args[0]);
using var output = File.Create(args[1]);
new TableWriter(database).Write(output);
Console.WriteLine($"{output.Length} bytes");
return 0;
