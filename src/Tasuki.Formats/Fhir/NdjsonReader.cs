using System.Runtime.CompilerServices;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Reads FHIR resources one a line, in a stream of any length within its bound, holding one line at a time. A broken line is said, the rest is read.</summary>
internal static class NdjsonReader
{
    public static IAsyncEnumerable<ReadItem> Read(Stream source, string file, ResourceIntake intake, ReadContext context, CancellationToken cancel) =>
        Read(source, file, intake, (line, position) => intake.Take(line, position, context), cancel);

    /// <param name="take">What to do with a line.</param>
    public static async IAsyncEnumerable<ReadItem> Read(
        Stream source, string file, ResourceIntake intake, Func<ReadOnlyMemory<byte>, SourcePosition, IReadOnlyList<ReadItem>> take, [EnumeratorCancellation] CancellationToken cancel)
    {
        var limits = intake.Limits;
        await foreach (var line in Lines.Read(source, limits.LineBytes, limits.NdjsonBytes, cancel))
        {
            var position = new SourcePosition(file, line.Number, 1);
            if (line.Fault is LineFault.FileTooLong)
            {
                yield return new ReadStopped(position, new Error("file.size", $"The file is larger than {limits.NdjsonBytes} bytes, which is the most that is read."));
                yield break;
            }

            if (line.Fault is LineFault.LineTooLong)
            {
                yield return new NotUnderstood(position, new Error("ndjson.line", $"The line is longer than {limits.LineBytes} bytes; it is skipped."));
                continue;
            }

            if (FormatReader.MyNumberIn(line.Bytes.Span, position) is { } stopped)
            {
                yield return stopped;
                yield break;
            }

            foreach (var item in take(line.Bytes, position))
            {
                yield return item;
                if (item is ReadStopped)
                    yield break;
            }
        }
    }
}
