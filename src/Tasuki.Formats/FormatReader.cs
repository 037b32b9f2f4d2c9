namespace Tasuki.Formats;

/// <summary>
/// The one door to every reader: finds the format by content, then reads. The stream must be seekable (spools are); memory stays bounded by
/// <see cref="ReadLimits"/>, whatever the file.
/// </summary>
public static class FormatReader
{
    public static ValueTask<FileFormat> Detect(Stream source, CancellationToken cancel) => throw new NotImplementedException();

    /// <param name="name">The name to say in positions; it decides nothing.</param>
    public static IAsyncEnumerable<ReadItem> Read(Stream source, string name, ReadLimits limits, CancellationToken cancel) => throw new NotImplementedException();
}
