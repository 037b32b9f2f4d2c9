namespace Tasuki.Fhir.Validation;

internal static class IssuePath
{
    private const int LongestName = 200;

    /// <summary>An unknown element can be named anything, a person's name too; only what looks like an element's name is told.</summary>
    public static string Names(string name) =>
        string.Create(Math.Min(name.Length, LongestName), name, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] is '_' ? source[i] : '?';
        });

    /// <summary>Line and column from 1; a column counts bytes.</summary>
    public static (int Line, int Column) Place(ReadOnlySpan<byte> json, int offset)
    {
        var before = json[..Math.Min(offset, json.Length)];
        return (1 + before.Count((byte)'\n'), offset - before.LastIndexOf((byte)'\n'));
    }
}
