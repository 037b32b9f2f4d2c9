using System.Runtime.CompilerServices;
using System.Xml;
using Tasuki.Kernel;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>One file of an archive that was opened safely: its path with forward slashes, and its content.</summary>
public sealed record CheckupArchiveEntry(string Path, Func<Stream> Open);

/// <summary>
/// The exchange archive of the specific checkup (<c>ix08_V08.xml</c>, <c>su08_V08.xml</c>, <c>DATA/</c>, <c>CLAIMS/</c>, <c>XSD/</c>). Every result file is
/// read in the order of the paths; settlements are not records of a person and are passed over. An archive can hold the results of many people:
/// each <see cref="ReadPerson"/> begins a document, and its resources name it as their subject.
/// </summary>
/// <remarks>
/// A result file that cannot be used (broken, a document type, a deletion report) is said and brings nothing, not even what stood before the fault;
/// the others are read. A My Number anywhere stops the whole archive, and so does <c>read.resources</c>.
/// </remarks>
public static class CheckupArchive
{
    /// <summary>The namespaces index and summary are written in: the one of the schemas, and the one the texts of phase 4 name.</summary>
    public const string Namespace2007 = "http://tokuteikenshin.jp/checkup/2007";

    public const string Namespace2024 = "https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html";

    private const int MaximumIndex = 1 << 20;

    /// <summary>True where the paths are those of an exchange archive: an index of this version, or result files under DATA.</summary>
    public static bool LooksLike(IEnumerable<string> paths) => paths.Any(path => Kind(path) is Part.Index or Part.Summary
        || (Kind(path) is Part.Result && CheckupFileName.Parse(FileName(path)) is { Kind: 'h' or 'g' }));

    /// <param name="name">The archive's name, said before the path in positions; empty for the path alone.</param>
    public static async IAsyncEnumerable<ReadItem> Read(
        IReadOnlyList<CheckupArchiveEntry> entries, string name, ReadLimits limits, [EnumeratorCancellation] CancellationToken cancel)
    {
        var results = 0;
        var resources = 0;
        int? counted = null;
        SourcePosition? index = null;
        var claims = 0;
        foreach (var entry in entries.OrderBy(each => Kind(each.Path)).ThenBy(each => each.Path, StringComparer.Ordinal))
        {
            var place = new SourcePosition(name.Length == 0 ? entry.Path : $"{name}/{entry.Path}");
            switch (Kind(entry.Path))
            {
                case Part.Folder or Part.Schema:
                    break;
                case Part.Claim:
                    if (claims++ == 0)
                        yield return new NotUnderstood(place, new Error("checkup.claims", "The settlement files (CLAIMS) are no records of a person; they were not read."));
                    break;
                case Part.Index or Part.Summary:
                    await using (var stream = entry.Open())
                    {
                        var head = await Head(stream, Kind(entry.Path) is Part.Index ? "index" : "summary", cancel);
                        if (!head.IsOk)
                            yield return new NotUnderstood(place, head.Error);
                        else if (Kind(entry.Path) is Part.Index || counted is null)
                            (counted, index) = (head.Value, place);
                    }

                    break;
                case Part.Result:
                    results++;
                    await using (var stream = entry.Open())
                    {
                        var document = new List<ReadItem>();
                        await foreach (var item in SpecificCheckupReader.Read(stream, place.File, limits with { Resources = limits.Resources - resources }, cancel))
                            document.Add(item);
                        if (document is [.., ReadStopped stopped])
                            document = [stopped.Reason.Code is "mynumber.found" or "read.resources" ? stopped : new NotUnderstood(stopped.Position, stopped.Reason)];
                        foreach (var item in document)
                        {
                            yield return item;
                            if (item is ReadStopped)
                                yield break;
                        }

                        resources += document.Count(item => item is ReadResource);
                    }

                    break;
                default:
                    yield return new NotUnderstood(place, new Error("checkup.file", "This file has no place in an archive of checkup results; it was not read."));
                    break;
            }
        }

        if (results == 0)
            yield return new NotUnderstood(index ?? new SourcePosition(""), new Error("checkup.empty", "The archive has no result files (DATA)."));
        // Senders count the settlements in or out.
        if (counted is { } said && said != results && said != results + claims)
            yield return new NotUnderstood(index!.Value, new Error("checkup.count", $"The index says {said} results; the archive has {results}."));
    }

    private enum Part
    {
        Index,
        Summary,
        Result,
        Claim,
        Schema,
        Folder,
        Other,
    }

    private static Part Kind(string path)
    {
        if (path.EndsWith('/'))
            return Part.Folder;
        var name = FileName(path).ToUpperInvariant();
        var folders = path.ToUpperInvariant().Split('/')[..^1];
        if (name == "IX08_V08.XML")
            return Part.Index;
        if (name == "SU08_V08.XML")
            return Part.Summary;
        if (folders.Contains("CLAIMS", StringComparer.Ordinal))
            return Part.Claim;
        if (folders.Contains("XSD", StringComparer.Ordinal) || name.EndsWith(".XSD", StringComparison.Ordinal))
            return Part.Schema;
        var built = CheckupFileName.Parse(FileName(path));
        if (built is { Kind: 'c' or 'p' })
            return Part.Claim;
        return built is not null || (name.EndsWith(".XML", StringComparison.Ordinal) && folders.Contains("DATA", StringComparer.Ordinal)) ? Part.Result : Part.Other;
    }

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];

    // Only the count is of use here: sender, receiver and amounts concern the offices, not the person.
    private static async ValueTask<Result<int>> Head(Stream stream, string root, CancellationToken cancel)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaximumIndex)
                return new Error("checkup.index", $"The {root} is larger than {MaximumIndex} bytes; it was not used.");
        }

        var text = XmlText.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), out _);
        if (!text.IsOk)
            return new Error("checkup.index", $"The {root} is in an encoding that is not read; it was not used.");
        try
        {
            using var source = new CdaSource(text.Value, "", depth: 16);
            var element = source.Whole(source.Root());
            if (element.Name != root || element.Namespace is not (Namespace2007 or Namespace2024))
                return new Error("checkup.index", $"The {root} is none of the known versions; it was not used.");
            var count = element.Children.FirstOrDefault(each => each.Name is "totalRecordCount" or "totalSubjectCount")?["value"];
            return int.TryParse(count, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
                ? number : new Error("checkup.index", $"The {root} does not say how many results there are.");
        }
        catch (Exception broken) when (broken is XmlException or ReadingStopped)
        {
            return new Error("checkup.index", $"The {root} is no well-formed XML; it was not used.");
        }
    }
}
