using System.Buffers.Binary;
using System.Globalization;
using Tasuki.Kernel;

namespace Tasuki.Vault.Keys;

/// <summary>
/// Who was erased, as keyed hashes with a date, beside the ring and not in any database: a restored store is held against it. Append-only; an entry is on the
/// disk before <see cref="Add"/> returns. Entries of other processes are seen at the next question.
/// </summary>
internal sealed class ErasureList(KeyRing ring, MunicipalityId municipality, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private HashSet<string> _hashes = new(StringComparer.Ordinal);
    private long _readTo;

    public bool IsEmpty
    {
        get
        {
            Refresh();
            return _hashes.Count == 0;
        }
    }

    public bool Contains(ResidentNo resident)
    {
        Refresh();
        return _hashes.Count > 0 && _hashes.Contains(HashOf(resident));
    }

    public void Add(ResidentNo resident)
    {
        lock (_lock)
        {
            // Another server may be adding at the same moment.
            using var held = ring.LockFiles();
            if (Contains(resident))
                return;
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(ring.ErasurePath, options);
            // A crash in the middle of an entry leaves a line without its end; the next entry starts on a line of its own.
            file.Seek(0, SeekOrigin.End);
            var line = $"{HashOf(resident)} {clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}\n";
            file.Write(System.Text.Encoding.ASCII.GetBytes(EndsInsideALine(file) ? "\n" + line : line));
            file.Flush(flushToDisk: true);
        }

        Refresh();
    }

    private static bool EndsInsideALine(FileStream file)
    {
        if (file.Length == 0)
            return false;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }

    private void Refresh()
    {
        var file = new FileInfo(ring.ErasurePath);
        if (!file.Exists || file.Length == Volatile.Read(ref _readTo))
            return;
        lock (_lock)
        {
            using var stream = new FileStream(ring.ErasurePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            var text = reader.ReadToEnd();
            var hashes = new HashSet<string>(StringComparer.Ordinal);
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.IndexOf(' ', StringComparison.Ordinal) is 64)
                    hashes.Add(line[..64]);
            }

            _hashes = hashes;
            Volatile.Write(ref _readTo, text.Length);
        }
    }

    private string HashOf(ResidentNo resident)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, resident.Value);
        return Convert.ToHexString(ring.Mac(RingPurpose.Mac, $"erasure/{municipality}", number));
    }
}
