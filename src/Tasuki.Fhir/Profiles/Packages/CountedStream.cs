namespace Tasuki.Fhir.Profiles.Packages;

/// <summary>More came out of a package than is allowed.</summary>
internal sealed class PackageTooLargeException : Exception;

/// <summary>Passes a stream on until it has given more than is allowed: what a small file unpacks to is not known before.</summary>
internal sealed class CountedStream(Stream inner, long allowed) : Stream
{
    private long _given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _given;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _given += read;
        return _given > allowed ? throw new PackageTooLargeException() : read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
