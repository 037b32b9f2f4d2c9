using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Whose export it is and when it was made.</summary>
/// <param name="ServiceId">The service's name in reverse domain order, as SPHR asks for: letters, digits, dots, hyphens.</param>
/// <param name="ServiceName">The service in words; others show it as the source.</param>
public sealed record SphrExport(string ServiceId, string ServiceName, DateTimeOffset Made);

/// <summary>
/// Writes an SPHR archive (ZIP): a folder with <c>index.phr</c>, the records as NDJSON in <c>records.phr</c>, and for services that know no FHIR blood pressure, weight and
/// steps once more as Open mHealth and IEEE 1752.1. Other files (tables, originals, a readable page) join by <see cref="AddFile"/>. Everything beside
/// <c>records.phr</c> is marked as a copy, so our own reader takes each record once. The output need not seek; memory is that of one record and the packed measurements.
/// </summary>
public sealed class SphrWriter : IAsyncDisposable
{
    private const string DocumentTypes = "http://phr.or.jp/fhir/doctype";
    private const string RecordsFile = "records.phr";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ZipArchive _zip;
    private readonly SphrExport _about;
    private readonly DateTimeOffset _made;
    private readonly List<(string Id, string Url, string ContentType, long Size, string? DocumentType, bool IsCopy)> _files = [];
    private bool _finished;

    private SphrWriter(Stream output, SphrExport about)
    {
        _zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        _about = about;
        _made = about.Made.ToOffset(TokyoDay.Offset);
        Folder = $"SPHR_{about.ServiceId}_{_made.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture)}";
    }

    /// <summary>The one folder in the archive.</summary>
    public string Folder { get; }

    /// <summary>Throws when the service id has other characters than letters, digits, dots and hyphens: it becomes part of a file name.</summary>
    public static SphrWriter Begin(Stream output, SphrExport about)
    {
        if (about.ServiceId.Length is 0 or > 100 || !about.ServiceId.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') || about.ServiceId.StartsWith('.'))
            throw new ArgumentException("A service id is letters, digits, dots and hyphens, as com.example.service.", nameof(about));
        return new SphrWriter(output, about);
    }

    /// <summary>The whole archive with nothing but records in it. The output stays open.</summary>
    public static async Task WriteAsync(Stream output, SphrExport about, IAsyncEnumerable<ExportRecord> records, CancellationToken cancel)
    {
        await using var writer = Begin(output, about);
        await writer.AddRecords(records, cancel);
        await writer.Finish(cancel);
    }

    /// <summary>Once, before the other files.</summary>
    public async Task AddRecords(IAsyncEnumerable<ExportRecord> records, CancellationToken cancel)
    {
        var measurements = MeasurementFiles.Start();
        await AddFile(RecordsFile, "application/fhir+ndjson", TasukiExport.Records, isCopy: false, async (stream, token) =>
        {
            await WriteLine(stream, Cover, token);
            var line = new ArrayBufferWriter<byte>(4096);
            await foreach (var record in records.WithCancellation(token))
            {
                await NdjsonWriter.WriteLine(stream, record, line, token);
                foreach (var file in measurements)
                    file.Add(record.Resource);
            }
        }, cancel);

        foreach (var file in measurements.Where(file => file.Count > 0))
        {
            await AddFile($"{file.Kind.FileName}.json", "application/json", file.Kind.DocumentType, isCopy: true,
                (stream, token) => file.WriteTo(stream, _made, IdOf(file.Kind.FileName), token), cancel);
        }
    }

    /// <summary>A file that holds nothing the records do not (a table, a readable page) or that is kept beside them (an original). It is not read as records again.</summary>
    /// <param name="path">Inside the folder, with forward slashes.</param>
    public Task AddFile(string path, string contentType, Func<Stream, CancellationToken, Task> write, CancellationToken cancel) =>
        AddFile(path, contentType, null, isCopy: true, write, cancel);

    /// <summary>Writes the index and closes the archive. Without it the archive is no SPHR.</summary>
    public async Task Finish(CancellationToken cancel)
    {
        var entry = _zip.CreateEntry($"{Folder}/index.phr");
        entry.LastWriteTime = _made;
        await using (var stream = await entry.OpenAsync(cancel))
        {
            await WriteLine(stream, Cover, cancel);
            await WriteLine(stream, Manifest, cancel);
            foreach (var file in _files)
                await WriteLine(stream, writer => Reference(writer, file.Id, file.Url, file.ContentType, file.Size, file.DocumentType, file.IsCopy), cancel);
        }

        _finished = true;
        await _zip.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_finished)
            await _zip.DisposeAsync();
    }

