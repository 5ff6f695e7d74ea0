namespace Synapse.Server.Tests.TestSupport;

/// <summary>A small folder with one document that answers a question, one of code, and one binary.</summary>
internal static class SampleDocuments
{
    public const string Question = "How long is the notice period for tenants?";
    public const string Quote = "The notice period for tenants is three months to the end of a quarter.";
    public const int QuoteLine = 5;

    public static string WriteTo(TemporaryFolder folder, string name = "sample")
    {
        folder.Write($"{name}/lease.md", $"# Lease\n\n## Notice\n\n{Quote}\nThe landlord gives notice in writing.\n\n## Rent\n\nThe rent is due on the third working day of each month.\n");
        folder.Write($"{name}/src/RetryPolicy.cs", "namespace Sample;\n\npublic sealed class RetryPolicy\n{\n    public int MaxAttempts { get; set; } = 5;\n\n    public TimeSpan DelayBeforeAttempt(int attempt) => TimeSpan.FromMilliseconds(100 << attempt);\n}\n");
        folder.Write($"{name}/page.html", "<html><body><script>alert('never run')</script><p>Parking places are numbered.</p></body></html>\n");
        File.WriteAllBytes(Path.Combine(folder.Path, name, "logo.bin"), [0x7F, 0x45, 0, 0, 0, 1, 2, 3, 0, 0, 0xFF, 0xFE, 0, 0]);
        return Path.Combine(folder.Path, name);
    }
}
