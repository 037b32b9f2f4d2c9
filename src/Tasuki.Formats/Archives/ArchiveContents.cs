using System.Text;
using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.Formats;

/// <summary>What one file inside an archive is, by its first bytes.</summary>
internal enum ContentKind
{
    Other,
    Phr,
    Json,
    Xml,
    CheckupDocument,
    Zip,
    Jpeg,
    Png,
    Gif,
    Pdf,
    Empty,
}

/// <summary>The files of an archive with what they are. Leftovers of file managers (<c>__MACOSX</c>, <c>.DS_Store</c>) are not among them.</summary>
internal sealed class ArchiveContents
{
    private const int HeadBytes = 4096;

    private readonly Dictionary<string, (ZipItem Item, ContentKind Kind)> _byPath = new(StringComparer.Ordinal);

    private ArchiveContents(SafeZip zip) => Zip = zip;

    public SafeZip Zip { get; }

    public FileFormat Format { get; private set; }

    /// <summary>In the order of the archive.</summary>
    public IEnumerable<(ZipItem Item, ContentKind Kind)> Files => _byPath.Values;

    /// <summary>The archive is the one in which offices exchange checkups: index, DATA, CLAIMS.</summary>
    public bool IsExchangeArchive => Format is FileFormat.SpecificCheckupArchive && CheckupArchive.LooksLike(_byPath.Keys);

    public IReadOnlyList<CheckupArchiveEntry> Entries => [.. _byPath.Values.Select(file => new CheckupArchiveEntry(file.Item.Path, () => Zip.Read(file.Item)))];

    /// <param name="outer">The archive this one lies in; what swells here counts there too.</param>
    /// <exception cref="ZipFault">The archive is damaged or unsafe.</exception>
    public static ArchiveContents Look(Stream source, ReadLimits limits, CancellationToken cancel, SafeZip? outer = null)
    {
        var contents = new ArchiveContents(SafeZip.Open(source, limits, outer));
        var ours = false;
        foreach (var item in contents.Zip.Items.Where(item => !IsLeftover(item.Path)))
        {
            cancel.ThrowIfCancellationRequested();
            var head = Head(contents.Zip, item);
            var kind = KindOf(head);
            ours |= kind is ContentKind.Phr && TasukiExport.IsMarked(head);
            contents._byPath[item.Path] = (item, kind);
        }

        var kinds = contents._byPath.Values.Select(file => file.Kind).ToHashSet();
        contents.Format = ours ? FileFormat.TasukiExport
            : kinds.Contains(ContentKind.Phr) ? FileFormat.Sphr
            : kinds.Contains(ContentKind.CheckupDocument) ? FileFormat.SpecificCheckupArchive
            : kinds.Contains(ContentKind.Json) || kinds.Contains(ContentKind.Zip) ? FileFormat.Archive
            : FileFormat.Unknown;
        return contents;
    }

    public (ZipItem Item, ContentKind Kind)? Find(string path) => _byPath.TryGetValue(path.Normalize(NormalizationForm.FormC), out var found) ? found : null;

    /// <summary>The file a relative URL in <paramref name="folder"/> names, as a clean path; null when the URL leads elsewhere.</summary>
    public static string? Resolve(string folder, string url)
    {
        if (url.Length is 0 or > 1024 || url.Contains(':', StringComparison.Ordinal) || url.StartsWith('/') || url.Contains('\\', StringComparison.Ordinal))
            return null;
        var parts = (folder.Length == 0 ? [] : folder.Split('/')).ToList();
        foreach (var part in Uri.UnescapeDataString(url).Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case "..":
                    return null;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return string.Join('/', parts);
    }

    private static bool IsLeftover(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return path.StartsWith("__MACOSX/", StringComparison.Ordinal) || path.Contains("/__MACOSX/", StringComparison.Ordinal)
            || name.StartsWith("._", StringComparison.Ordinal) || name is ".DS_Store" or "Thumbs.db" or "desktop.ini";
    }

    private static byte[] Head(SafeZip zip, ZipItem item)
    {
        using var stream = zip.Read(item);
        var head = new byte[HeadBytes];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    private static ContentKind KindOf(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return ContentKind.Empty;
        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8))
            return ContentKind.Zip;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ContentKind.Jpeg;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]))
            return ContentKind.Png;
        if (head.StartsWith("GIF8"u8))
            return ContentKind.Gif;
        if (head.StartsWith("%PDF-"u8))
            return ContentKind.Pdf;
        if (JsonPeek.Of(head) is { } first)
            return first.ResourceType is "Composition" ? ContentKind.Phr : ContentKind.Json;
        return FormatDetection.IsXml(head) ? FormatDetection.IsCheckupDocument(head) ? ContentKind.CheckupDocument : ContentKind.Xml : ContentKind.Other;
    }
}