    private async Task AddFile(string path, string contentType, string? documentType, bool isCopy, Func<Stream, CancellationToken, Task> write, CancellationToken cancel)
    {
        if (path.StartsWith('/') || path.Contains('\\', StringComparison.Ordinal) || path.Split('/').Any(part => part is "" or "." or "..") || path is "index.phr" || path.Any(char.IsControl))
            throw new ArgumentException("A file in the archive has a relative path with forward slashes and no dots.", nameof(path));
        var entry = _zip.CreateEntry($"{Folder}/{path}");
        entry.LastWriteTime = _made;
        await using var stream = new SizedStream(await entry.OpenAsync(cancel));
        await write(stream, cancel);
        _files.Add((IdOf(path), string.Join('/', path.Split('/').Select(Uri.EscapeDataString)), contentType, stream.Size, documentType, isCopy));
    }

    // One export, one set of ids: the same path gets the same id, so the archive can be made again byte for byte.
    private string IdOf(string path)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Folder}/{path}"));
        return new Guid(hash.AsSpan(0, 16)).ToString("D");
    }

    private void Cover(Utf8JsonWriter writer)
    {
        writer.WriteString("resourceType"u8, "Composition");
        writer.WriteStartArray("contained"u8);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Organization");
        writer.WriteString("id"u8, "service");
        writer.WriteString("name"u8, _about.ServiceName);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartObject("identifier"u8);
        writer.WriteString("system"u8, TasukiExport.Mark);
        writer.WriteString("value"u8, Folder);
        writer.WriteEndObject();
        writer.WriteString("status"u8, "final");
        Type(writer, "http://loinc.org", "34133-9", "Summary of episode note");
        writer.WriteString("date"u8, _made.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
        writer.WriteStartArray("author"u8);
        writer.WriteStartObject();
        writer.WriteString("reference"u8, "#service");
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("title"u8, $"ExportPHR{_made.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}");
    }

    private void Manifest(Utf8JsonWriter writer)
    {
        writer.WriteString("resourceType"u8, "DocumentManifest");
        writer.WriteString("id"u8, IdOf("index.phr"));
        writer.WriteString("status"u8, "current");
        writer.WriteStartArray("content"u8);
        foreach (var file in _files)
        {
            writer.WriteStartObject();
            writer.WriteString("reference"u8, $"DocumentReference/{file.Id}");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Reference(Utf8JsonWriter writer, string id, string url, string contentType, long size, string? documentType, bool isCopy)
    {
        writer.WriteString("resourceType"u8, "DocumentReference");
        writer.WriteString("id"u8, id);
        writer.WriteString("status"u8, "current");
        writer.WriteStartObject("type"u8);
        writer.WriteStartArray("coding"u8);
        if (documentType is not null && isCopy)
            Coding(writer, DocumentTypes, documentType, null);
        Coding(writer, TasukiExport.DocumentType, isCopy ? TasukiExport.Copy : TasukiExport.Records, null);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartArray("content"u8);
        writer.WriteStartObject();
        writer.WriteStartObject("attachment"u8);
        writer.WriteString("contentType"u8, contentType);
        writer.WriteString("url"u8, url);
        // unsignedInt: FHIR knows no larger size.
        if (size <= int.MaxValue)
            writer.WriteNumber("size"u8, size);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void Type(Utf8JsonWriter writer, string system, string code, string display)
    {
        writer.WriteStartObject("type"u8);
        writer.WriteStartArray("coding"u8);
        Coding(writer, system, code, display);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Coding(Utf8JsonWriter writer, string system, string code, string? display)
    {
        writer.WriteStartObject();
        writer.WriteString("system"u8, system);
        writer.WriteString("code"u8, code);
        if (display is not null)
            writer.WriteString("display"u8, display);
        writer.WriteEndObject();
    }

    private static async Task WriteLine(Stream stream, Action<Utf8JsonWriter> write, CancellationToken cancel)
    {
        var line = new ArrayBufferWriter<byte>(1024);
        await using (var writer = new Utf8JsonWriter(line, Writing))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        await stream.WriteAsync(line.WrittenMemory, cancel);
    }
}
