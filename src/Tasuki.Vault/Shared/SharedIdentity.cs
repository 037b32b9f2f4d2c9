using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir;

namespace Tasuki.Vault.Shared;

/// <summary>
/// How a shared record is recognised when it comes again: a Questionnaire by its url and version, any other by its identifiers. What has neither goes by its content
/// and by what it refers to: two roles without an identifier differ in nothing else.
/// </summary>
internal static class SharedIdentity
{
    /// <summary>32 bytes that no reference changes.</summary>
    public static byte[] Own(CanonicalResource resource) => ByUrl(resource) ?? RecordIdentity.Of(resource);

    /// <param name="ownOf">The <see cref="Own"/> of what a reference points to; null where it points to no shared record.</param>
    public static byte[] Of(CanonicalResource resource, Func<string, byte[]?> ownOf)
    {
        if (ByUrl(resource) is { } byUrl)
            return byUrl;
        if (RecordIdentity.IsByIdentifiers(resource))
            return RecordIdentity.Of(resource);
        var text = new StringBuilder("referring\n").Append(Convert.ToHexString(RecordIdentity.Of(resource)));
        foreach (var reference in References(resource))
            text.Append('\n').Append(ownOf(reference) is { } own ? Convert.ToHexString(own) : reference);
        return Hash(text.ToString());
    }

    /// <summary>Every literal reference, in order.</summary>
    public static IEnumerable<string> References(CanonicalResource resource)
    {
        var found = new List<string>();
        resource.WithReferences(reference =>
        {
            found.Add(reference);
            return null;
        });
        return found;
    }

    private static byte[]? ByUrl(CanonicalResource resource)
    {
        if (resource.Type is not "Questionnaire")
            return null;
        using var document = JsonDocument.Parse(resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        return Text(document, "url") is { } url ? Hash($"url\n{resource.Type}\n{url}|{Text(document, "version")}") : null;
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
