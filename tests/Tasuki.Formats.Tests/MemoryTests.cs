using System.Text;

namespace Tasuki.Formats.Tests;

/// <summary>These look at the memory of the whole process, so nothing else runs beside them.</summary>
[CollectionDefinition("memory", DisableParallelization = true)]
public sealed class MemoryCollection;

[Collection("memory")]
public sealed class MemoryTests
{
    private const string One = """{"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"}}""";

    [Fact]
    public async Task A_long_stream_is_read_in_little_memory()
    {
        using var stream = new RepeatingStream(Encoding.UTF8.GetBytes(One.Replace("\"x\"", "\"" + new string('y', 16_000) + "\"", StringComparison.Ordinal) + "\n"), 4_000);
        await Reading.Of(One);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var highest = 0L;
        var count = 0;
        await foreach (var item in FormatReader.Read(stream, "a", ReadLimits.Default, TestContext.Current.CancellationToken))
        {
            if (item is ReadResource && ++count % 1_000 == 0)
                highest = Math.Max(highest, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal(4_000, count);
        Assert.InRange(highest, 0, 8L << 20);
    }

    /// <summary>The same bytes again and again, seekable and held once.</summary>
    private sealed class RepeatingStream(byte[] part, int times) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => (long)part.Length * times;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Position >= Length)
                return 0;
            var from = (int)(Position % part.Length);
            var take = Math.Min(count, part.Length - from);
            part.AsSpan(from, take).CopyTo(buffer.AsSpan(offset));
            Position += take;
            return take;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
