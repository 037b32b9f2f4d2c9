using System.Buffers;
using System.Text.Json;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

/// <summary>Writes a Bundle around records whose bytes pass through as they are stored.</summary>
internal sealed class BundleWriter
{
    // Of an entry beside its resource: addresses, identity, mode.
    private const int Around = 512;

    private readonly ArrayBufferWriter<byte> _output;
    private readonly string _root;
    private readonly IRecordShape _shape;
    private bool _anyEntry;

    /// <param name="type"><c>searchset</c> or <c>history</c>.</param>
    /// <param name="records">What is known to come, so that the room for it need not grow again and again.</param>
    public BundleWriter(string type, string root, IRecordShape shape, params IEnumerable<StoredRecord> records)
    {
        _output = new ArrayBufferWriter<byte>(2_048 + records.Sum(record => record.Resource.Json.Length + Around));
        _root = root;
        _shape = shape;
        _output.Write("{\"resourceType\":\"Bundle\",\"type\":\""u8);
        Ascii(type);
        _output.Write("\""u8);
    }

    public void Total(int total)
    {
        _output.Write(",\"total\":"u8);
        Ascii(total.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    public void Links(params IReadOnlyList<(string Relation, string Url)> links)
    {
        _output.Write(",\"link\":["u8);
        for (var i = 0; i < links.Count; i++)
        {
            _output.Write(i == 0 ? "{\"relation\":\""u8 : ",{\"relation\":\""u8);
            Ascii(links[i].Relation);
            _output.Write("\",\"url\":"u8);
            Text(links[i].Url);
            _output.Write("}"u8);
        }

        _output.Write("]"u8);
    }

    public void Match(StoredRecord record, string mode)
    {
        Begin(record.Type, record.Id);
        _output.Write(",\"resource\":"u8);
        _shape.Write(_output, record);
        _output.Write(",\"search\":{\"mode\":\""u8);
        Ascii(mode);
        _output.Write("\"}}"u8);
    }

    public void Made(MadeEntry made, string mode)
    {
        Separate();
        _output.Write("{\"fullUrl\":\""u8);
        Ascii(made.Name);
        _output.Write("\",\"resource\":"u8);
        _output.Write(made.Json.Span);
        _output.Write(",\"search\":{\"mode\":\""u8);
        Ascii(mode);
        _output.Write("\"}}"u8);
    }

    public void Past(RecordVersion version)
    {
        Begin(version.Type, version.Id);
        if (version.Record is { } record)
        {
            _output.Write(",\"resource\":"u8);
            _shape.Write(_output, record);
        }

        var (method, status) = version.Record is null ? ("DELETE", "204") : version.Version == 1 ? ("POST", "201") : ("PUT", "200");
        _output.Write(",\"request\":{\"method\":\""u8);
        Ascii(method);
        _output.Write("\",\"url\":\""u8);
        Ascii(version.Version == 1 ? version.Type : $"{version.Type}/{version.Id}");
        _output.Write("\"},\"response\":{\"status\":\""u8);
        Ascii(status);
        _output.Write("\",\"etag\":\"W/\\\""u8);
        Ascii(version.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _output.Write("\\\"\",\"lastModified\":\""u8);
        Ascii(Instants.Of(version.Updated));
        _output.Write("\"}}"u8);
    }

    public void Outcome(IReadOnlyList<Issue> issues)
    {
        Separate();
        _output.Write("{\"resource\":"u8);
        _output.Write(FhirApi.Outcome.Of(issues).Span);
        _output.Write(",\"search\":{\"mode\":\"outcome\"}}"u8);
    }

    public ReadOnlyMemory<byte> Done()
    {
        _output.Write(_anyEntry ? "]}"u8 : "}"u8);
        return _output.WrittenMemory;
    }

    private void Begin(string type, string id)
    {
        Separate();
        _output.Write("{\"fullUrl\":\""u8);
        Ascii(_root);
        _output.Write("/"u8);
        Ascii(type);
        _output.Write("/"u8);
        Ascii(id);
        _output.Write("\""u8);
    }

    private void Separate()
    {
        _output.Write(_anyEntry ? ","u8 : ",\"entry\":["u8);
        _anyEntry = true;
    }

    private void Ascii(string text) => _output.Advance(System.Text.Encoding.ASCII.GetBytes(text, _output.GetSpan(text.Length)));

    private void Text(string text)
    {
        using var writer = new Utf8JsonWriter(_output, FhirApi.Outcome.Writing);
        writer.WriteStringValue(text);
    }
}

/// <summary>A resource that was made for one answer and is stored nowhere.</summary>
/// <param name="Name">A <c>urn:uuid:</c>.</param>
internal sealed record MadeEntry(string Name, ReadOnlyMemory<byte> Json);

/// <summary>How a record leaves: whole, or some of its elements.</summary>
internal interface IRecordShape
{
    void Write(IBufferWriter<byte> output, StoredRecord record);
}

internal static class Instants
{
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
