using System.IO.Compression;
using Tasuki.Formats;
using Tasuki.Kernel;

namespace Tasuki.Sandbox;

/// <summary>A resident's records in archives, and the measurements of an SPHR as files of their own.</summary>
internal static class SphrFiles
{
    /// <summary>Files under their names, with the time of <paramref name="until"/>, so the same files give the same archive.</summary>
    public static byte[] Zip(IReadOnlyList<(string Name, byte[] Bytes)> files, DateOnly until)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                var entry = zip.CreateEntry(name);
                entry.LastWriteTime = TokyoDay.StartOf(until);
                using var content = entry.Open();
                content.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Tasuki's own export.</summary>
    public static async Task<byte[]> Export(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records, DateOnly until, CancellationToken cancel)
    {
        var made = TokyoDay.StartOf(until).AddHours(12);
        var zip = new MemoryStream();
        await SphrWriter.WriteAsync(zip, new SphrExport("example.tasuki.sandbox", "たすき市の試験データ", made), Exported(resident, records, made), cancel);
        return zip.ToArray();
    }

    /// <summary>Open mHealth and IEEE 1752.1 files as another service would hand them out.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Measurements(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive), ZipArchiveMode.Read);
        foreach (var entry in zip.Entries.Where(entry => entry.Name.EndsWith(".json", StringComparison.Ordinal)))
        {
            using var content = entry.Open();
            var bytes = new MemoryStream();
            content.CopyTo(bytes);
            yield return ($"measurements-{entry.Name}", bytes.ToArray());
        }
    }

    private static async IAsyncEnumerable<ExportRecord> Exported(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records, DateTimeOffset made)
    {
        await ValueTask.CompletedTask;
        var names = FhirFiles.Names(resident, records);
        foreach (var record in records)
        {
            yield return new ExportRecord(
                FhirFiles.Rewritten(record.Resource, resident.PatientUrl, names), LocalUrl.Id(record.LocalUrl!), 1, made, record.Category, record.Source, record.SourceName);
        }
    }
}
