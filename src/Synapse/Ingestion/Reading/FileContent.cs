using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Synapse.Ingestion.Reading;

/// <summary>The bytes of a file as they were at one moment, in a rented buffer.</summary>
internal sealed class FileContent : IDisposable
{
    private const int MaxAttempts = 3;
    private byte[]? _buffer;

    private FileContent(byte[] buffer, int length, DateTimeOffset modifiedAt)
    {
        _buffer = buffer;
        Length = length;
        ModifiedAt = modifiedAt;
    }

    /// <summary>Size, in bytes.</summary>
    public int Length { get; }

    /// <summary>Time of last change.</summary>
    public DateTimeOffset ModifiedAt { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, Length);

    /// <summary>SHA-256 of the bytes, 64 lower-case hex digits.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Bytes));

    /// <summary>Reads a file, again when it changes meanwhile.</summary>
    /// <param name="fullPath">Absolute path without links in it.</param>
    /// <param name="maxBytes">Size limit, in bytes.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The content; null when the file is gone.</returns>
    /// <exception cref="UnfitDocumentException">It is too large, cannot be read, or keeps changing.</exception>
    public static FileContent? Read(string fullPath, long maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 1; attempt <= MaxAttempts; attempt++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryRead(fullPath, maxBytes) is { } content)
                {
                    return content;
                }
            }
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new UnfitDocumentException(SkipReason.Unreadable, "Its permissions do not let it be read.");
        }
        catch (IOException broken)
        {
            throw new UnfitDocumentException(SkipReason.Unreadable, broken.Message);
        }

        throw new UnfitDocumentException(SkipReason.Changing, "It kept changing while it was read; it is tried again with the next change or walk.");
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FileContent? TryRead(string fullPath, long maxBytes)
    {
        using var file = File.OpenHandle(fullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        CheckPlace(file, fullPath);
        var length = RandomAccess.GetLength(file);
        if (length > maxBytes || length == 0)
        {
            throw length == 0
                ? new UnfitDocumentException(SkipReason.Empty, "It is empty, or not a regular file.")
                : new UnfitDocumentException(SkipReason.TooLarge, $"It has {length:N0} bytes; the limit is {maxBytes:N0}.");
        }

        var modifiedAt = File.GetLastWriteTimeUtc(file);
        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        var read = 0;
        try
        {
            for (var got = -1; got != 0 && read < length; read += got)
            {
                got = RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read);
            }

            if (read == length && RandomAccess.GetLength(file) == length && File.GetLastWriteTimeUtc(file) == modifiedAt)
            {
                var content = new FileContent(buffer, read, modifiedAt);
                buffer = null;
                return content;
            }

            return null;
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    // Between walk and open, a folder on the way may have been swapped for a link that leads out of the source.
    private static void CheckPlace(SafeFileHandle file, string fullPath)
    {
        if (OperatingSystem.IsLinux()
            && new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget is { } actual
            && actual != fullPath
            && !actual.EndsWith(" (deleted)", StringComparison.Ordinal))
        {
            throw new UnfitDocumentException(SkipReason.Link, "A symbolic link took its place; links are not followed.");
        }
    }
}
