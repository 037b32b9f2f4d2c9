using System.Runtime.CompilerServices;
using Tasuki.Fhir;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Text;

namespace Tasuki.Formats;

/// <summary>
/// The one door to every reader: finds the format by content, then reads. The stream must be seekable (spools are); memory stays bounded by
/// <see cref="ReadLimits"/>, whatever the file.
/// </summary>
public static class FormatReader
{
    /// <summary>What the file is, by its content alone. Leaves the stream at its beginning. Never throws for what stands in the file.</summary>
    public static async ValueTask<FileFormat> Detect(Stream source, CancellationToken cancel)
    {
        var found = await FormatDetection.Look(source, ReadLimits.Default, cancel);
        source.Position = 0;
        return found.Format;
    }

    /// <summary>
    /// What stands in the file, in its order. What is not understood is said and the rest is read; a <see cref="ReadStopped"/> is the last item, and then nothing of
    /// the file may be used. Throws only when the stream itself fails or <paramref name="cancel"/> fires.
    /// </summary>
    /// <param name="name">The name to say in positions; it decides nothing.</param>
    public static async IAsyncEnumerable<ReadItem> Read(Stream source, string name, ReadLimits limits, [EnumeratorCancellation] CancellationToken cancel)
    {
        var found = await FormatDetection.Look(source, limits, cancel);
        source.Position = 0;
        await using var items = Open(found, source, name, limits, cancel).GetAsyncEnumerator(cancel);
        while (true)
        {
            ReadItem item;
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
                item = items.Current;
            }
            catch (ZipFault fault)
            {
                item = new ReadStopped(new SourcePosition(fault.Path.Length > 0 ? $"{name}/{fault.Path}" : name), fault.Reason);
            }

            yield return item;
            if (item is ReadStopped)
                yield break;
        }
    }

    /// <summary>The item that refuses a text with a My Number in it, naming the place and never the number.</summary>
    internal static ReadStopped? MyNumberIn(ReadOnlySpan<byte> utf8, SourcePosition start)
    {
        if (MyNumberScan.Find(utf8) is not { } offset)
            return null;
        var (line, column) = JsonText.PositionOf(utf8, offset);
        var position = start with { Line = (start.Line ?? 1) + line - 1, Column = line == 1 ? (start.Column ?? 1) + column - 1 : column };
        return new ReadStopped(position, new Error("mynumber.found", "A My Number (個人番号) stands here. It must not be brought in; remove it from the file first."));
    }

    /// <summary>What the end of one file means for the archive around it: some reasons hold for all of it.</summary>
    internal static ReadItem Refused(SourcePosition position, Error reason) =>
        reason.Code is "mynumber.found" or "file.resources" ? new ReadStopped(position, reason) : new NotUnderstood(position, reason);

    private static IAsyncEnumerable<ReadItem> Open(FormatDetection.Found found, Stream source, string name, ReadLimits limits, CancellationToken cancel) => found.Format switch
    {
        FileFormat.FhirBundle or FileFormat.FhirResource or FileFormat.Measurements => Json(source, name, found.First, limits, cancel),
        FileFormat.FhirNdjson => NdjsonReader.Read(source, name, new ResourceIntake(limits), ReadContext.None, cancel),
        FileFormat.Phr => new PhrReader(new ResourceIntake(limits), name, new ReadContext(Source: SourceKind.OtherPhr)).Read(source, cancel),
        FileFormat.SpecificCheckupXml => SpecificCheckupReader.Read(source, name, limits, cancel),
        FileFormat.SpecificCheckupArchive when found.Archive!.IsExchangeArchive => CheckupArchive.Read(found.Archive.Entries, name, limits, cancel),
        FileFormat.SpecificCheckupArchive or FileFormat.Sphr or FileFormat.TasukiExport or FileFormat.Archive => new ArchiveReader(found.Archive!, name, limits).Read(cancel),
        _ => Unreadable(found.Path is { Length: > 0 } path ? $"{name}/{path}" : name, found.Why ?? FormatDetection.NothingKnown),
    };

    private static async IAsyncEnumerable<ReadItem> Json(Stream source, string name, JsonFirst? first, ReadLimits limits, [EnumeratorCancellation] CancellationToken cancel)
    {
        var loaded = await JsonSource.Load(source, name, limits.JsonBytes, cancel);
        if (!loaded.IsOk)
        {
            yield return new ReadStopped(new SourcePosition(name), loaded.Error);
            yield break;
        }

        foreach (var item in JsonReader.Read(loaded.Value, first, new ResourceIntake(limits), ReadContext.None, cancel))
            yield return item;
    }

    private static async IAsyncEnumerable<ReadItem> Unreadable(string name, Error why)
    {
        await ValueTask.CompletedTask;
        yield return new ReadStopped(new SourcePosition(name), why);
    }
}
