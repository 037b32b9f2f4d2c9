using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// References as they are stored. To this server's own base an absolute one is the same as a relative one (R4, references, 2.3.0.1): the relative one is kept, so that each record
/// has one name that searches find. A reference that is a search belongs to a transaction alone, which resolves it before (<see cref="ConditionalReferences"/>).
/// </summary>
internal static class WrittenReferences
{
    private static readonly Error IsSearch = new(
        "resource.reference", "The resource holds a reference that is a search (Type?parameters). Such a one is resolved in an entry of a transaction that creates or updates, and nowhere else.");

    private static ReadOnlySpan<byte> Before => "\"reference\":\""u8;

    /// <summary>The very resource where all of its references are stored as they came. Error <c>resource.reference</c>.</summary>
    public static Result<CanonicalResource> Of(Call call, CanonicalResource resource)
    {
        var isOther = false;
        // Canonical JSON: no blank and no escape of these characters stands between.
        for (var rest = resource.Json.Span; rest.IndexOf(Before) is >= 0 and var found;)
        {
            rest = rest[(found + Before.Length)..];
            var value = rest[..rest.IndexOf((byte)'"')];
            if (value.Contains((byte)'?') && IsConditional(Own(Encoding.UTF8.GetString(value), call.Root)))
                return IsSearch;
            isOther |= value.StartsWith("./"u8) || StartsWith(value, call.Root);
        }

        return isOther ? resource.WithReferences(reference => Own(reference, call.Root)) : resource;
    }

    /// <summary>The relative form of a reference to this server's base; any other as it is.</summary>
    public static string Own(string reference, string root) =>
        reference.StartsWith("./", StringComparison.Ordinal) ? reference[2..] : StartsWith(Encoding.UTF8.GetBytes(reference), root) ? reference[(root.Length + 1)..] : reference;

    /// <summary>Whether a reference in its own form is a search: <c>Type?parameters</c>.</summary>
    public static bool IsConditional(string reference) =>
        reference.IndexOf('?', StringComparison.Ordinal) is > 0 and var question && ResourceTypes.IsKnown(reference[..question]);

    // Scheme and host know no case; what comes behind them does.
    private static bool StartsWith(ReadOnlySpan<byte> reference, string root)
    {
        if (reference.Length <= root.Length + 1 || reference[root.Length] != (byte)'/')
            return false;
        var path = root.IndexOf('/', root.IndexOf("://", StringComparison.Ordinal) + "://".Length);
        return Ascii.EqualsIgnoreCase(reference[..path], root.AsSpan(0, path)) && Ascii.Equals(reference[path..root.Length], root.AsSpan(path));
    }
}
