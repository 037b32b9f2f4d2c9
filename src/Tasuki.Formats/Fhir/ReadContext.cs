using Tasuki.Kernel.Records;

namespace Tasuki.Formats;

/// <summary>What the document around a resource says of it.</summary>
/// <param name="Rewrite">The name under which the read yields what a reference means; null keeps the reference.</param>
/// <param name="Withheld">The names of entries that must not be shown, so that nothing else may show them either.</param>
internal sealed record ReadContext(
    DataCategory? Category = null,
    SourceKind? Source = null,
    string? SourceName = null,
    Func<string, string?>? Rewrite = null,
    IReadOnlySet<string>? Withheld = null)
{
    public static ReadContext None { get; } = new();
}
