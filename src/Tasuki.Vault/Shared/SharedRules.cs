using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel.Text;

namespace Tasuki.Vault;

/// <summary>What may stand among the shared records: the types of <see cref="SharedTypes"/>, and nothing in them that points to a person who is cared for.</summary>
public static class SharedRules
{
    // What records about nobody refer to. Records of the last two are not held; a reference to one says as much as its words.
    private static readonly string[] Targets = [.. SharedTypes.All, "Endpoint", "HealthcareService"];

    private static readonly JsonReaderOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    /// <summary>Why it may not, with the byte where that stands; null when it may.</summary>
    /// <param name="json">A resource that base R4 holds for valid.</param>
    public static (int Offset, string Sentence)? Fault(ReadOnlySpan<byte> json)
    {
        if (MyNumberScan.Find(json) is { } words)
            return (words, "What looks like an individual number (My Number) is not taken over.");
        var reader = new Utf8JsonReader(json, Reading);
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName)
                continue;
            var (isType, isReference, isReferred) = (reader.ValueTextEquals("resourceType"u8), reader.ValueTextEquals("reference"u8), reader.ValueTextEquals("type"u8));
            var isOutermost = reader.CurrentDepth == 1;
            if (!(isType || isReference || isReferred) || !reader.Read() || reader.TokenType is not JsonTokenType.String)
                continue;
            var said = reader.GetString()!;
            var at = (int)reader.TokenStartIndex;
            if (isType && !(isOutermost ? SharedTypes.Has(said) : Targets.Contains(said, StringComparer.Ordinal)))
                return (at, $"{Named(said)} is not shared: only {string.Join(", ", SharedTypes.All)} are.");
            // The element 'type' of a reference names what it refers to where its identifier alone says which.
            if ((isReference ? TypeOf(said) : isReferred && ResourceTypes.IsKnown(said) ? said : null) is { } type && !Targets.Contains(type, StringComparer.Ordinal))
                return (at, $"It refers to a {type}: a shared record is about nobody who is cared for, and refers to {string.Join(", ", SharedTypes.All)} alone.");
        }

        return null;
    }

    /// <summary>The type a literal or conditional reference names, on whichever server; null where it names none.</summary>
    internal static string? TypeOf(string reference)
    {
        if (reference.IndexOf('?', StringComparison.Ordinal) is >= 0 and var condition)
            return reference[..condition].Split('/')[^1] is var asked && ResourceTypes.IsKnown(asked) ? asked : null;
        var parts = (reference.IndexOf("/_history/", StringComparison.Ordinal) is >= 0 and var history ? reference[..history] : reference).Split('/');
        return parts.Length >= 2 && ResourceTypes.IsKnown(parts[^2]) ? parts[^2] : null;
    }

    // What is no type of R4 may be anything, and is not repeated.
    private static string Named(string type) => ResourceTypes.IsKnown(type) ? type : "A resource of this type";
}
