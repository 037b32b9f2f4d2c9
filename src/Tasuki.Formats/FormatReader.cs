using System.Runtime.CompilerServices;
using Tasuki.Kernel;

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

    /// <param name="name">The name to say in positions; it decides nothing.</param>
    public static async IAsyncEnumerable<ReadItem> Read(Stream source, string name, ReadLimits limits, [EnumeratorCancellation] CancellationToken cancel)
    {
        var found = await FormatDetection.Look(source, limits, cancel);
        source.Position = 0;
        var items = found.Format switch
        {
            FileFormat.FhirBundle or FileFormat.FhirResource => JsonFile(source, name, found.Format, limits, cancel),
            FileFormat.FhirNdjson or FileFormat.Phr => NdjsonReader.Read(source, name, new ResourceIntake(limits), ReadContext.None, cancel),
            _ => Unreadable(name, found.Why!),
        };
        await foreach (var item in items.WithCancellation(cancel))
        {
            yield return item;
            if (item is ReadStopped)
                yield break;
        }
    }

    private static async IAsyncEnumerable<ReadItem> JsonFile(
        Stream source, string name, FileFormat format, ReadLimits limits, [EnumeratorCancellation] CancellationToken cancel)
    {
        var loaded = await JsonSource.Load(source, name, limits.JsonBytes, cancel);
        if (!loaded.IsOk)
        {
            yield return new ReadStopped(new SourcePosition(name), loaded.Error);
            yield break;
        }

        var intake = new ResourceIntake(limits);
        var items = format is FileFormat.FhirBundle
            ? BundleReader.Read(loaded.Value, intake, ReadContext.None, cancel)
            : intake.Take(loaded.Value.Bytes, loaded.Value.At(0, null), ReadContext.None).Select(Whole);
        foreach (var item in items)
            yield return item;
    }

    // The one resource of a file is the file: when its JSON is broken, nothing of it can be read.
    private static ReadItem Whole(ReadItem item) =>
        item is NotUnderstood said && said.Reason.Code.StartsWith("json.", StringComparison.Ordinal) ? new ReadStopped(said.Position, said.Reason) : item;

    private static async IAsyncEnumerable<ReadItem> Unreadable(string name, Error why)
    {
        await ValueTask.CompletedTask;
        yield return new ReadStopped(new SourcePosition(name), why);
    }
}
