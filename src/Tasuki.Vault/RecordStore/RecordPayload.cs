using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault.RecordStore;

/// <summary>What lies inside a record's body: varint length of the origin | origin as compact JSON | the canonical resource. A deleted version has no resource.</summary>
internal static class RecordPayload
{
    private static readonly JsonWriterOptions Writing = new() { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(RecordOrigin origin, ReadOnlySpan<byte> resource)
    {
        var json = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(json, Writing))
        {
            writer.WriteStartObject();
            writer.WriteNumber("k"u8, (int)origin.Kind);
            if (origin.Name is not null)
                writer.WriteString("n"u8, origin.Name);
            if (origin.FileNo is not null)
                writer.WriteNumber("f"u8, origin.FileNo.Value);
            if (origin.Position is not null)
                writer.WriteString("p"u8, origin.Position);
            writer.WriteNumber("r"u8, origin.Received.UtcTicks);
            writer.WriteNumber("o"u8, (int)origin.Received.Offset.TotalMinutes);
            writer.WriteEndObject();
        }

        var payload = new ArrayBufferWriter<byte>(json.WrittenCount + resource.Length + 5);
        Varint.Write(payload, (ulong)json.WrittenCount);
        payload.Write(json.WrittenSpan);
        payload.Write(resource);
        return payload.WrittenSpan.ToArray();
    }

    /// <summary>The origin, and the resource as a slice of <paramref name="payload"/>.</summary>
    public static (RecordOrigin Origin, CanonicalResource Resource) Read(string type, ReadOnlyMemory<byte> payload)
    {
        var length = (int)Varint.Read(payload.Span, out var start);
        return (Origin(payload.Span.Slice(start, length)), CanonicalResource.FromStore(type, payload[(start + length)..]));
    }

    private static RecordOrigin Origin(ReadOnlySpan<byte> json)
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

/// <summary>Unsigned numbers in seven bits a byte, lowest first.</summary>
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
