using System.Buffers;

namespace Tasuki.Formats;

/// <summary>Writes records as FHIR R4 NDJSON: UTF-8, one resource a line, LF. Holds one record at a time.</summary>
public static class NdjsonWriter
{
    /// <summary>The output stays open.</summary>
    public static async Task WriteAsync(Stream output, IAsyncEnumerable<ExportRecord> records, CancellationToken cancel)
    {
        var line = new ArrayBufferWriter<byte>(4096);
        await foreach (var record in records.WithCancellation(cancel))
            await WriteLine(output, record, line, cancel);
    }

    internal static async ValueTask WriteLine(Stream output, ExportRecord record, ArrayBufferWriter<byte> line, CancellationToken cancel)
    {
        line.ResetWrittenCount();
        record.WriteJson(line);
        line.Write("\n"u8);
        await output.WriteAsync(line.WrittenMemory, cancel);
    }
}
