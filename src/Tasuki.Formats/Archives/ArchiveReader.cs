using System.Runtime.CompilerServices;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats;

/// <summary>
/// Reads an archive: every index (<c>index.phr</c> of SPHR, a <c>.phr</c> with attachments) with the files it names, then what no index named. Folders may nest, as
/// imports inside exports do; archives inside the archive are not opened.
/// </summary>
internal sealed class ArchiveReader(ArchiveContents contents, string name, ReadLimits limits)
{
    private readonly ResourceIntake _intake = new(limits) { PatientIsRecord = contents.Format is FileFormat.TasukiExport };
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public async IAsyncEnumerable<ReadItem> Read([EnumeratorCancellation] CancellationToken cancel)
    {
        // The index of an outer folder comes before those it contains.
        var indexes = contents.Files.Where(file => file.Kind is ContentKind.Phr).Select(file => file.Item).OrderBy(item => item.Path.Count(c => c is '/')).ToList();
        var named = new List<(string Path, ReadContext Context, bool Copy)>();
        foreach (var index in indexes)
        {
            if (!_read.Add(index.Path))
                continue;
            await using var stream = contents.Zip.Read(index);
            var reader = new PhrReader(_intake, NameOf(index.Path), new ReadContext(Source: SourceKind.OtherPhr), Folder(index.Path), contents);
            await foreach (var item in reader.Read(stream, cancel))
                yield return item;
            named.AddRange(reader.Files);
        }

        foreach (var (path, context, copy) in named)
        {
            if (!_read.Add(path) || copy)
                continue;
            if (contents.Find(path) is not var (item, kind))
            {
                yield return new NotUnderstood(new SourcePosition(NameOf(path)), new Error("archive.missing", "The index names this file, but it is not in the archive."));
                continue;
            }

            await foreach (var found in File(item, kind, context, cancel))
                yield return found;
        }

        foreach (var (item, kind) in contents.Files.Where(file => !_read.Contains(file.Item.Path)).ToList())
        {
            await foreach (var found in File(item, kind, ReadContext.None, cancel))
                yield return found;
        }
    }

    private async IAsyncEnumerable<ReadItem> File(ZipItem item, ContentKind kind, ReadContext context, [EnumeratorCancellation] CancellationToken cancel)
    {
        var position = new SourcePosition(NameOf(item.Path));
        await using var stream = contents.Zip.Read(item);
        var items = kind switch
        {
            ContentKind.Phr or ContentKind.Json => Json(stream, item, context, cancel),
            ContentKind.CheckupDocument => SpecificCheckupReader.Read(stream, NameOf(item.Path), limits, cancel),
            ContentKind.Jpeg or ContentKind.Png or ContentKind.Gif or ContentKind.Pdf => Attachment(stream, item, kind, cancel),
            ContentKind.Zip => Nested(stream, position, cancel),
            ContentKind.Empty => Said(position, "archive.empty", "The file is empty."),
            _ => Said(position, "archive.unknown", "The file is of no kind that can be read; it stays in the original file."),
        };
        // One broken file does not spoil the others, unless it holds what must not come in at all.
        await foreach (var found in items.WithCancellation(cancel))
            yield return found is ReadStopped stopped ? FormatReader.Refused(stopped.Position, stopped.Reason) : found;
    }

    private async IAsyncEnumerable<ReadItem> Json(Stream stream, ZipItem item, ReadContext context, [EnumeratorCancellation] CancellationToken cancel)
    {
        JsonFirst? first;
        await using (var peeked = contents.Zip.Read(item))
            first = await JsonPeek.Read(peeked, limits.JsonBytes, cancel);
        if (first is { MoreFollow: true })
        {
            await foreach (var found in NdjsonReader.Read(stream, NameOf(item.Path), _intake, context, cancel))
                yield return found;
            yield break;
        }

        var loaded = await JsonSource.Load(stream, NameOf(item.Path), limits.JsonBytes, cancel);
        if (!loaded.IsOk)
        {
            yield return new ReadStopped(new SourcePosition(NameOf(item.Path)), loaded.Error);
            yield break;
        }

        foreach (var found in JsonReader.Read(loaded.Value, first, _intake, context, cancel))
            yield return found;
    }

    // One level, and only for checkups: insurers hand the exchange archive out packed once more.
    private async IAsyncEnumerable<ReadItem> Nested(Stream stream, SourcePosition position, [EnumeratorCancellation] CancellationToken cancel)
    {
        var bytes = await BoundedBytes.Read(stream, limits.JsonBytes, cancel);
        if (bytes is not null)
        {
            using var memory = new MemoryStream(bytes, writable: false);
            var inner = ArchiveContents.Look(memory, limits, cancel, contents.Zip);
            if (inner.IsExchangeArchive)
            {
                await foreach (var item in CheckupArchive.Read(inner.Entries, position.File, limits, cancel))
                    yield return item;
                yield break;
            }
        }

        yield return new NotUnderstood(position, new Error("zip.nested", "An archive inside the archive is not opened; it stays in the original file."));
    }

    private async IAsyncEnumerable<ReadItem> Attachment(Stream stream, ZipItem item, ContentKind kind, [EnumeratorCancellation] CancellationToken cancel)
    {
        var bytes = await BoundedBytes.Read(stream, limits.JsonBytes, cancel);
        if (bytes is null)
        {
            yield return new NotUnderstood(new SourcePosition(NameOf(item.Path)), new Error("file.size", $"The file is larger than {limits.JsonBytes} bytes; it stays in the original file."));
            yield break;
        }

        var type = kind switch
        {
            ContentKind.Jpeg => "image/jpeg",
            ContentKind.Png => "image/png",
            ContentKind.Gif => "image/gif",
            _ => "application/pdf",
        };
        yield return new ReadAttachment(new SourcePosition(NameOf(item.Path)), item.Path[(item.Path.LastIndexOf('/') + 1)..], type, bytes);
    }

    private static async IAsyncEnumerable<ReadItem> Said(SourcePosition position, string code, string sentence)
    {
        await ValueTask.CompletedTask;
        yield return new NotUnderstood(position, new Error(code, sentence));
    }

    private string NameOf(string path) => $"{name}/{path}";

    private static string Folder(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";
}
