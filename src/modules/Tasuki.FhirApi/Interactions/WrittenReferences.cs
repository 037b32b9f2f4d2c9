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
            isOther |= value.StartsWith("./"u8) || BaseOf(value, call.Root) > 0;
        }

        return isOther ? resource.WithReferences(reference => Own(reference, call.Root)) : resource;
    }

    /// <summary>The relative form of a reference to this server's base; any other as it is.</summary>
    public static string Own(string reference, string root) =>
        reference.StartsWith("./", StringComparison.Ordinal) ? reference[2..] : reference[BaseOf(Encoding.UTF8.GetBytes(reference), root)..];

    /// <summary>Whether a reference in its own form is a search: <c>Type?parameters</c>.</summary>
    public static bool IsConditional(string reference) =>
        reference.IndexOf('?', StringComparison.Ordinal) is > 0 and var question && ResourceTypes.IsKnown(reference[..question]);

    // How much of it is this server's base, with the slash; 0 when it stands under another. A host knows no case, and behind a proxy the scheme is not told for sure.
    private static int BaseOf(ReadOnlySpan<byte> reference, string root)
    {
        var scheme = Begins(reference, "https://") ? "https://".Length : Begins(reference, "http://") ? "http://".Length : 0;
        if (scheme == 0)
            return 0;
        var own = root.AsSpan(root.IndexOf("://", StringComparison.Ordinal) + "://".Length);
        var host = own.IndexOf('/');
        var rest = reference[scheme..];
        return rest.Length > own.Length + 1 && rest[own.Length] == (byte)'/' && Begins(rest, own[..host]) && Ascii.Equals(rest[host..own.Length], own[host..]) ? scheme + own.Length + 1 : 0;
    }

    private static bool Begins(ReadOnlySpan<byte> text, ReadOnlySpan<char> start) => text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
