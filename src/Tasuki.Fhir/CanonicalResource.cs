using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tasuki.Kernel;

namespace Tasuki.Fhir;

/// <summary>
/// One FHIR R4 resource as the bytes that are stored: UTF-8 JSON without blanks, <c>resourceType</c> first, <c>meta</c> second where it stands, every other
/// property in the order it came, every number with the digits it came with (<c>5.60</c> stays <c>5.60</c>). <c>id</c>, <c>meta.versionId</c> and
/// <c>meta.lastUpdated</c> are not part of it: the store gives them and writes them back when the record is read (<see cref="WriteWithIdentity"/>).
/// </summary>
public sealed class CanonicalResource
{
    /// <summary>Deeper nesting is refused with a sentence. R4 resources reach about 15 levels.</summary>
    public const int MaximumDepth = 64;

    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaximumDepth, AllowDuplicateProperties = false };

    private CanonicalResource(string type, string? originalId, ReadOnlyMemory<byte> json)
    {
        Type = type;
        OriginalId = originalId;
        Json = json;
    }

    /// <summary>The R4 type name, always one of <see cref="ResourceTypes"/>.</summary>
    public string Type { get; }

    /// <summary>The <c>id</c> the resource came with. It is used to resolve references inside one file and is not stored.</summary>
    public string? OriginalId { get; }

    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>
    /// Errors: <c>resource.json</c> (no well-formed JSON: line and column are in the message), <c>resource.text</c> (no UTF-8, a NUL, half a surrogate pair),
    /// <c>resource.depth</c>, <c>resource.duplicate</c>, <c>resource.shape</c> (no object), <c>resource.type</c> (no <c>resourceType</c>, or one that R4 does not know).
    /// </summary>
    public static Result<CanonicalResource> Parse(ReadOnlyMemory<byte> utf8)
    {
        if (JsonText.Fault(utf8.Span) is { } fault)
            return fault;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Reading);
        }
        catch (JsonException broken)
        {
            return JsonError(broken, utf8.Span);
        }

        using (document)
            return From(document.RootElement);
    }

    /// <param name="root">An element whose text <see cref="JsonText.Fault"/> has passed.</param>
    /// <param name="rewrite">What a <c>reference</c> is to be replaced by; null keeps it.</param>
    public static Result<CanonicalResource> From(JsonElement root, Func<string, string?>? rewrite = null)
    {
        if (root.ValueKind is not JsonValueKind.Object)
            return new Error("resource.shape", $"A FHIR resource is a JSON object; this is {Name(root.ValueKind)}.");
        if (!root.TryGetProperty("resourceType"u8, out var typeElement) || typeElement.ValueKind is not JsonValueKind.String)
            return new Error("resource.type", "The object has no resourceType.");
        var type = typeElement.GetString()!;
        if (!ResourceTypes.IsKnown(type))
            return new Error("resource.type", "The resourceType is not one of FHIR R4.");

        var buffer = new ArrayBufferWriter<byte>(1024);
        string? id = null;
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, type);
            if (root.TryGetProperty("meta"u8, out var meta))
                WriteMeta(writer, meta);
            foreach (var property in root.EnumerateObject())
            {
                if (property.NameEquals("resourceType"u8) || property.NameEquals("meta"u8))
                    continue;
                if (property.NameEquals("id"u8))
                {
                    id = property.Value.ValueKind is JsonValueKind.String ? property.Value.GetString() : null;
                    continue;
                }

                writer.WritePropertyName(property.Name);
                WriteElement(writer, property.Value, rewrite);
            }

            writer.WriteEndObject();
        }

        return new CanonicalResource(type, id, buffer.WrittenMemory);
    }

    /// <summary>Takes bytes that are canonical already, as the store hands them back.</summary>
    public static CanonicalResource FromStore(string type, ReadOnlyMemory<byte> canonical) => new(type, null, canonical);

    /// <summary>The same record with other content, for a change that a reader makes on the way in. Throws when the bytes are no resource of the same type.</summary>
    public CanonicalResource WithContent(ReadOnlyMemory<byte> utf8)
    {
        var changed = Parse(utf8).Value;
        return string.Equals(changed.Type, Type, StringComparison.Ordinal) ? changed.WithOriginalId(OriginalId) : throw new ArgumentException("The type changed.", nameof(utf8));
    }

    internal CanonicalResource WithOriginalId(string? originalId) => new(Type, originalId, Json);

    /// <summary>The same resource with every <c>reference</c> string for which <paramref name="rewrite"/> knows another one replaced by it.</summary>
    public CanonicalResource WithReferences(Func<string, string?> rewrite)
    {
        using var document = JsonDocument.Parse(Json, Reading);
        var buffer = new ArrayBufferWriter<byte>(Json.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            WriteElement(writer, document.RootElement, rewrite);
        return new CanonicalResource(Type, OriginalId, buffer.WrittenMemory);
    }

    /// <summary>The same resource without the <c>meta.tag</c> codings for which <paramref name="takeOff"/> says so; a tag list or meta left empty goes too.</summary>
    public CanonicalResource WithoutTags(Func<Coding, bool> takeOff)
    {
        using var document = JsonDocument.Parse(Json, Reading);
        var root = document.RootElement;
        if (!root.TryGetProperty("meta"u8, out var meta) || !meta.TryGetProperty("tag"u8, out var tags) || tags.ValueKind is not JsonValueKind.Array)
            return this;
        var kept = tags.EnumerateArray().Where(tag => TagOf(tag) is not { } coding || !takeOff(coding)).ToList();
        if (kept.Count == tags.GetArrayLength())
            return this;

        var buffer = new ArrayBufferWriter<byte>(Json.Length);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            foreach (var property in root.EnumerateObject())
            {
                if (!property.NameEquals("meta"u8))
                {
                    writer.WritePropertyName(property.Name);
                    WriteElement(writer, property.Value, reference: null);
                }
                else if (kept.Count > 0 || meta.EnumerateObject().Count() > 1)
                {
                    WriteMetaWithTags(writer, meta, kept);
                }
            }

            writer.WriteEndObject();
        }

        return new CanonicalResource(Type, OriginalId, buffer.WrittenMemory);
    }

    /// <summary>
    /// Writes the resource with its <c>id</c>, <c>meta.versionId</c>, <c>meta.lastUpdated</c> and, where given, extra <c>meta.tag</c> codings, without
    /// parsing the body.
    /// </summary>
    public void WriteWithIdentity(IBufferWriter<byte> output, string id, int version, DateTimeOffset updated, IReadOnlyList<Coding>? tags = null)
    {
        if (tags is { Count: > 0 })
        {
            var identity = new ArrayBufferWriter<byte>(160);
            WriteIdentity(identity, id, version, updated);
            WriteMergedTags(output, identity.WrittenSpan, tags);
            return;
        }

        var body = Json.Span;
        var afterType = "{\"resourceType\":\""u8.Length + Type.Length + 1;
        output.Write(body[..afterType]);
        WriteIdentity(output, id, version, updated);
        var rest = body[afterType..];
        ReadOnlySpan<byte> metaStart = ",\"meta\":{"u8;
        if (!rest.StartsWith(metaStart))
        {
            output.Write("}"u8);
            output.Write(rest);
            return;
        }

        rest = rest[metaStart.Length..];
        if (rest[0] != (byte)'}')
            output.Write(","u8);
        output.Write(rest);
    }

    // Everything of a meta but its end. Written for every record that goes out: no string is made on the way.
    private static void WriteIdentity(IBufferWriter<byte> output, string id, int version, DateTimeOffset updated)
    {
        const int MicrosecondsEnd = 26;
        output.Write(",\"id\":\""u8);
        Encoding.UTF8.GetBytes(id, output);
        output.Write("\",\"meta\":{\"versionId\":\""u8);
        System.Buffers.Text.Utf8Formatter.TryFormat(version, output.GetSpan(16), out var digits);
        output.Advance(digits);
        output.Write("\",\"lastUpdated\":\""u8);
        // The round-trip form ends with tenths of microseconds; PostgreSQL keeps none.
        var time = output.GetSpan(40);
        updated.UtcDateTime.TryFormat(time, out _, "O", System.Globalization.CultureInfo.InvariantCulture);
        output.Advance(MicrosecondsEnd);
        output.Write("Z\""u8);
    }

    /// <summary>Writes the resource with an <c>id</c> of its own source and nothing else added.</summary>
    public void WriteWithId(IBufferWriter<byte> output, string id)
    {
        var afterType = "{\"resourceType\":\""u8.Length + Type.Length + 1;
        output.Write(Json.Span[..afterType]);
        output.Write(",\"id\":"u8);
        using (var writer = new Utf8JsonWriter(output, Writing))
            writer.WriteStringValue(id);
        output.Write(Json.Span[afterType..]);
    }

    private void WriteMergedTags(IBufferWriter<byte> output, ReadOnlySpan<byte> identity, IReadOnlyList<Coding> tags)
    {
        using var document = JsonDocument.Parse(Json, Reading);
        using var writer = new Utf8JsonWriter(output, Writing);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, Type);
        using (var head = JsonDocument.Parse((byte[])[.. "{\"x\":0"u8, .. identity, .. "}}"u8]))
        {
            writer.WriteString("id"u8, head.RootElement.GetProperty("id"u8).GetString());
            writer.WriteStartObject("meta"u8);
            foreach (var property in head.RootElement.GetProperty("meta"u8).EnumerateObject())
                property.WriteTo(writer);
        }

        var root = document.RootElement;
        var hasMeta = root.TryGetProperty("meta"u8, out var meta) && meta.ValueKind is JsonValueKind.Object;
        if (hasMeta)
        {
            foreach (var property in meta.EnumerateObject())
            {
                if (!property.NameEquals("tag"u8))
                    property.WriteTo(writer);
            }
        }

        writer.WriteStartArray("tag"u8);
        if (hasMeta && meta.TryGetProperty("tag"u8, out var existing) && existing.ValueKind is JsonValueKind.Array)
        {
            foreach (var tag in existing.EnumerateArray())
                tag.WriteTo(writer);
        }

        foreach (var tag in tags)
        {
            writer.WriteStartObject();
            writer.WriteString("system"u8, tag.System);
            writer.WriteString("code"u8, tag.Code);
            if (tag.Display is not null)
                writer.WriteString("display"u8, tag.Display);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        foreach (var property in root.EnumerateObject())
        {
            if (!property.NameEquals("resourceType"u8) && !property.NameEquals("meta"u8))
                property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static Coding? TagOf(JsonElement tag) =>
        tag.ValueKind is JsonValueKind.Object && tag.TryGetProperty("code"u8, out var code) && code.ValueKind is JsonValueKind.String
            && tag.TryGetProperty("system"u8, out var system) && system.ValueKind is JsonValueKind.String
            ? new Coding(system.GetString(), code.GetString()!) : null;

    private static void WriteMetaWithTags(Utf8JsonWriter writer, JsonElement meta, List<JsonElement> tags)
    {
        writer.WriteStartObject("meta"u8);
        foreach (var property in meta.EnumerateObject())
        {
            if (!property.NameEquals("tag"u8))
            {
                writer.WritePropertyName(property.Name);
                WriteElement(writer, property.Value, reference: null);
            }
            else if (tags.Count > 0)
            {
                writer.WriteStartArray("tag"u8);
                foreach (var tag in tags)
                    WriteElement(writer, tag, reference: null);
                writer.WriteEndArray();
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteMeta(Utf8JsonWriter writer, JsonElement meta)
    {
        if (meta.ValueKind is not JsonValueKind.Object)
            return;
        var started = false;
        foreach (var property in meta.EnumerateObject())
        {
            if (property.NameEquals("versionId"u8) || property.NameEquals("lastUpdated"u8))
                continue;
            if (!started)
            {
                writer.WriteStartObject("meta"u8);
                started = true;
            }

            writer.WritePropertyName(property.Name);
            WriteElement(writer, property.Value, reference: null);
        }

        if (started)
            writer.WriteEndObject();
    }

    private static void WriteElement(Utf8JsonWriter writer, JsonElement element, Func<string, string?>? reference)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    if (reference is not null && property.Value.ValueKind is JsonValueKind.String && property.NameEquals("reference"u8)
                        && reference(property.Value.GetString()!) is { } rewritten)
                    {
                        writer.WriteStringValue(rewritten);
                    }
                    else
                    {
                        WriteElement(writer, property.Value, reference);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteElement(writer, item, reference);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(element.GetRawText(), skipInputValidation: true);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    /// <summary>What the parser found, as the errors of <see cref="Parse"/>: the place, and nothing of the text.</summary>
    /// <param name="utf8">What was parsed, for a place by line and column; without it the place is by line and byte, and of a property that stands twice none is told.</param>
    public static Error JsonError(JsonException broken, ReadOnlySpan<byte> utf8 = default)
    {
        if (broken.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase))
            return new Error("resource.duplicate", $"A property stands twice in one JSON object{Where(JsonText.SecondProperty(utf8, MaximumDepth), utf8)}.");
        var where = utf8.IsEmpty ? $" (line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1})" : Where(JsonText.OffsetOf(utf8, broken), utf8);
        return broken.Message.Contains("maximum configured depth", StringComparison.Ordinal)
            ? new Error("resource.depth", $"The JSON is nested deeper than {MaximumDepth} levels{where}.")
            : new Error("resource.json", $"The text is not well-formed JSON{where}.");
    }

    private static string Where(int? offset, ReadOnlySpan<byte> utf8)
    {
        if (offset is not { } at)
            return "";
        var (line, column) = JsonText.PositionOf(utf8, at);
        return $" (line {line}, column {column})";
    }

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "something else",
    };
}

/// <summary>A code in its system, as a token parameter names it.</summary>
public sealed record Coding(string? System, string Code)
{
    /// <summary>The words a tag is written with. Nothing is compared by them.</summary>
    public string? Display { get; init; }
}
