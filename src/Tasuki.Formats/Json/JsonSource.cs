using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>One JSON file in memory, within its bound, known to be UTF-8 and well-formed so far as text goes.</summary>
internal sealed class JsonSource
{
    private int _at;
    private long _line = 1;
    private long _column = 1;

    private JsonSource(string file, ReadOnlyMemory<byte> bytes)
    {
        File = file;
        Bytes = bytes;
    }

    public string File { get; }

    /// <summary>The text without a byte order mark.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public static async ValueTask<Result<JsonSource>> Load(Stream source, string file, long limit, CancellationToken cancel)
    {
        var bytes = await BoundedBytes.Read(source, limit, cancel);
        return bytes is null
            ? new Error("file.size", $"The JSON is larger than {limit} bytes, which is the most that is read at once.")
            : Of(file, bytes);
    }

    public static Result<JsonSource> Of(string file, ReadOnlyMemory<byte> bytes)
    {
        if (Encodings.NotUtf8(bytes.Span) is { } other)
            return other;
        return new JsonSource(file, Encodings.WithoutMark(bytes));
    }

    /// <summary>The place of a byte. Asked in ascending order it costs one pass over the file.</summary>
    public SourcePosition At(int offset, string? path)
    {
        if (offset < _at)
            (_at, _line, _column) = (0, 1, 1);
        var between = Bytes.Span[_at..Math.Min(offset, Bytes.Length)];
        var last = between.LastIndexOf((byte)'\n');
        _line += between.Count((byte)'\n');
        _column = last < 0 ? _column + Encoding.UTF8.GetCharCount(between) : 1 + Encoding.UTF8.GetCharCount(between[(last + 1)..]);
        _at = offset;
        return new SourcePosition(File, _line, _column, path);
    }

    /// <summary>What a parser's exception means, as a value with its place.</summary>
    /// <param name="start">Where the text that was parsed begins in its file.</param>
    public static (Error Reason, SourcePosition Position) Broken(JsonException broken, SourcePosition start)
    {
        if (broken.Message.Contains("uplicate", StringComparison.Ordinal))
            return (new Error("json.duplicate", "An element stands twice in the same object, so it cannot be told which one counts."), start);
        var line = broken.LineNumber ?? 0;
        var position = start with
        {
            Line = (start.Line ?? 1) + line,
            Column = (broken.BytePositionInLine ?? 0) + (line == 0 ? start.Column ?? 1 : 1),
        };
        return broken.Message.Contains("maximum configured depth", StringComparison.Ordinal)
            ? (new Error("json.depth", "The JSON is nested deeper than any FHIR resource may be."), position)
            : (new Error("json.broken", "The text is not well-formed JSON: it is damaged or cut off here."), position);
    }
}
