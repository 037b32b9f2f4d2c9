using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>One file in a ZIP. The path is clean: relative, forward slashes, no dots, unique.</summary>
internal sealed record ZipItem(string Path, long Packed, long Declared, uint Crc, bool Deflated, long Header, int NameLength);

/// <summary>
/// A ZIP (APPNOTE 6.3) read with distrust: names are checked, sizes counted while inflating, nothing is written to disk, memory stays that of one buffer.
/// Refused are too many entries, paths that lead out, links, encrypted or overlapping entries, contents that swell beyond their bounds or differ from
/// what the directory says.
/// </summary>
internal sealed class SafeZip
{
    private const int LongestPath = 1024;
    private const int EndSize = 22;
    private const uint EndMark = 0x06054b50;
    private const uint DirectoryMark = 0x02014b50;
    private const uint LocalMark = 0x04034b50;
    private const uint Zip64LocatorMark = 0x07064b50;
    private const uint Zip64EndMark = 0x06064b50;
    private const long RatioFrom = 1 << 20;

    private readonly Stream _source;
    private readonly ReadLimits _limits;
    private readonly List<ZipItem> _items = [];
    private readonly SafeZip? _outer;
    private long _unpacked;

    private SafeZip(Stream source, ReadLimits limits, SafeZip? outer)
    {
        _source = source;
        _limits = limits;
        _outer = outer;
    }

    public IReadOnlyList<ZipItem> Items => _items;

    /// <exception cref="ZipFault">The archive is damaged or unsafe; the whole of it must not be used.</exception>
    public static SafeZip Open(Stream source, ReadLimits limits, SafeZip? outer = null)
    {
        if (source.Length > limits.ZipBytes)
            throw Fault("", "zip.size", $"The ZIP is {source.Length} bytes large; at most {limits.ZipBytes} are read.");
        var zip = new SafeZip(source, limits, outer);
        try
        {
            zip.ReadDirectory();
        }
        catch (EndOfStreamException)
        {
            throw Fault("", "zip.damaged", "The ZIP is damaged or cut off.");
        }

        return zip;
    }

    /// <summary>The contents of an entry, inflated as they are read. One stream at a time.</summary>
    /// <exception cref="ZipFault">While reading: the entry is damaged or swells beyond its bounds.</exception>
    public Stream Read(ZipItem item)
    {
        var start = DataStart(item);
        var packed = new PartOfStream(_source, start, item.Packed);
        return new CountedStream(this, item, item.Deflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed);
    }

    private static ZipFault Fault(string path, string code, string sentence) => new(path, new Error(code, sentence));

    private void ReadDirectory()
    {
        var (offset, end) = FindDirectory();
        _source.Position = offset;
        var reader = new BufferedStream(_source, 64 * 1024);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var spans = new List<(long From, long To, string Path)>();
        Span<byte> fixedPart = stackalloc byte[46];
        for (var position = offset; position + 46 <= end;)
        {
            reader.ReadExactly(fixedPart);
            if (BinaryPrimitives.ReadUInt32LittleEndian(fixedPart) != DirectoryMark)
                break;
            if (spans.Count == _limits.ZipEntries)
                throw Fault("", "zip.entries", $"The ZIP holds more than {_limits.ZipEntries} entries.");
            var lengths = (Name: Short(fixedPart, 28), Extra: Short(fixedPart, 30), Comment: Short(fixedPart, 32));
            var rest = new byte[lengths.Name + lengths.Extra + lengths.Comment];
            reader.ReadExactly(rest);
            position += 46 + rest.Length;
            Take(fixedPart, rest, lengths.Name, lengths.Extra, seen, spans);
        }

        spans.Sort();
        for (var i = 0; i < spans.Count; i++)
        {
            if (spans[i].To > offset || (i > 0 && spans[i].From < spans[i - 1].To))
                throw Fault(spans[i].Path, "zip.overlap", "Entries of the ZIP lie over one another, as in an archive made to swell.");
        }
    }

