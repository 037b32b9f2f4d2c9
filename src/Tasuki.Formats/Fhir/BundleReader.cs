using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>
/// Reads a FHIR Bundle of any type. One pass finds the entries, a second reads them one by one; the whole model is never built. Bundles inside a bundle (split
/// prescriptions) are opened too.
/// </summary>
internal static class BundleReader
{
    // A split prescription nests one level. More than this is no document but an attack on the stack.
    private const int DeepestBundle = 4;

    public static IEnumerable<ReadItem> Read(JsonSource source, ResourceIntake intake, ReadContext outer, CancellationToken cancel) =>
        Read(source, 0, source.Bytes.Length, "Bundle", 1, intake, outer, cancel);

    private static IEnumerable<ReadItem> Read(
        JsonSource source, int start, int length, string path, int level, ResourceIntake intake, ReadContext outer, CancellationToken cancel)
    {
        var (index, stopped) = IndexOf(source, start, length, path, level, intake.Limits);
        if (index is null)
        {
            yield return stopped!;
            yield break;
        }

        var context = DocumentContext.Of(index, source, outer);
        foreach (var entry in index.Entries)
        {
            cancel.ThrowIfCancellationRequested();
            var entryPath = $"{path}.entry[{entry.Number}]";
            if (!entry.HasResource)
            {
                yield return new NotUnderstood(new SourcePosition(source.File, Path: entryPath), new Error("bundle.entry", "This entry of the bundle holds no resource."));
                continue;
            }

            var position = source.At(entry.Start, entryPath + ".resource");
            if (string.Equals(entry.Type, "Bundle", StringComparison.Ordinal))
            {
                if (level == DeepestBundle)
                {
                    yield return new NotUnderstood(position, new Error("bundle.depth", $"Bundles stand inside one another more than {DeepestBundle} levels deep; this one is not opened."));
                    continue;
                }

                foreach (var item in Read(source, entry.Start, entry.Length, entryPath + ".resource", level + 1, intake, context, cancel))
                {
                    yield return item;
                    if (item is ReadStopped)
                        yield break;
                }

                continue;
            }

            foreach (var item in intake.Take(source.Bytes.Slice(entry.Start, entry.Length), position, context, BundleIndex.NameOf(entry)))
            {
                yield return item;
                if (item is ReadStopped)
                    yield break;
            }
        }
    }

    private static (BundleIndex? Index, ReadStopped? Stopped) IndexOf(JsonSource source, int start, int length, string path, int level, ReadLimits limits)
    {
        var json = source.Bytes.Slice(start, length).Span;
        try
        {
            // Inner bundles are looked through with the outer one, so the outermost pass allows for all levels.
            var index = BundleIndex.Read(json, start, limits.Depth + 3 * (DeepestBundle - level), limits.Resources);
            if (index.Entries.Count > limits.Resources)
                return (null, new ReadStopped(new SourcePosition(source.File, Path: path), new Error("file.resources", $"The bundle holds more than {limits.Resources} entries, which is the most that are read.")));
            return (index, null);
        }
        catch (JsonException broken) when (broken.Message.StartsWith("Duplicate", StringComparison.Ordinal))
        {
            return (null, new ReadStopped(source.At(start + (int)broken.BytePositionInLine!, path), new Error("json.duplicate", "An element stands twice in the same object, so it cannot be told which one counts.")));
        }
        catch (JsonException broken) when (broken.Message.StartsWith("Text.", StringComparison.Ordinal))
        {
            return (null, new ReadStopped(source.At(start + (int)broken.BytePositionInLine!, path), new Error("json.text", "A NUL or half a surrogate pair stands in the text.")));
        }
        catch (JsonException broken)
        {
            var (reason, position) = JsonSource.Broken(broken, source.At(start, path));
            return (null, new ReadStopped(position, reason));
        }
    }
}
