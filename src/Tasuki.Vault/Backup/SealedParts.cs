using System.Buffers.Binary;
using System.Security.Cryptography;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.Backup;

/// <summary>The files of one section: each a sealed piece, bound to the backup, the section, its place and whether it is the last, so that none is swapped or left out.</summary>
internal static class SealedParts
{
    public static string PathOf(string folder, string section, int part) => Path.Combine(folder, $"{section}-{part:D6}.part");

    public static byte[] Bound(string backup, string section, int part, bool last) =>
        System.Text.Encoding.UTF8.GetBytes($"tasuki backup 1\n{backup}\n{section}\n{part}\n{(last ? "last" : "more")}");

    public static void Remove(string folder, string section)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $"{section}-??????.part"))
            File.Delete(file);
    }
}

/// <summary>Writes values of any length; what is full goes sealed to the disk, nothing plain ever does.</summary>
internal sealed class PartWriter(string folder, string backup, string section, byte[] key, int partSize, Action<int>? afterPart) : IDisposable
{
    private readonly byte[] _buffer = new byte[partSize];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _filled;

    public int Parts { get; private set; }

    public long Bytes { get; private set; }

    public async ValueTask Block(ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        await Write(length, cancel);
        await Write(value, cancel);
    }

    public async ValueTask Number(long value, CancellationToken cancel)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        await Write(bytes, cancel);
    }

    /// <summary>Returns the hash over all sealed files in order.</summary>
    public async Task<byte[]> Finish(CancellationToken cancel)
    {
        await Seal(last: true, cancel);
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    private async ValueTask Write(ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        while (value.Length > 0)
        {
            if (_filled == _buffer.Length)
                await Seal(last: false, cancel);
            var some = Math.Min(value.Length, _buffer.Length - _filled);
            value[..some].CopyTo(_buffer.AsMemory(_filled));
            _filled += some;
            value = value[some..];
        }
    }

    private async Task Seal(bool last, CancellationToken cancel)
    {
        Parts++;
        var sealedPart = Aead.Seal(key, [], _buffer.AsSpan(0, _filled), SealedParts.Bound(backup, section, Parts, last));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new FileStream(SealedParts.PathOf(folder, section, Parts), options))
        {
            await file.WriteAsync(sealedPart, cancel);
            file.Flush(flushToDisk: true);
        }

        _hash.AppendData(sealedPart);
        Bytes += sealedPart.Length;
        _filled = 0;
        afterPart?.Invoke(Parts);
    }
}

/// <summary>Reads what <see cref="PartWriter"/> wrote. A part that was altered, cut or exchanged ends it with <see cref="AlteredBackupException"/>.</summary>
internal sealed class PartReader(string folder, string backup, string section, byte[] key, int parts, Action<int>? afterPart)
{
    private byte[] _part = [];
    private int _at;
    private int _number;

    public async ValueTask<byte[]> Block(CancellationToken cancel)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(await Read(4, cancel));
        return await Read(length, cancel);
    }

    public async ValueTask<long> Number(CancellationToken cancel) => BinaryPrimitives.ReadInt64BigEndian(await Read(8, cancel));

    private async ValueTask<byte[]> Read(int length, CancellationToken cancel)
    {
        var value = new byte[length];
        var filled = 0;
        while (filled < length)
        {
            if (_at == _part.Length)
                await Next(cancel);
            var some = Math.Min(length - filled, _part.Length - _at);
            _part.AsSpan(_at, some).CopyTo(value.AsSpan(filled));
            _at += some;
            filled += some;
        }

        return value;
    }

    private async Task Next(CancellationToken cancel)
    {
        if (_number > 0)
            afterPart?.Invoke(_number);
        _number++;
        var path = SealedParts.PathOf(folder, section, _number);
        if (_number > parts || !File.Exists(path))
            throw new AlteredBackupException(section, _number);
        var sealedPart = await File.ReadAllBytesAsync(path, cancel);
        _part = Aead.Open(key, 0, sealedPart, SealedParts.Bound(backup, section, _number, last: _number == parts)) ?? throw new AlteredBackupException(section, _number);
        _at = 0;
    }
}

/// <summary>A piece of a backup does not open where it stands. Becomes an error at the edge.</summary>
internal sealed class AlteredBackupException(string section, int part) : Exception($"Part {part} of section '{section}' was altered, cut or exchanged: it does not open.");
