using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault;

/// <summary>
/// The two <c>meta.tag</c> codings in which a record carries its category and kind of source when it leaves, so that another Tasuki (or this one) takes it back
/// as what it was. The code is the name of the enum's member. On the way in such a tag decides and is taken off; on the way out <see cref="Of"/> gives it again.
/// </summary>
public static class RecordTags
{
    /// <summary>For <see cref="CanonicalResource.WriteWithIdentity"/>.</summary>
    public static IReadOnlyList<Coding> Of(StoredRecord record) =>
        [new Coding(RecordTagSystems.Category, record.Class.Category.ToString()), new Coding(RecordTagSystems.Source, record.Origin.Kind.ToString())];

    internal static (CanonicalResource Resource, SaidByTags Said) TakeOff(CanonicalResource resource)
    {
        if (resource.Json.Span.IndexOf("urn:x-tasuki:"u8) < 0)
            return (resource, default);
        DataCategory? category = null;
        SourceKind? source = null;
        var stripped = resource.WithoutTags(tag =>
        {
            if (string.Equals(tag.System, RecordTagSystems.Category, StringComparison.Ordinal))
                category = Enum.TryParse<DataCategory>(tag.Code, out var known) && Enum.IsDefined(known) ? known : null;
            else if (string.Equals(tag.System, RecordTagSystems.Source, StringComparison.Ordinal))
                source = Enum.TryParse<SourceKind>(tag.Code, out var from) && Enum.IsDefined(from) ? from : null;
            else
                return false;
            return true;
        });
        return (stripped, new SaidByTags(category, source));
    }
}

/// <summary>What an incoming resource's own tags said.</summary>
internal readonly record struct SaidByTags(DataCategory? Category, SourceKind? Source);
