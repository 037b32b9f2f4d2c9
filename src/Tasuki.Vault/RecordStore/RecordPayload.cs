using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// What lies inside a record's body: what is there(1) | kind of source(1) | how long before <see cref="RecordRow.Updated"/> it was received | offset, name, file,
/// position where there are any | the canonical resource, its references to records of this resident shortened (<see cref="OwnReferences"/>). A deleted version
/// has no resource. Read as well: the first form, varint length of the origin | origin as compact JSON | the resource as it is. Its first byte is never below 19.
/// </summary>
internal static class RecordPayload
{
    private const byte HasName = 1;
    private const byte HasFile = 2;
    private const byte HasPosition = 4;
    private const byte HasMarks = 8;
    private const byte AllFlags = 15;

    // In the second byte, beside the kind of source.
    private const byte OtherOffset = 0x80;
    private const int TokyoMinutes = 540;
    private const int KeepBuffersUpTo = 1 << 20;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>The bytes stand in a buffer of this thread until its next call.</summary>
    public static ReadOnlySpan<byte> Write(RecordOrigin origin, ReadOnlySpan<byte> resource, long updated, RecordIds ids, ResidentNo resident)
    {
        if (_buffer is null || _buffer.Capacity > KeepBuffersUpTo)
            _buffer = new ArrayBufferWriter<byte>(4096);
        var output = _buffer;
        output.ResetWrittenCount();
        var minutes = (int)origin.Received.Offset.TotalMinutes;
        var head = output.GetSpan(2);
        head[0] = (byte)((origin.Name is null ? 0 : HasName) | (origin.FileNo is null ? 0 : HasFile) | (origin.Position is null ? 0 : HasPosition));
        head[1] = (byte)((byte)origin.Kind | (minutes == TokyoMinutes ? 0 : OtherOffset));
        output.Advance(2);
        Varint.WriteSigned(output, Time.FromMicros(updated).UtcTicks - origin.Received.UtcTicks);
        if (minutes != TokyoMinutes)
            Varint.WriteSigned(output, minutes);
        if (origin.Name is { } name)
            Text(output, name);
        if (origin.FileNo is { } file)
            Varint.WriteSigned(output, file);
        if (origin.Position is { } position)
            Text(output, position);
        var marked = OwnReferences.Write(output, resource, ids, resident);
        if (!marked)
            return output.WrittenSpan;
        // The buffer is this thread's own: its first byte may still change.
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span[0] |= HasMarks;
        return output.WrittenSpan;
    }

    /// <summary>The origin, and the resource: a slice of <paramref name="payload"/> where no reference was shortened.</summary>
    public static (RecordOrigin Origin, CanonicalResource Resource) Read(RecordRow row, ReadOnlyMemory<byte> payload, RecordIds ids)
    {
        if (payload.Span[0] > AllFlags)
            return FirstForm(row.TypeName, payload);
        var bytes = payload.Span;
        var (flags, second) = (bytes[0], bytes[1]);
        var at = 2;
        var received = Time.FromMicros(row.Updated).UtcTicks - Varint.ReadSigned(bytes, ref at);
        var minutes = (second & OtherOffset) != 0 ? (int)Varint.ReadSigned(bytes, ref at) : TokyoMinutes;
        var name = (flags & HasName) != 0 ? Text(bytes, ref at) : null;
        long? file = (flags & HasFile) != 0 ? Varint.ReadSigned(bytes, ref at) : null;
        var position = (flags & HasPosition) != 0 ? Text(bytes, ref at) : null;
        var origin = new RecordOrigin(
            (SourceKind)(second & ~OtherOffset), name, file, position, new DateTimeOffset(received, TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(minutes)));
        var resource = (flags & HasMarks) != 0 ? OwnReferences.Read(bytes[at..], ids, row.Resident) : payload[at..];
        return (origin, CanonicalResource.FromStore(row.TypeName, resource));
    }

    private static void Text(ArrayBufferWriter<byte> output, string text)
    {
        Varint.Write(output, (ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, output);
    }

    private static string Text(ReadOnlySpan<byte> bytes, ref int at)
    {
        var length = (int)Varint.Read(bytes[at..], out var head);
        var text = Encoding.UTF8.GetString(bytes.Slice(at + head, length));
        at += head + length;
        return text;
    }

    private static (RecordOrigin Origin, CanonicalResource Resource) FirstForm(string type, ReadOnlyMemory<byte> payload)
    {
        var length = (int)Varint.Read(payload.Span, out var start);
        return (FirstOrigin(payload.Span.Slice(start, length)), CanonicalResource.FromStore(type, payload[(start + length)..]));
    }

    private static RecordOrigin FirstOrigin(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        SourceKind kind = default;
        string? name = null, position = null;
        long? file = null;
        long ticks = 0;
        var offset = 0;
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName)
                continue;
            var property = (char)reader.ValueSpan[0];
            reader.Read();
            switch (property)
            {
                case 'k': kind = (SourceKind)reader.GetInt32(); break;
                case 'n': name = reader.GetString(); break;
                case 'f': file = reader.GetInt64(); break;
                case 'p': position = reader.GetString(); break;
                case 'r': ticks = reader.GetInt64(); break;
                case 'o': offset = reader.GetInt32(); break;
                default: throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"An origin holds '{property}', which this version does not know."));
            }
        }

        return new RecordOrigin(kind, name, file, position, new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(offset)));
    }
}

/// <summary>Numbers in seven bits a byte, lowest first; signed ones with the sign in the lowest bit.</summary>
internal static class Varint
{
    public static void Write(ArrayBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        output.Advance(length);
    }

    public static void WriteSigned(ArrayBufferWriter<byte> output, long value) => Write(output, (ulong)((value << 1) ^ (value >> 63)));

    public static long ReadSigned(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = Read(bytes[at..], out var length);
        at += length;
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public static ulong Read(ReadOnlySpan<byte> bytes, out int length)
    {
        ulong value = 0;
        length = 0;
        byte next;
        do
        {
            next = bytes[length];
            value |= (ulong)(next & 0x7F) << (7 * length);
            length++;
        }
        while (next >= 0x80);
        return value;
    }
}
