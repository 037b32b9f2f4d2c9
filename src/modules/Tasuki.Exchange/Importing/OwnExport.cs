using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Tasuki.Exchange.Exporting;
using Tasuki.Formats;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// What our own export holds beside records: months of detailed measurements and the originals. The reader of the format has looked the archive over before, so
/// paths are clean and nothing overlaps; how far an entry may swell is counted here again.
/// </summary>
internal sealed class OwnExport : IDisposable
{
    private const string Originals = "originals/";

    private readonly ZipArchive _zip;
    private readonly ReadLimits _limits;
    private readonly string _root;

    private OwnExport(ZipArchive zip, string root, ReadLimits limits) => (_zip, _root, _limits) = (zip, root, limits);

    /// <summary>Null when the archive has no manifest of ours.</summary>
    public static OwnExport? Open(Stream source, ReadLimits limits)
    {
        source.Position = 0;
        var zip = new ZipArchive(source, ZipArchiveMode.Read, leaveOpen: true);
        const string Manifest = "manifest.json";
        var manifest = zip.Entries.Where(entry => entry.Name == Manifest).MinBy(entry => entry.FullName.Length);
        return manifest is null ? null : new OwnExport(zip, manifest.FullName[..^Manifest.Length], limits);
    }

    public int OriginalCount => Under(Originals).Count();

    /// <summary>Month after month. Errors: <c>import.samples</c>, with the path of the file and the place in it.</summary>
    public async IAsyncEnumerable<(string Path, string? WrongAt, Result<IReadOnlyList<SampleDay>> Days)> Samples([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var entry in Under(SamplesFile.Folder))
        {
            var bytes = await Bytes(entry, _limits.JsonBytes, cancel);
            var (days, wrongAt) = bytes is null ? (null, null) : SamplesFile.Read(bytes);
            yield return (entry.FullName, wrongAt, days is null ? new Error("import.samples", "The file of measurements is not as this service writes it.") : Result.Of(days));
        }
    }

    public IEnumerable<(string Path, ZipArchiveEntry Entry)> OriginalEntries => Under(Originals).Select(entry => (entry.FullName, entry));

    /// <summary>Bounded by the size a ZIP may have.</summary>
    public async Task<Stream> OpenOriginal(ZipArchiveEntry entry, CancellationToken cancel) => new BoundedStream(await entry.OpenAsync(cancel), _limits.ZipBytes);

    /// <summary>
    /// Adds what is not there yet: measurements of a day are joined with those the account has, an original of the same bytes is kept once. Doing it again adds
    /// nothing, so a break in the middle is mended by a second try.
    /// </summary>
    public async Task<Result<(int SampleDays, int Originals)>> Store(Session session, CancellationToken cancel)
    {
        var days = 0;
        await foreach (var (_, _, month) in Samples(cancel))
        {
            if (!month.IsOk)
                return month.Error;
            var added = await Missing(session, month.Value, cancel);
            var written = await session.WriteSamples(added, cancel);
            if (!written.IsOk)
                return written.Error;
            days += added.Count;
        }

        var names = await Names(cancel);
        var known = (await session.Files(cancel)).Select(file => Convert.ToHexString(file.Sha256)).ToHashSet(StringComparer.Ordinal);
        var originals = 0;
        foreach (var (path, entry) in OriginalEntries)
        {
            await using (var content = await OpenOriginal(entry, cancel))
            {
                if (!known.Add(Convert.ToHexString(await SHA256.HashDataAsync(content, cancel))))
                    continue;
            }

            await using var again = await OpenOriginal(entry, cancel);
            var kept = await session.KeepFile(names.GetValueOrDefault(path[_root.Length..]) ?? entry.Name, "application/octet-stream", again, cancel);
            if (!kept.IsOk)
                return kept.Error;
            originals++;
        }

        return (days, originals);
    }

    public void Dispose() => _zip.Dispose();

    private static async Task<IReadOnlyList<SampleDay>> Missing(Session session, IReadOnlyList<SampleDay> incoming, CancellationToken cancel)
    {
        if (incoming.Count == 0)
            return [];
        var there = new Dictionary<(string, DateOnly), SampleDay>();
        await foreach (var day in session.Samples(null, incoming.Min(d => d.Day), incoming.Max(d => d.Day), cancel))
            there[(day.Metric, day.Day)] = day;
        var missing = new List<SampleDay>();
        foreach (var day in incoming.GroupBy(day => (day.Metric, day.Day)).Select(Joined))
        {
            if (!there.TryGetValue((day.Metric, day.Day), out var known))
                missing.Add(day);
            // Values under another unit cannot be joined; what the account has stays.
            else if (known.Unit == day.Unit && day.Samples.Except(known.Samples).Any())
                missing.Add(Joined([known, day]));
        }

        return missing;
    }

    // A day that stands alone stays as it was written.
    private static SampleDay Joined(IEnumerable<SampleDay> same) => same.ToList() is { Count: > 1 } several
        ? several[0] with { Samples = [.. several.SelectMany(day => day.Samples).Distinct().OrderBy(sample => sample.FromSecond).ThenBy(sample => sample.ToSecond)] }
        : same.First();

    private IEnumerable<ZipArchiveEntry> Under(string folder) =>
        _zip.Entries.Where(entry => entry.Name.Length > 0 && entry.FullName.StartsWith(_root + folder, StringComparison.Ordinal));

    private async Task<Dictionary<string, string>> Names(CancellationToken cancel)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (_zip.GetEntry(_root + "manifest.json") is not { } entry || await Bytes(entry, _limits.JsonBytes, cancel) is not { } bytes)
            return names;
        try
        {
            using var manifest = JsonDocument.Parse(bytes);
            foreach (var file in manifest.RootElement.GetProperty("files"u8).EnumerateArray())
            {
                if (RecordText.Text(file, "path") is { } path && RecordText.Text(file, "name") is { } name)
                    names[path] = name;
            }
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // The names are a comfort: without them the file keeps the name it has in the archive.
        }

        return names;
    }

    private static async Task<byte[]?> Bytes(ZipArchiveEntry entry, long limit, CancellationToken cancel)
    {
        await using var content = new BoundedStream(await entry.OpenAsync(cancel), limit);
        using var memory = new MemoryStream();
        try
        {
            await content.CopyToAsync(memory, cancel);
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return memory.ToArray();
    }

    /// <summary>Ends with <see cref="InvalidDataException"/> where more comes than may.</summary>
    private sealed class BoundedStream(Stream inner, long limit) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Counted(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask DisposeAsync() => inner.DisposeAsync();

        private int Counted(int read)
        {
            _read += read;
            return _read <= limit ? read : throw new InvalidDataException("An entry of the archive is larger than its kind may be.");
        }
    }
}
