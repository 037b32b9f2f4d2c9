using System.Runtime.CompilerServices;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>
/// Reads a <c>.phr</c>: resources one a line, the first a Composition. A Composition without sections and a DocumentManifest are the cover of the file and no records;
/// a DocumentReference to a data file stands for what is in it. In an archive the files that the lines name are collected in <see cref="Files"/>.
/// </summary>
internal sealed class PhrReader(ResourceIntake intake, string file, ReadContext context, string folder = "", ArchiveContents? archive = null)
{
    private const string DocumentTypes = "http://phr.or.jp/fhir/doctype";
    private const string CheckupReport = "urn:oid:1.2.392.200119.6.1001";

    private ReadContext _context = context;

    /// <summary>The files that the index names, with what it says of them. Complete when the index was read to its end.</summary>
    public List<(string Path, ReadContext Context, bool Copy)> Files { get; } = [];

    public IAsyncEnumerable<ReadItem> Read(Stream source, CancellationToken cancel) => NdjsonReader.Read(source, file, intake, Take, cancel);

    private IReadOnlyList<ReadItem> Take(ReadOnlyMemory<byte> line, SourcePosition position)
    {
        if (Open(line) is not { } document)
            return intake.Take(line, position, _context);
        using (document)
        {
            var root = document.RootElement;
            if (position.Line == 1)
                _context = _context with { SourceName = Author(root) ?? _context.SourceName };
            if (Fields.IsType(root, "DocumentManifest") || (Fields.IsType(root, "Composition") && !Fields.Items(root, "section").Any()))
                return [];
            if (!IsCard(root))
            {
                FindFiles(root, all: false);
                return intake.Take(line, position, _context);
            }

            FindFiles(root, all: true);
            return archive is null ? [new NotUnderstood(position, new Error("phr.data-file", "This line names a data file. Bring the whole .sphr archive to have it read."))] : [];
        }
    }

    // A DocumentReference that is nothing but the card of a data file.
    private static bool IsCard(JsonElement resource) =>
        Fields.IsType(resource, "DocumentReference") && Fields.Codings(resource, "type").Any(IsDataFile);

    private static bool IsDataFile(Coding type) =>
        type.System is DocumentTypes or TasukiExport.DocumentType || CodeSystems.Same(type.System, CheckupReport);

    private void FindFiles(JsonElement resource, bool all)
    {
        if (archive is null)
            return;
        var copy = Fields.Codings(resource, "type").Any(type => type.System is TasukiExport.DocumentType && type.Code is TasukiExport.Copy);
        foreach (var url in Urls(resource))
        {
            if (ArchiveContents.Resolve(folder, url) is { } path && (all || archive.Find(path) is not null))
                Files.Add((path, _context, copy));
        }
    }

    // Attachment.url wherever an attachment may stand: content of Media, content[].attachment of DocumentReference, presentedForm, photo.
    private static IEnumerable<string> Urls(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                if (Fields.Text(element, "url") is { } url && (element.TryGetProperty("contentType"u8, out _) || element.TryGetProperty("title"u8, out _)))
                    yield return url;
                foreach (var inner in element.EnumerateObject().SelectMany(member => Urls(member.Value)))
                    yield return inner;
                break;
            case JsonValueKind.Array:
                foreach (var inner in element.EnumerateArray().SelectMany(Urls))
                    yield return inner;
                break;
        }
    }

    private static string? Author(JsonElement composition)
    {
        foreach (var author in Fields.Items(composition, "author"))
        {
            if (Fields.Text(author, "display") is { } display)
                return display;
        }

        return Fields.Items(composition, "contained").Where(one => Fields.IsType(one, "Organization")).Select(one => Fields.Text(one, "name")).FirstOrDefault();
    }

    private static JsonDocument? Open(ReadOnlyMemory<byte> line)
    {
        if (JsonText.FirstFault(line.Span) is not null)
            return null;
        try
        {
            return JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
