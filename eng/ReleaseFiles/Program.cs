using System.Globalization;
using Synapse.ReleaseFiles;

// What eng/release does with files that have been built. In C#, since tar, zip and sha256sum differ between systems, and this needs the SDK alone.
try
{
    switch (args)
    {
        case ["check", var runtime, var folder]:
            ExecutableCheck.Run(folder, runtime);
            return 0;
        case ["archive", var folder, var archive, var time]:
            DeterministicArchive.Write(folder, archive, TimeOf(time));
            return 0;
        case ["repack", var package, var time]:
            NuGetPackage.Repack(package, TimeOf(time));
            return 0;
        case ["sbom", var dependencies, var archive, var version, var output, .. var embedded]:
            BillOfMaterials.Write(dependencies, archive, version, output, embedded);
            return 0;
        case ["sums", var folder]:
            Checksums.Write(folder);
            return 0;
        default:
            Console.Error.WriteLine("""
                usage: ReleaseFiles check RUNTIME FOLDER                     every program and library in it is for that runtime
                       ReleaseFiles archive FOLDER FILE.tar.gz|FILE.zip TIME  the folder and its files, the same bytes each time
                       ReleaseFiles repack FILE.nupkg TIME                    the same package, the same bytes each time
                       ReleaseFiles sbom DEPS.JSON ARTEFACT VERSION OUTPUT [NAME/VERSION...]
                       ReleaseFiles sums FOLDER                              writes SHA256SUMS for what lies in it
                TIME is in seconds since 1970-01-01.
                """);
            return 2;
    }
}
catch (InvalidDataException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}

static DateTimeOffset TimeOf(string seconds) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture));