    private void Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest, int nameLength, int extraLength, HashSet<string> seen, List<(long, long, string)> spans)
    {
        var flags = Short(head, 8);
        var path = CleanPath(rest[..nameLength], utf8: (flags & 0x800) != 0, out var isFolder);
        if ((flags & 0x2041) != 0)
            throw Fault(path, "zip.encrypted", "The ZIP is protected by a password and cannot be read. Unpack it and bring the file inside.");
        // The upper half holds the Unix mode: a link points at files that are none of the archive's.
        if ((Int(head, 38) >> 16 & 0xF000) == 0xA000)
            throw Fault(path, "zip.link", "The ZIP holds a link instead of a file.");
        if (!seen.Add(path))
            throw Fault(path, "zip.twice", "The ZIP holds two entries of one name.");

        long packed = Int(head, 20), declared = Int(head, 24), header = Int(head, 42);
        Zip64(rest.Slice(nameLength, extraLength), ref declared, ref packed, ref header, path);
        spans.Add((header, header + 30 + nameLength + packed, path));
        if (isFolder)
            return;
        var method = Short(head, 10);
        if (method is not (0 or 8))
            throw Fault(path, "zip.method", "An entry of the ZIP is packed in a way that cannot be read (neither stored nor DEFLATE).");
        if (method == 0 && packed != declared)
            throw Fault(path, "zip.damaged", "The ZIP contradicts itself about the size of an entry.");
        _items.Add(new ZipItem(path, packed, declared, Int(head, 16), method == 8, header, nameLength));
    }

    private static void Zip64(ReadOnlySpan<byte> extra, ref long declared, ref long packed, ref long header, string path)
    {
        const long Elsewhere = uint.MaxValue;
        if (declared != Elsewhere && packed != Elsewhere && header != Elsewhere)
            return;
        while (extra.Length >= 4)
        {
            var size = Short(extra, 2);
            if (4 + size > extra.Length)
                break;
            if (Short(extra, 0) == 1)
            {
                var values = extra.Slice(4, size);
                if (Next(ref values, ref declared) && Next(ref values, ref packed) && Next(ref values, ref header))
                    return;
                break;
            }

            extra = extra[(4 + size)..];
        }

        throw Fault(path, "zip.damaged", "The ZIP is damaged: the size of an entry is missing.");

        static bool Next(ref ReadOnlySpan<byte> values, ref long field)
        {
            if (field != Elsewhere)
                return true;
            if (values.Length < 8)
                return false;
            field = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[8..];
            return field >= 0 && field < long.MaxValue / 4;
        }
    }

    private static string CleanPath(ReadOnlySpan<byte> bytes, bool utf8, out bool isFolder)
    {
        var path = NameOf(bytes, utf8);
        isFolder = path.EndsWith('/');
        var clean = isFolder ? path[..^1] : path;
        if (clean.Length == 0 || clean.Length > LongestPath || clean.Any(char.IsControl))
            throw Fault("", "zip.path", "An entry of the ZIP has an impossible name.");
        if (clean.StartsWith('/') || clean.Contains('\\', StringComparison.Ordinal) || (clean.Length > 1 && clean[1] is ':')
            || clean.Split('/').Any(part => part is "" or "." or ".."))
        {
            throw Fault("", "zip.path", "An entry of the ZIP has a name that leads out of the archive.");
        }

        return clean.Normalize(NormalizationForm.FormC);
    }

    // The flag says UTF-8; without it Japanese Windows wrote CP932, and many others wrote UTF-8 all the same.
    private static string NameOf(ReadOnlySpan<byte> bytes, bool utf8)
    {
        if (bytes.Contains((byte)0))
            throw Fault("", "zip.path", "An entry of the ZIP has an impossible name.");
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        try
        {
            return utf8 ? throw Fault("", "zip.path", "An entry of the ZIP has a name that is not the UTF-8 it claims to be.") : Encodings.ShiftJis.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Fault("", "zip.path", "An entry of the ZIP has a name in no known encoding.");
        }
    }

    private (long Offset, long End) FindDirectory()
    {
        var length = _source.Length;
        var tail = new byte[(int)Math.Min(length, EndSize + ushort.MaxValue)];
        _source.Position = length - tail.Length;
        _source.ReadExactly(tail);
        for (var at = tail.Length - EndSize; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndMark || at + EndSize + Short(end, 20) > tail.Length)
                continue;
            var position = length - tail.Length + at;
            if (Short(end, 4) is not (0 or ushort.MaxValue) || Short(end, 4) != Short(end, 6))
                throw Fault("", "zip.parts", "The ZIP is one part of several; all parts must be joined first.");
            long size = Int(end, 12), offset = Int(end, 16);
            if (size == uint.MaxValue || offset == uint.MaxValue)
                (size, offset) = Zip64Directory(position);
            if (offset < 0 || size < 0 || offset + size > position)
                throw Fault("", "zip.damaged", "The ZIP is damaged: its directory lies outside of it.");
            return (offset, offset + size);
        }

        throw Fault("", "zip.damaged", "The ZIP is damaged or cut off: it has no directory.");
    }

    private (long Size, long Offset) Zip64Directory(long end)
    {
        var locator = new byte[20];
        if (end < locator.Length)
            throw Fault("", "zip.damaged", "The ZIP is damaged.");
        _source.Position = end - locator.Length;
        _source.ReadExactly(locator);
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Zip64LocatorMark || at < 0 || at > end - 56)
            throw Fault("", "zip.damaged", "The ZIP is damaged.");
        var record = new byte[56];
        _source.Position = at;
        _source.ReadExactly(record);
        return BinaryPrimitives.ReadUInt32LittleEndian(record) == Zip64EndMark
            ? (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)))
            : throw Fault("", "zip.damaged", "The ZIP is damaged.");
    }

    private long DataStart(ZipItem item)
    {
        Span<byte> head = stackalloc byte[30];
        try
        {
            _source.Position = item.Header;
            _source.ReadExactly(head);
        }
        catch (EndOfStreamException)
        {
            throw Fault(item.Path, "zip.damaged", "An entry of the ZIP lies outside of it.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != LocalMark || Short(head, 26) != item.NameLength || Short(head, 8) != (item.Deflated ? 8 : 0))
            throw Fault(item.Path, "zip.damaged", "The ZIP contradicts itself about an entry.");
        var start = item.Header + 30 + item.NameLength + Short(head, 28);
        return start + item.Packed <= _source.Length ? start : throw Fault(item.Path, "zip.damaged", "An entry of the ZIP lies outside of it.");
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private void Count(ZipItem item, long soFar, int more)
    {
        for (var zip = this; zip is not null; zip = zip._outer)
            zip._unpacked += more;
        if (Math.Max(_unpacked, _outer?._unpacked ?? 0) > _limits.UnpackedBytes)
            throw Fault(item.Path, "zip.bomb", $"The ZIP swells to more than {_limits.UnpackedBytes} bytes.");
        if (soFar > RatioFrom && soFar > Math.Max(1, item.Packed) * _limits.ZipRatio)
            throw Fault(item.Path, "zip.bomb", $"An entry of the ZIP swells to more than {_limits.ZipRatio} times its size.");
        if (soFar > item.Declared)
            throw Fault(item.Path, "zip.damaged", "An entry of the ZIP is larger than the ZIP says.");
    }

    /// <summary>A stretch of the archive. It sets the position before every read, because the archive's stream has one position for all.</summary>
    private sealed class PartOfStream(Stream source, long start, long length) : ReadingStream
    {
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            var want = (int)Math.Min(buffer.Length, length - _at);
            if (want == 0)
                return 0;
            source.Position = start + _at;
            var read = source.Read(buffer[..want]);
            _at += read;
            return read;
        }
    }

    /// <summary>Counts what comes out and compares it with the directory at the end.</summary>
    private sealed class CountedStream(SafeZip zip, ZipItem item, Stream contents) : ReadingStream
    {
        private readonly Crc32 _crc = new();
        private long _soFar;

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty)
                return 0;
            int read;
            try
            {
                read = contents.Read(buffer);
            }
            catch (InvalidDataException)
            {
                throw Fault(item.Path, "zip.damaged", "An entry of the ZIP is damaged.");
            }

            _soFar += read;
            zip.Count(item, _soFar, read);
            _crc.Add(buffer[..read]);
            if (read == 0 && (_soFar != item.Declared || _crc.Value != item.Crc))
                throw Fault(item.Path, "zip.damaged", "An entry of the ZIP is damaged: it is not what the ZIP says it is.");
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                contents.Dispose();
            base.Dispose(disposing);
        }
    }
}
