using System.Text.Json;
using Tasuki.Vault;

namespace Tasuki.MyHealth;

internal enum ConditionState
{
    Active,
    Past,
    Unknown,
}

internal sealed record KnownCondition(string RecordId, string Name, DateOnly? Since, DateOnly? Until, ConditionState State, bool Suspected, RecordOrigin Origin, string? Institution);

internal sealed record KnownAllergy(string RecordId, string Name, IReadOnlyList<string> Reactions, string? Severity, string? Category, DateOnly? Since, RecordOrigin Origin);

/// <summary>Diagnoses and allergies that institutions or the person wrote down.</summary>
internal static class ConditionRecords
{
    public static RecordQuery Query { get; } = new() { Types = ["Condition", "AllergyIntolerance"], Limit = 1000 };

    public static (IReadOnlyList<KnownCondition> Conditions, IReadOnlyList<KnownAllergy> Allergies) Read(IReadOnlyList<StoredRecord> records)
    {
        var conditions = new List<KnownCondition>();
        var allergies = new List<KnownAllergy>();
        foreach (var record in records)
        {
            var json = FhirText.Parse(record.Resource);
            if (Withheld.Is(json) || Code(json, "verificationStatus") is "entered-in-error" or "refuted" || FhirText.Concept(FhirText.At(json, "code")) is not { } name)
                continue;
            if (record.Type == "Condition")
                conditions.Add(Condition(record, json, name));
            else
                allergies.Add(Allergy(record, json, name));
        }

        return ([.. conditions.OrderBy(condition => condition.State is ConditionState.Past).ThenByDescending(condition => condition.Since ?? DateOnly.MinValue)],
            [.. allergies.OrderByDescending(allergy => allergy.Severity is "severe" or "high").ThenBy(allergy => allergy.Name, StringComparer.Ordinal)]);
    }

    private static KnownCondition Condition(StoredRecord record, JsonElement json, string name)
    {
        var until = FhirText.Day(FhirText.Text(json, "abatementDateTime") ?? FhirText.Text(json, "abatementPeriod", "end"));
        return new KnownCondition(
            record.Id, name, FhirText.Day(FhirText.Text(json, "onsetDateTime") ?? FhirText.Text(json, "onsetPeriod", "start") ?? FhirText.Text(json, "recordedDate")), until,
            Code(json, "clinicalStatus") switch
            {
                "active" or "recurrence" or "relapse" => ConditionState.Active,
                "inactive" or "remission" or "resolved" => ConditionState.Past,
                _ => until is null ? ConditionState.Unknown : ConditionState.Past,
            },
            Code(json, "verificationStatus") is "provisional" or "differential" or "unconfirmed", record.Origin,
            FhirText.ReferenceText(json, FhirText.At(json, "asserter")) ?? FhirText.ReferenceText(json, FhirText.At(json, "recorder")) ?? record.Origin.Name);
    }

    private static KnownAllergy Allergy(StoredRecord record, JsonElement json, string name) => new(
        record.Id, name,
        [.. FhirText.Each(json, "reaction").SelectMany(reaction => FhirText.Each(reaction, "manifestation")).Select(manifestation => FhirText.Concept(manifestation)).OfType<string>()],
        FhirText.Text(json, "reaction", "severity") ?? FhirText.Text(json, "criticality"),
        FhirText.Strings(json, "category").FirstOrDefault(),
        FhirText.Day(FhirText.Text(json, "onsetDateTime") ?? FhirText.Text(json, "recordedDate")), record.Origin);

    private static string? Code(JsonElement json, string name) => FhirText.Codings(FhirText.At(json, name)).Select(coding => coding.Code).FirstOrDefault();
}
