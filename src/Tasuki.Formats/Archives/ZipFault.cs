using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>
/// A ZIP that must not be read on. It travels as an exception because it is found in the middle of a stream's Read; the one door turns it into the
/// <see cref="ReadStopped"/> that it is.
/// </summary>
internal sealed class ZipFault(string path, Error reason) : IOException(reason.Message)
{
    public string Path { get; } = path;

    public Error Reason { get; } = reason;
}
