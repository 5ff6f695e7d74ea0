namespace Synapse.ReleaseFiles;

/// <summary>Looks whether what was built for another machine can run there, as far as headers tell.</summary>
internal static class ExecutableCheck
{
    /// <summary>Checks every program and library of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="runtime">A runtime identifier such as <c>linux-musl-x64</c>.</param>
    /// <exception cref="InvalidDataException">A file is for another system or processor, or there is no program.</exception>
    public static void Run(string folder, string runtime)
    {
        var (system, architecture) = (runtime.Split('-')[0], runtime.Split('-')[^1]);
        var programs = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (ExecutableFile.Read(path) is not { } file)
            {
                continue;
            }

            if (file.System != system || file.Architecture != architecture)
            {
                throw new InvalidDataException($"{path} is for {file.System}-{file.Architecture} and not for {runtime}.");
            }

            if (file is { System: "osx", Architecture: "arm64", IsSigned: false })
            {
                throw new InvalidDataException($"{path} is not signed: a Mac does not run it.");
            }

            if (file.Interpreter is { } loader && loader.Contains("musl", StringComparison.Ordinal) != runtime.Contains("musl", StringComparison.Ordinal))
            {
                throw new InvalidDataException($"{path} asks for the loader {loader}, which is not that of {runtime}.");
            }

            programs += file.IsProgram ? 1 : 0;
            Console.WriteLine($"  {Path.GetFileName(path)}: {file.System}-{file.Architecture}{(file.Interpreter is null ? "" : $", {file.Interpreter}")}{(file.IsSigned ? ", signed" : "")}");
        }

        if (programs != 1)
        {
            throw new InvalidDataException($"{folder} holds {programs} programs and not one.");
        }
    }
}
