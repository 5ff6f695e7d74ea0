using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Synapse.Server.Hosting;

/// <summary>What a running server leaves in its data folder, so that the command line finds it.</summary>
/// <param name="Address">Its address for browsers; null when it serves no pages.</param>
/// <param name="Socket">Path of its Unix socket. The command line uses this, because no other user's program can take its place.</param>
/// <param name="Pid">Its process.</param>
/// <param name="TokenFile">Path of the file that holds the bearer token.</param>
/// <param name="StartedAt">When it started.</param>
public sealed record ServerFile(string? Address, string Socket, int Pid, string TokenFile, DateTimeOffset StartedAt)
{
    /// <summary>Reads the file of a data folder.</summary>
    /// <returns>Null when there is none, or when the process that wrote it is gone.</returns>
    public static ServerFile? Read(DataFolder dataFolder)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(dataFolder.ServerFilePath), ServerFileJsonContext.Default.ServerFile);
            return file is not null && IsRunning(file.Pid) ? file : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    internal void Write(DataFolder dataFolder)
        => DataFolder.WritePrivateFile(dataFolder.ServerFilePath, JsonSerializer.SerializeToUtf8Bytes(this, ServerFileJsonContext.Default.ServerFile));

    /// <summary>Removes the file of this process; that of another is left alone.</summary>
    internal static void Remove(DataFolder dataFolder)
    {
        if (Read(dataFolder) is { } file && file.Pid == Environment.ProcessId)
        {
            File.Delete(dataFolder.ServerFilePath);
        }
    }

    /// <summary>Whether there is a process of that number.</summary>
    internal static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ServerFile))]
internal sealed partial class ServerFileJsonContext : JsonSerializerContext;
