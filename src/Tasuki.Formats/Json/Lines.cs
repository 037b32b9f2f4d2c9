using System.Runtime.CompilerServices;

namespace Tasuki.Formats;

internal enum LineFault
{
    LineTooLong,
    FileTooLong,
}

/// <summary>One line without its end. The bytes are good until the next line is asked for.</summary>
internal readonly record struct Line(long Number, ReadOnlyMemory<byte> Bytes, LineFault? Fault = null);

/// <summary>Lines of a stream, never more than one held. Blank lines are passed over; a line beyond its bound comes as a fault and is not held.</summary>
internal static class Lines
{
    public static async IAsyncEnumerable<Line> Read(Stream source, int lineLimit, long fileLimit, [EnumeratorCancellation] CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        var held = 0;
        var total = 0L;
        var number = 1L;
        var skipping = false;
        while (true)
        {
            var read = await source.ReadAsync(buffer.AsMemory(held), cancel);
            total += read;
            if (total > fileLimit)
            {
                yield return new Line(number, default, LineFault.FileTooLong);
                yield break;
            }

            held += read;
            var from = 0;
            int length;
            while ((length = buffer.AsSpan(from, held - from).IndexOf((byte)'\n')) >= 0)
            {
                if (skipping)
                    skipping = false;
                else if (Whole(buffer.AsMemory(from, length), number) is { } line)
                    yield return line;
                number++;
                from += length + 1;
            }

            if (read == 0)
            {
                if (!skipping && Whole(buffer.AsMemory(from, held - from), number) is { } last)
                    yield return last;
                yield break;
            }

            held -= from;
            buffer.AsSpan(from, held).CopyTo(buffer);
            if (skipping || held > lineLimit)
            {
                if (!skipping)
                    yield return new Line(number, default, LineFault.LineTooLong);
                skipping = true;
                held = 0;
            }
            else if (held == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, lineLimit + 64 * 1024));
            }
        }
    }

    private static Line? Whole(ReadOnlyMemory<byte> bytes, long number)
    {
        if (number == 1)
            bytes = Encodings.WithoutMark(bytes);
        if (bytes.Span is [.., (byte)'\r'])
            bytes = bytes[..^1];
        return bytes.Span.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0 ? null : new Line(number, bytes);
    }
}
