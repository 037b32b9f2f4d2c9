namespace Tasuki.Formats;

internal static class BoundedBytes
{
    /// <summary>Everything from here to the end, or null when it is more than <paramref name="limit"/>. Grows with what comes, not with what a header promises.</summary>
    public static async ValueTask<byte[]?> Read(Stream source, long limit, CancellationToken cancel)
    {
        var known = source.CanSeek ? source.Length - source.Position : -1;
        if (known > limit)
            return null;
        var buffer = new byte[known >= 0 ? known + 1 : Math.Min(limit + 1, 64 * 1024)];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length > limit)
                    return null;
                Array.Resize(ref buffer, (int)Math.Min(limit + 1, Math.Min(buffer.Length * 2L, Array.MaxLength)));
            }

            var read = await source.ReadAsync(buffer.AsMemory(length), cancel);
            if (read == 0)
                break;
            length += read;
            if (length > limit)
                return null;
        }

        Array.Resize(ref buffer, length);
        return buffer;
    }
}
