using System.Runtime.CompilerServices;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Reads FHIR resources one a line, in a stream of any length within its bound, holding one line at a time. A broken line is said, the rest is read.</summary>
internal static class NdjsonReader
{
    public static async IAsyncEnumerable<ReadItem> Read(
        Stream source, string file, ResourceIntake intake, ReadContext context, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var line in Lines.Read(source, intake.Limits.LineBytes, intake.Limits.NdjsonBytes, cancel))
        {
            var position = new SourcePosition(file, line.Number, 1);
            if (line.Fault is { } fault)
            {
                if (fault is LineFault.FileTooLong)
                {
                    yield return new ReadStopped(position, new Error("file.size", $"The file is larger than {intake.Limits.NdjsonBytes} bytes, which is the most that is read."));
                    yield break;
                }

                yield return new NotUnderstood(position, new Error("ndjson.line", $"The line is longer than {intake.Limits.LineBytes} bytes; it is skipped."));
                continue;
            }

            if (line.Number == 1 && Encodings.IsUtf16(line.Bytes.Span))
            {
                yield return new ReadStopped(position, Encodings.NotUtf8(line.Bytes.Span)!);
                yield break;
            }

            foreach (var item in intake.Take(line.Bytes, position, context))
            {
                yield return item;
                if (item is ReadStopped)
                    yield break;
            }
        }
    }
}
