using System.Globalization;
using System.Runtime.CompilerServices;
using Synapse.Providers.Configuration;

namespace Synapse.Providers.Wire;

/// <summary>Reads one reply to its true end. Whoever reads it to the end without an exception has a complete reply.</summary>
internal sealed class GuardedStream(StreamReply reply, bool jsonLines, ProviderTimeouts timeouts, FailureClassifier classifier, TimeProvider time)
{
    /// <summary>Once the finish was seen, what may still come is usage and the verdict of a filter.</summary>
    private static readonly TimeSpan AfterFinish = TimeSpan.FromSeconds(5);

    private bool _hasToken;
    private long _lastEvent;

    /// <summary>The pieces in order.</summary>
    /// <exception cref="WireException">The reply failed, was cut, is late, too long or malformed.</exception>
    public async IAsyncEnumerable<StreamPiece> ReadAsync(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = new LineReader(body);
        var events = new EventReader(jsonLines);
        var pieces = new List<StreamPiece>();
        _lastEvent = time.GetTimestamp();
        using var watchdog = new Watchdog(time, cancellationToken);
        watchdog.Set(Quiet());
        do
        {
            var delivered = false;
            while (!reply.IsOver && TryNext(lines, events, watchdog, out var item))
            {
                _lastEvent = time.GetTimestamp();
                reply.Accept(item, pieces);
                foreach (var piece in pieces)
                {
                    _hasToken = delivered = true;
                    yield return piece;
                }

                pieces.Clear();
            }

            if (delivered)
            {
                // The reader of the pieces may have taken its time; that is not the server's silence.
                _lastEvent = time.GetTimestamp();
                watchdog.Set(Quiet());
            }
        }
        while (!reply.IsOver && await FillAsync(lines, watchdog, cancellationToken));

        if (reply.Finish is null)
        {
            throw new WireException(classifier.Interrupted(reply.IsOver ? "the stream ended without a finish" : "the connection ended without a finish"));
        }
    }

    // Only a whole line is a sign of life: one byte a second is not.
    private bool TryNext(LineReader lines, EventReader events, Watchdog watchdog, out StreamEvent item)
    {
        try
        {
            while (lines.TryTake(out var line))
            {
                watchdog.Set(Quiet());
                if (events.Accept(line, out item))
                {
                    return true;
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new WireException(classifier.Protocol(exception.Message), exception);
        }

        item = default;
        return false;
    }

    private async ValueTask<bool> FillAsync(LineReader lines, Watchdog watchdog, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.FillAsync(watchdog.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return reply.Finish is not null ? false : throw new WireException(Late(), exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return reply.Finish is not null ? false : throw new WireException(classifier.OfException(exception, isMidStream: true)!, exception);
        }
        catch (InvalidDataException exception)
        {
            throw new WireException(classifier.Protocol(exception.Message), exception);
        }
    }

    // How long the server may now be silent: comments count as life, but not for ever.
    private TimeSpan Quiet()
    {
        var silence = reply.Finish is not null ? AfterFinish : _hasToken ? timeouts.Idle : timeouts.FirstToken;
        var commentsOnly = timeouts.CommentsOnly - time.GetElapsedTime(_lastEvent);
        return commentsOnly < silence ? commentsOnly : silence;
    }

    private WireFailure Late()
    {
        var elapsed = time.GetElapsedTime(_lastEvent).TotalSeconds;
        var what = string.Create(CultureInfo.InvariantCulture, $"no {(_hasToken ? "further" : "first")} token for {elapsed:0.#} s");
        return _hasToken ? classifier.Interrupted(what) : classifier.Unavailable(what);
    }
}
