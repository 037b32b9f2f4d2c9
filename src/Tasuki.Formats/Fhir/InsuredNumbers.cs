using System.Text.Json.Nodes;
using Tasuki.Fhir;

namespace Tasuki.Formats;

/// <summary>
/// Insured symbol, number and branch number (被保険者等記号・番号・枝番) and the recipient's number of public payment are never shown unmasked, so they do not become part
/// of a record. The number of a checkup or guidance ticket (受診券, 利用券) is none of these and stays, and so does the insurer's own number.
/// </summary>
internal static class InsuredNumbers
{
    // Health insurance notice on the restriction of asking for insured symbols and numbers (告知要求制限), applied to what is kept.
    private static readonly string[] Systems =
    [
        CodeSystems.Mhlw + "IdSystem/InsuredPersonSymbol", CodeSystems.Mhlw + "IdSystem/InsuredPersonNumber", CodeSystems.Mhlw + "IdSystem/InsuredPersonSubnumber",
        CodeSystems.Mhlw + "IdSystem/PublicInsuredPersonNumber",
        "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID", "http://jpfhir.jp/fhir/clins/Idsystem/JP_PublicPayer_memberID",
        "http://jpfhir.jp/fhir/core/IdSystem/JP_Coverage_id",
        "urn:oid:1.2.392.200119.6.204", "urn:oid:1.2.392.200119.6.205", "urn:oid:1.2.392.200119.6.211",
    ];

    private static readonly HashSet<string> Names =
        Systems.SelectMany(CodeSystems.NamesOf).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private const string SymbolExtension = "JP_Coverage_InsuredPerson";
    private const string TicketKind = "urn:oid:1.2.392.200119.6.208";

    /// <summary>The resource without these numbers, or null when it holds none.</summary>
    /// <param name="person">What the file calls its one person: CLINS names the patient by the insured number alone, and the record must go on saying whose it is.</param>
    public static CanonicalResource? WithoutThem(CanonicalResource resource, string? person)
    {
        var isCoverage = string.Equals(resource.Type, "Coverage", StringComparison.Ordinal);
        if (!isCoverage && !MayStandIn(resource.Json.Span))
            return null;
        var edit = ResourceEdit.Of(resource);
        var changed = Drop(edit.Json, person) | Contained(edit.Json).Aggregate(false, (any, one) => Coverage(one) | any);
        if (isCoverage)
            changed |= Coverage(edit.Json);
        return changed ? edit.Done() : null;
    }

    private static IEnumerable<JsonObject> Contained(JsonObject json) => json["contained"] is JsonArray list ? list.OfType<JsonObject>() : [];

    private static bool Coverage(JsonObject coverage)
    {
        if (coverage["resourceType"] is not JsonValue type || !string.Equals(type.ToString(), "Coverage", StringComparison.Ordinal) || IsTicket(coverage))
            return false;
        // subscriberId is 記号:番号, dependent the branch number, identifier the three of them together, with or without a system.
        return coverage.Remove("subscriberId") | coverage.Remove("_subscriberId") | coverage.Remove("dependent") | coverage.Remove("_dependent") | coverage.Remove("identifier");
    }

    private static bool IsTicket(JsonObject coverage) =>
        coverage["type"] is JsonObject type && type["coding"] is JsonArray codings
        && codings.OfType<JsonObject>().Any(coding => coding["system"] is JsonValue system && CodeSystems.Same(system.ToString(), TicketKind));

    // Identifiers and extensions that hold one of the numbers, wherever in the resource they stand.
    private static bool Drop(JsonNode? node, string? person)
    {
        var changed = false;
        switch (node)
        {
            case JsonObject owner:
                foreach (var (name, value) in owner.ToList())
                {
                    if (IsNumber(value))
                    {
                        changed |= owner.Remove(name);
                        if (owner.Count == 0 && name is "identifier")
                            NamePatient(owner, person);
                        continue;
                    }

                    changed |= Drop(value, person);
                    if (changed && owner[name] is JsonArray { Count: 0 } or JsonObject { Count: 0 })
                        owner.Remove(name);
                }

                break;
            case JsonArray list:
                for (var i = list.Count - 1; i >= 0; i--)
                {
                    if (IsNumber(list[i]))
                    {
                        list.RemoveAt(i);
                        changed = true;
                    }
                    else
                    {
                        changed |= Drop(list[i], person);
                    }
                }

                break;
        }

        return changed;
    }

    // A reference that held nothing but the number.
    private static void NamePatient(JsonObject reference, string? person)
    {
        if (person is not null)
            reference["reference"] = person;
        reference["type"] = "Patient";
    }

    private static bool IsNumber(JsonNode? node) =>
        node is JsonObject one
        && ((one.ContainsKey("value") && one["system"] is JsonValue system && IsSystem(system.ToString()))
            || (one["url"] is JsonValue url && url.ToString().Contains(SymbolExtension, StringComparison.Ordinal)));

    private static bool IsSystem(string system) => Names.Contains(system) || Names.Contains(CodeSystems.Preferred(system));

    private static bool MayStandIn(ReadOnlySpan<byte> json) =>
        json.IndexOf("InsuredPerson"u8) >= 0 || json.IndexOf("memberID"u8) >= 0 || json.IndexOf("JP_Coverage_id"u8) >= 0 || json.IndexOf("\"Coverage\""u8) >= 0
        || json.IndexOf("1.2.392.100495.20.3.6"u8) >= 0 || json.IndexOf("1.2.392.100495.20.3.72"u8) >= 0 || json.IndexOf("1.2.392.200119.6.2"u8) >= 0;
}
