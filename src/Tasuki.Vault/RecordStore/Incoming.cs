using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Classes;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>A record to be stored, looked at once: tags taken off, recognised, classed.</summary>
internal sealed record Incoming(
    CanonicalResource Resource, RecordOrigin Origin, string? LocalUrl, string? OriginalId, Identity Identity, long IdentityToken, AccessClass Class, RecordFacts Facts)
{
    private byte[]? _content;

    /// <summary>Asked for only where the identity is met a second time: it costs more than all the rest of looking.</summary>
    public byte[] Content => _content ??= RecordIdentity.ContentOf(Resource);

    public static Incoming Of(NewRecord record, ResidentKeys keys)
    {
        var (resource, tags) = RecordTags.TakeOff(record.Resource);
        var origin = tags.Source is { } source ? record.Origin with { Kind = source } : record.Origin;
        var identity = RecordIdentity.Of(resource);
        var facts = RecordFacts.Of(resource);
        var category = tags.Category ?? record.Category ?? CategoryRules.Of(resource.Type, facts.Codings, origin.Kind);
        return new Incoming(
            resource, origin, record.LocalUrl, record.Resource.OriginalId, new Identity(identity), keys.IdentityToken(identity),
            new AccessClass(category, SensitiveCodes.Any(facts.Codings)), facts);
    }

    /// <summary>The row that stands for this version.</summary>
    public RecordRow Row(VaultParts parts, ResidentNo resident, NewVersion version, ResidentKeys keys, IReadOnlyDictionary<string, string> references)
    {
        return Row(parts, resident, version, keys, references.Count > 0 && Resource.Json.Span.IndexOf("\"reference\":"u8) >= 0
            ? Resource.WithReferences(reference => references.GetValueOrDefault(reference)) : Resource);
    }

    /// <param name="resource">The one that came, or it with its references rewritten.</param>
    public RecordRow Row(VaultParts parts, ResidentNo resident, NewVersion version, ResidentKeys keys, CanonicalResource resource)
    {
        var facts = ReferenceEquals(resource, Resource) ? Facts : RecordFacts.Of(resource);
        var row = new RecordRow(
            resident, version.Seq, ResourceTypes.NumberOf(resource.Type), version.Version, version.Updated, keys.Classes.Apply(Class.Index),
            keys.Sources.Apply((int)Origin.Kind), facts.Code is { } code ? keys.RecurringToken(TokenKind.Code, code.Code) : null,
            facts.Date is { } date ? Time.MillisDown(date.From) : null, facts.Date is { } span ? Time.MillisUp(span.To) : null,
            PackedTokens.Of(keys, facts), Deleted: 0, Body: [], RecordRow.IdentityOf(resident, IdentityToken),
            facts.OtherCodes switch { [] => null, [var other] => keys.RecurringToken(TokenKind.Code, other), _ => RecordRow.Unknown });
        return row.Sealed(keys, parts.Municipality, version.Table, RecordPayload.Write(Origin, resource.Json.Span, version.Updated, parts.Ids, resident));
    }
}
