namespace Tasuki.Fhir.Searching;

/// <summary>A reference as it is written and as it is asked for: one to a version is one to the record as well, and <c>./</c> before it says nothing.</summary>
internal static class WrittenReference
{
    public static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> reference)
    {
        if (reference.StartsWith("./"u8))
            reference = reference[2..];
        return reference.IndexOf("/_history/"u8) is > 0 and var version ? reference[..version] : reference;
    }

    public static string Plain(string reference)
    {
        var start = reference.StartsWith("./", StringComparison.Ordinal) ? 2 : 0;
        return reference.IndexOf("/_history/", StringComparison.Ordinal) is > 2 and var version ? reference[start..version] : reference[start..];
    }
}
