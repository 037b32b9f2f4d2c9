namespace Tasuki.Vault.RecordStore;

/// <summary>An original file, read chunk by chunk: one opened chunk is in memory at a time, whatever the file's size.</summary>
internal sealed class ChunkStream(OriginalFiles files, StoredFile file) : Stream
{
    private byte[] _chunk = [];
    private long _chunkNo = -1;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Size;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= file.Size || buffer.Length == 0)
            return 0;
        var wanted = Position / OriginalFiles.ChunkSize;
        if (wanted != _chunkNo)
        {
            _chunk = await files.Chunk(file.FileNo, wanted, cancellationToken);
            _chunkNo = wanted;
        }

        var start = (int)(Position % OriginalFiles.ChunkSize);
        var length = Math.Min(buffer.Length, _chunk.Length - start);
        _chunk.AsMemory(start, length).CopyTo(buffer);
        Position += length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Readers of archives and XML read without waiting; the chunk comes from a local file or one round trip.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => file.Size + offset,
        };
        if (target < 0)
            throw new IOException("A position before the start of the file.");
        return Position = target;
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
