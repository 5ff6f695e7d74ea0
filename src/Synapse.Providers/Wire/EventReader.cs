using System.Buffers;
using System.Text;

namespace Synapse.Providers.Wire;

/// <summary>Puts lines together to events: server-sent events, or JSON lines of which each is one.</summary>
/// <param name="jsonLines">Whether each line is an event.</param>
internal sealed class EventReader(bool jsonLines)
{
    private readonly ArrayBufferWriter<byte> _data = new();
    private string? _name;
    private bool _hasData;
    private bool _taken;

    /// <summary>Takes one line in.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="completed">The event that this line completes.</param>
    /// <returns>Whether an event is complete.</returns>
    /// <exception cref="InvalidDataException">The event is too long.</exception>
    public bool Accept(ReadOnlyMemory<byte> line, out StreamEvent completed)
    {
        completed = default;
        if (jsonLines)
        {
            completed = new(null, Trim(line));
            return completed.Data.Length > 0;
        }

        if (_taken)
        {
            Clear();
        }

        if (line.Length == 0)
        {
            return Complete(out completed);
        }

        var span = line.Span;
        var colon = span.IndexOf((byte)':');
        var field = colon < 0 ? span : span[..colon];
        var value = colon < 0 ? [] : span[(colon + 1)..];
        value = value.Length > 0 && value[0] == (byte)' ' ? value[1..] : value;
        if (field.SequenceEqual("data"u8))
        {
            Append(value);
        }
        else if (field.SequenceEqual("event"u8))
        {
            _name = Encoding.UTF8.GetString(value);
        }

        return false;
    }

    private bool Complete(out StreamEvent completed)
    {
        var data = Trim(_data.WrittenMemory);
        completed = new(_name, data);
        _taken = true;
        return _hasData && (data.Length > 0 || _name == "error");
    }

    private void Append(ReadOnlySpan<byte> value)
    {
        if (_data.WrittenCount + value.Length > WireLimits.Event)
        {
            throw new InvalidDataException($"an event is longer than {WireLimits.Event >> 20} MiB");
        }

        if (_hasData)
        {
            _data.Write("\n"u8);
        }

        _hasData = true;
        _data.Write(value);
    }

    private void Clear()
    {
        _data.ResetWrittenCount();
        _name = null;
        _hasData = false;
        _taken = false;
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> data)
    {
        var span = data.Span;
        var start = span.IndexOfAnyExcept(" \t\r\n"u8);
        return start < 0 ? default : data[start..(span.LastIndexOfAnyExcept(" \t\r\n"u8) + 1)];
    }
}
