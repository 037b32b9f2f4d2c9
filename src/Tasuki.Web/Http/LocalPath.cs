namespace Tasuki.Web;

/// <summary>Paths that come back from a form or a query: only those of this very site are followed.</summary>
public static class LocalPath
{
    /// <summary>True for <c>/path?query</c> of this site: not <c>//host</c>, <c>/\host</c>, nor anything with control characters.</summary>
    public static bool IsLocal(string? path) =>
        path is ['/', ..] && path is not ['/', '/' or '\\', ..] && !path.AsSpan().ContainsAnyInRange('\0', '\x1f') && !path.Contains('\\', StringComparison.Ordinal);

    public static string OrHome(string? path) => IsLocal(path) ? path! : "/";
}
