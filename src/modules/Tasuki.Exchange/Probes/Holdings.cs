using System.Security.Cryptography;
using System.Text;
using Tasuki.Exchange.Importing;
using Tasuki.Fhir;
using Tasuki.Formats;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Exchange.Probes;

/// <summary>
/// What somebody has, as lines that can be compared: a record with category, source and the hash of its bytes, a day of measurements with each of them, an original by its
/// bytes. The same thing twice is two lines.
/// </summary>
internal sealed class Holdings
{
    private readonly List<string> _lines = [];

    public int Records { get; private set; }

    public int Days { get; private set; }

    public int Files { get; private set; }

    public int All => _lines.Count;

    /// <summary>As it lies in the vault.</summary>
    public static async Task<Holdings> Stored(Session session, CancellationToken cancel)
    {
        var held = new Holdings();
        await foreach (var record in session.All(new RecordQuery { Order = RecordOrder.Stored }, cancel))
            held.Record(record.Resource, record.Class.Category, record.Origin.Kind, record.Origin.Name);
        await foreach (var day in session.Samples(null, null, null, cancel))
            held.Day(day);
        foreach (var file in await session.Files(cancel))
            held.File(file.Sha256);
        return held;
    }

    /// <summary>As the reader of imports found it in an export; null when a month of measurements does not read.</summary>
    public static async Task<Holdings?> Exported(FileContents contents, OwnExport archive, CancellationToken cancel)
    {
        var held = new Holdings();
        foreach (var record in contents.Resources)
            held.Record(record.Resource, record.Category, record.Source, record.SourceName);
        await foreach (var (_, _, month) in archive.Samples(cancel))
        {
            if (!month.IsOk)
                return null;
            foreach (var day in month.Value)
                held.Day(day);
        }

        foreach (var (_, entry) in archive.OriginalEntries)
        {
            await using var content = await archive.OpenOriginal(entry, cancel);
            held.File(await SHA256.HashDataAsync(content, cancel));
        }

        return held;
    }

    public void Record(CanonicalResource resource, DataCategory? category, SourceKind? source, string? name)
    {
        Records++;
        _lines.Add($"{resource.Type}|{category}|{source}|{name}|{Convert.ToHexString(SHA256.HashData(resource.Json.Span))}");
    }

    public void Day(SampleDay day)
    {
        Days++;
        _lines.Add($"{day.Metric}|{day.Unit}|{day.Day.DayNumber}|{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(';', day.Samples))))}");
    }

    public void File(byte[] sha256)
    {
        Files++;
        _lines.Add(Convert.ToHexString(sha256));
    }

    /// <summary>How many lines of this the other does not have.</summary>
    public int MissingIn(Holdings other)
    {
        var there = other._lines.GroupBy(line => line, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        return _lines.GroupBy(line => line, StringComparer.Ordinal).Sum(group => Math.Max(0, group.Count() - there.GetValueOrDefault(group.Key)));
    }
}
