using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>Collects what one document yields and names its resources. The names follow from the file's bytes: the same file gives the same ones.</summary>
internal sealed class CheckupOutput(CdaSource source, ReadOnlySpan<byte> bytes)
{
    private readonly byte[] _document = SHA256.HashData(bytes);
    private readonly List<ReadItem> _items = [];
    private int _named;

    private const int LongestName = 200;

    /// <summary>The institution that did the checkup, for every resource of the document.</summary>
    public string? SourceName { get; private set; }

    public DataCategory Category { get; set; } = DataCategory.SpecificCheckup;

    public void NameSource(string? name) => SourceName = name is { Length: > LongestName } ? name[..LongestName] : name;

    public string NextUrl()
    {
        Span<byte> seed = stackalloc byte[_document.Length + 4];
        _document.CopyTo(seed);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(seed[_document.Length..], _named++);
        Span<byte> id = stackalloc byte[32];
        SHA256.HashData(seed, id);
        id[6] = (byte)(0x80 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return $"urn:uuid:{new Guid(id[..16], bigEndian: true)}";
    }

    public void Say(CdaElement at, string code, string message) => _items.Add(new NotUnderstood(source.At(at), new Error(code, message)));

    public ReadStopped Stop(CdaElement at, string code, string message) => new(source.At(at), new Error(code, message));

    public void Person(CdaElement at, IReadOnlyList<string> names, DateOnly? birth, string? gender, string url) =>
        _items.Add(new ReadPerson(source.At(at), names, birth, gender, url));

    public void Resource(CdaElement at, JsonObject resource, string url, DataCategory? category = null)
    {
        var canonical = CanonicalResource.Parse(Encoding.UTF8.GetBytes(resource.ToJsonString()));
        if (!canonical.IsOk)
        {
            _items.Add(new NotUnderstood(source.At(at), canonical.Error));
            return;
        }

        _items.Add(new ReadResource(source.At(at), canonical.Value, url, category ?? Category, SourceKind.MedicalInstitution, SourceName));
    }

    public IReadOnlyList<ReadItem> Take()
    {
        if (_items.Count == 0)
            return [];
        ReadItem[] taken = [.. _items];
        _items.Clear();
        return taken;
    }
}

/// <summary>Small pieces of FHIR JSON.</summary>
internal static class CheckupJson
{
    /// <summary>A system that is no OID cannot stand as one in FHIR; a code has single blanks inside at most.</summary>
    public static JsonObject Coding(string? system, string code, string? display)
    {
        var coding = new JsonObject();
        if (system is not null && IsSystem(system))
            coding["system"] = system;
        coding["code"] = string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (display is { Length: > 0 })
            coding["display"] = display;
        return coding;
    }

    public static JsonObject Concept(string? system, string code, string? display) => new() { ["coding"] = new JsonArray(Coding(system, code, display)) };

    public static JsonObject Identifier(string? system, string value)
    {
        var identifier = new JsonObject();
        if (system is not null && IsSystem(system))
            identifier["system"] = system;
        identifier["value"] = value;
        return identifier;
    }

    public static JsonObject Reference(string url, string? display = null)
    {
        var reference = new JsonObject { ["reference"] = url };
        if (display is { Length: > 0 })
            reference["display"] = display;
        return reference;
    }

    /// <summary>Numbers without leading zeros, joined by points; the first is 0, 1 or 2.</summary>
    public static bool IsOid(string text)
    {
        if (text is not [>= '0' and <= '2', '.', ..])
            return false;
        foreach (var part in text.AsSpan().Split('.'))
        {
            var number = text.AsSpan(part);
            if (number.IsEmpty || number.ContainsAnyExceptInRange('0', '9') || (number.Length > 1 && number[0] == '0'))
                return false;
        }

        return true;
    }

    private static bool IsSystem(string system) => !system.StartsWith("urn:oid:", StringComparison.Ordinal) || IsOid(system["urn:oid:".Length..]);

    public static JsonObject Narrative(string text) => new()
    {
        ["status"] = "additional",
        ["div"] = $"<div xmlns=\"http://www.w3.org/1999/xhtml\">{System.Security.SecurityElement.Escape(text)}</div>",
    };

    public static JsonObject Quantity(CheckupValues.Number number, string? code, string? shown)
    {
        var quantity = new JsonObject { ["value"] = JsonNode.Parse(number.Json) };
        if (number.Comparator is not null)
            quantity["comparator"] = number.Comparator;
        if (shown is not null)
            quantity["unit"] = shown;
        if (code is not null)
        {
            quantity["system"] = CheckupCodes.UcumSystem;
            quantity["code"] = code;
        }

        return quantity;
    }
}
