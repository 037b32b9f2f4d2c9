using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// A chunk on disk is nonce (12), tag (16), ciphertext. Every chunk but the last holds <see cref="Plain"/> bytes, so any position is found without reading what
/// lies before it. The associated data bind spool, chunk number and whether it is the last: chunks cannot be swapped, and a cut-off file does not open.
/// </summary>
internal static class SpoolChunk
{
    public const int Plain = 64 << 10;
    public const int KeyBytes = 32;
    private const int Nonce = 12;
    private const int Tag = 16;

    public const int Head = Nonce + Tag;

    public static void Seal(AesGcm cipher, string id, long number, bool last, ReadOnlySpan<byte> plain, Span<byte> output)
    {
        RandomNumberGenerator.Fill(output[..Nonce]);
        cipher.Encrypt(output[..Nonce], plain, output[Head..], output[Nonce..Head], Bound(id, number, last));
    }

    public static void Open(AesGcm cipher, string id, long number, bool last, ReadOnlySpan<byte> chunk, Span<byte> plain) =>
        cipher.Decrypt(chunk[..Nonce], chunk[Head..], chunk[Nonce..Head], plain, Bound(id, number, last));

    private static byte[] Bound(string id, long number, bool last)
    {
        var bound = new byte[Encoding.UTF8.GetByteCount(id) + 9];
        BinaryPrimitives.WriteInt64BigEndian(bound, number);
        bound[8] = last ? (byte)1 : (byte)0;
        Encoding.UTF8.GetBytes(id, bound.AsSpan(9));
        return bound;
    }
}

/// <summary>Takes bytes as they arrive and writes them encrypted. Only this object's own buffer ever holds them in clear.</summary>
internal sealed class SpoolWriter : IAsyncDisposable
{
    private readonly FileStream _file;
    private readonly AesGcm _cipher;
    private readonly string _id;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _plain = new byte[SpoolChunk.Plain];
    private readonly byte[] _sealed = new byte[SpoolChunk.Head + SpoolChunk.Plain];
    private int _held;
    private long _chunk;

    public SpoolWriter(string path, string id, byte[] key)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(path, options);
        _cipher = new AesGcm(key, 16);
        _id = id;
    }

    public long Length { get; private set; }

    public async ValueTask Write(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
        while (bytes.Length > 0)
        {
            // A full chunk is written only when more follows: the last one has to be marked as the last.
            if (_held == SpoolChunk.Plain)
                await Flush(last: false, cancel);
            var taken = Math.Min(bytes.Length, SpoolChunk.Plain - _held);
            bytes[..taken].CopyTo(_plain.AsMemory(_held));
            _held += taken;
            bytes = bytes[taken..];
        }
    }

    /// <summary>Writes the last chunk and returns the SHA-256 of everything.</summary>
    public async ValueTask<byte[]> Complete(CancellationToken cancel)
    {
        await Flush(last: true, cancel);
        await _file.FlushAsync(cancel);
        return _hash.GetHashAndReset();
    }

    public async ValueTask DisposeAsync()
    {
        CryptographicOperations.ZeroMemory(_plain);
        _cipher.Dispose();
        _hash.Dispose();
        await _file.DisposeAsync();
    }

    private async ValueTask Flush(bool last, CancellationToken cancel)
    {
        var size = SpoolChunk.Head + _held;
        SpoolChunk.Seal(_cipher, _id, _chunk++, last, _plain.AsSpan(0, _held), _sealed.AsSpan(0, size));
        await _file.WriteAsync(_sealed.AsMemory(0, size), cancel);
        _held = 0;
    }
}

/// <summary>Reads a spool at any position, one chunk in memory at a time. A chunk that was altered throws <see cref="IOException"/>.</summary>
internal sealed class SpoolStream : Stream
{
    private readonly FileStream _file;
    private readonly AesGcm _cipher;
    private readonly string _id;
    private readonly long _size;
    private readonly byte[] _plain = new byte[SpoolChunk.Plain];
    private readonly byte[] _sealed = new byte[SpoolChunk.Head + SpoolChunk.Plain];
    private long _open = -1;
    private long _position;

    public SpoolStream(string path, string id, byte[] key, long size)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        _cipher = new AesGcm(key, 16);
        _id = id;
        _size = size;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _size;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_position >= _size || buffer.IsEmpty)
            return 0;
        var chunk = _position / SpoolChunk.Plain;
        if (chunk != _open)
            OpenChunk(chunk);
        var within = (int)(_position % SpoolChunk.Plain);
        var taken = Math.Min(buffer.Length, SizeOf(chunk) - within);
        _plain.AsSpan(within, taken).CopyTo(buffer);
        _position += taken;
        return taken;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A chunk is 64 kB of a local file: reading it is as quick as handing it to another thread.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => _size + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CryptographicOperations.ZeroMemory(_plain);
            _cipher.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private int SizeOf(long chunk) => (int)Math.Min(SpoolChunk.Plain, _size - (chunk * SpoolChunk.Plain));

    private void OpenChunk(long chunk)
    {
        var size = SizeOf(chunk);
        var last = ((chunk + 1) * SpoolChunk.Plain) >= _size;
        var stored = _sealed.AsSpan(0, SpoolChunk.Head + size);
        _open = -1;
        try
        {
            _file.Position = chunk * (SpoolChunk.Head + SpoolChunk.Plain);
            _file.ReadExactly(stored);
            SpoolChunk.Open(_cipher, _id, chunk, last, stored, _plain.AsSpan(0, size));
        }
        catch (Exception altered) when (altered is CryptographicException or EndOfStreamException)
        {
            throw new IOException("A chunk of the spool does not open.", altered);
        }

        _open = chunk;
    }
}
