using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.MyHealth;

/// <summary>One item of one checkup.</summary>
/// <param name="Section">The part of the item table it stands in; null for an item the table does not know.</param>
/// <param name="Findings">Texts that belong to the item: the doctor's words beside "有り", a note.</param>
internal sealed record CheckupResult(
    string RecordId, string? Code, string Name, Measure? Measure, string? Section, WrittenValue? Value, IReadOnlyList<string> Findings, string? Reference, ValueTrust Trust)
{
    public const string Questionnaire = "質問票";

    public bool IsQuestion => Section == Questionnaire;

    /// <summary>The number, where it may be compared with others of its measure.</summary>
    public decimal? Comparable => Trust is ValueTrust.Sound ? Value?.Number : null;

    public LimitJudgement Judge(string? gender) =>
        Measure is { } measure && Comparable is { } number ? CheckupLimits.Judge(measure.Key, gender, number) : LimitJudgement.Unknown;
}

/// <summary>Whether a value can be compared and drawn. What cannot is shown as it was written, with a word that says why.</summary>
internal enum ValueTrust
{
    Sound,

    /// <summary>Another unit than the measure's, or none.</summary>
    OtherUnit,

    /// <summary>No living person has such a value: a slip of the pen.</summary>
    Implausible,
}

/// <summary>One checkup: what one document holds, or what was measured on one day where there is no document around it.</summary>
/// <param name="Id">The id of the document's record; null where there is none.</param>
internal sealed record Checkup(
    string? Id, DateOnly Day, string? Title, string? Institution, DataCategory Category, RecordOrigin Origin, IReadOnlyList<CheckupResult> Results)
{
    /// <summary>What stands in its address: the document's id, or the day.</summary>
    public string Key => Id ?? Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The value of a measure. Of several item codes the measure's preferred one counts.</summary>
    public CheckupResult? Of(Measure measure) => Results
        .Where(result => result.Measure == measure && result.Value is not null)
        .MinBy(result => Position(measure.Codes, result.Code));

    private static int Position(IReadOnlyList<string> codes, string? code)
    {
        for (var i = 0; i < codes.Count; i++)
        {
            if (codes[i] == code)
                return i;
        }

        return codes.Count;
    }
}

/// <summary>Puts the records of checkups together again: document, organisation, results.</summary>
internal static class Checkups
{
    /// <summary>The categories whose results stand in the table of years. A chart's laboratory values do not: its codes mean "fasting" differently.</summary>
    public static readonly IReadOnlyList<DataCategory> Categories =
        [DataCategory.SpecificCheckup, DataCategory.EmployerCheckup, DataCategory.MunicipalScreening, DataCategory.MaternalInfantCheckup];

    public static RecordQuery Query { get; } = new()
    {
        Types = ["Composition", "Observation", "DiagnosticReport", "Organization"],
        Categories = Categories,
        Limit = 1000,
    };

    /// <summary>Newest first.</summary>
    public static IReadOnlyList<Checkup> Build(IReadOnlyList<StoredRecord> records)
    {
        var parsed = records.ToDictionary(record => record.Reference, record => (Record: record, Json: FhirText.Parse(record.Resource)), StringComparer.Ordinal);
        var placed = new HashSet<string>(StringComparer.Ordinal);
        var checkups = new List<Checkup>();
        foreach (var (record, json) in parsed.Values.Where(entry => entry.Record.Type == "Composition"))
        {
            var members = new List<string>();
            foreach (var reference in Entries(json))
                Collect(reference, parsed, members, placed);
            var results = members.Select(reference => Result(parsed[reference].Record, parsed[reference].Json)).OfType<CheckupResult>().ToList();
            var day = Days(members.Select(reference => parsed[reference].Json))
                ?? FhirText.Day(FhirText.Text(json, "event", "period", "start")) ?? FhirText.Day(FhirText.Text(json, "date")) ?? TokyoDay.Of(record.Origin.Received);
            checkups.Add(new Checkup(record.Id, day, FhirText.Text(json, "title"), Institution(json, parsed) ?? record.Origin.Name, record.Class.Category, record.Origin, results));
        }

        // What no document lists is put together by the day it was measured.
        var loose = parsed.Values.Where(entry => entry.Record.Type == "Observation" && !placed.Contains(entry.Record.Reference));
        foreach (var day in loose.GroupBy(entry => (Day: Days([entry.Json]) ?? TokyoDay.Of(entry.Record.Origin.Received), entry.Record.Class.Category)))
        {
            var results = day.Select(entry => Result(entry.Record, entry.Json)).OfType<CheckupResult>().ToList();
            if (results.Count > 0)
                checkups.Add(new Checkup(null, day.Key.Day, null, day.First().Record.Origin.Name, day.Key.Category, day.First().Record.Origin, results));
        }

        return [.. checkups.OrderByDescending(checkup => checkup.Day).ThenBy(checkup => checkup.Key, StringComparer.Ordinal)];
    }

    public static CheckupResult? Result(StoredRecord record, JsonElement json)
    {
        var codings = FhirText.Codings(FhirText.At(json, "code")).ToList();
        var code = codings.Select(coding => coding.Code).FirstOrDefault(known => FhirText.KnownName(known) is not null) ?? codings.Select(coding => coding.Code).FirstOrDefault();
        var item = code is null ? null : CheckupItems.Find(code);
        var measure = code is null ? null : CheckupMeasures.OfCode(code);
        var value = FhirText.Value(json);
        var findings = new List<string>();
        foreach (var component in FhirText.Each(json, "component"))
        {
            var words = FhirText.Value(component)?.ToString();
            if (words is not null)
                findings.Add(item is not null || FhirText.Concept(FhirText.At(component, "code")) is not { } label ? words : $"{label}: {words}");
        }

        findings.AddRange(FhirText.Each(json, "note").Select(note => FhirText.Text(note, "text")).OfType<string>());
        if (value is null && findings.Count == 0)
        {
            // A parent that only groups its members has nothing to show itself.
            if (FhirText.At(json, "hasMember") is not null)
                return null;
            if (FhirText.Concept(FhirText.At(json, "dataAbsentReason")) is { } reason)
                findings.Add(reason);
        }

        var name = measure?.NameJa ?? item?.Name ?? FhirText.Concept(FhirText.At(json, "code")) ?? code ?? record.Type;
        return new CheckupResult(record.Id, code, name, measure, item?.Section, value, findings, ReferenceRange(json), Trust(measure, value));
    }

    private static ValueTrust Trust(Measure? measure, WrittenValue? value)
    {
        if (measure is not { Unit.Length: > 0 } || value?.Number is not { } number)
            return ValueTrust.Sound;
        if (!Units.Same(value.Unit, measure.Unit))
            return ValueTrust.OtherUnit;
        return Plausible.Holds(measure.Key, number) ? ValueTrust.Sound : ValueTrust.Implausible;
    }

    private static string? ReferenceRange(JsonElement json)
    {
        if (FhirText.At(json, "referenceRange") is not { } range)
            return null;
        if (FhirText.Text(range is { ValueKind: JsonValueKind.Array } && range.GetArrayLength() > 0 ? range[0] : range, "text") is { } text)
            return text;
        var low = FhirText.Quantity(FhirText.At(range, "low"));
        var high = FhirText.Quantity(FhirText.At(range, "high"));
        return low is null && high is null ? null : $"{low?.Text}～{high?.Text}";
    }

    private static IEnumerable<string> Entries(JsonElement composition)
    {
        foreach (var section in FhirText.Each(composition, "section"))
        {
            foreach (var entry in FhirText.Each(section, "entry"))
            {
                if (FhirText.Text(entry, "reference") is { } reference)
                    yield return reference;
            }

            foreach (var inner in Entries(section))
                yield return inner;
        }
    }

    private static void Collect(string reference, Dictionary<string, (StoredRecord Record, JsonElement Json)> parsed, List<string> members, HashSet<string> placed)
    {
        if (!parsed.TryGetValue(reference, out var entry) || entry.Record.Type is not ("Observation" or "DiagnosticReport") || !placed.Add(reference))
            return;
        if (entry.Record.Type == "Observation")
            members.Add(reference);
        foreach (var member in FhirText.Each(entry.Json, "hasMember").Concat(FhirText.Each(entry.Json, "result")))
        {
            if (FhirText.Text(member, "reference") is { } inner)
                Collect(inner, parsed, members, placed);
        }
    }

    /// <summary>The day most of the results name: a single slip of the pen does not move a checkup.</summary>
    private static DateOnly? Days(IEnumerable<JsonElement> results) => results
        .Select(json => FhirText.Day(FhirText.Text(json, "effectiveDateTime") ?? FhirText.Text(json, "effectivePeriod", "start") ?? FhirText.Text(json, "issued")))
        .OfType<DateOnly>().GroupBy(day => day).OrderByDescending(days => days.Count()).Select(days => (DateOnly?)days.Key).FirstOrDefault();

    private static string? Institution(JsonElement composition, Dictionary<string, (StoredRecord Record, JsonElement Json)> parsed)
    {
        foreach (var reference in FhirText.Each(composition, "author").Concat(FhirText.Each(composition, "custodian")))
        {
            if (FhirText.Text(reference, "reference") is { } target && parsed.TryGetValue(target, out var organisation) && organisation.Record.Type == "Organization")
                return FhirText.Text(organisation.Json, "name");
        }

        return FhirText.Each(composition, "author").Select(author => FhirText.Text(author, "display")).OfType<string>().FirstOrDefault();
    }
}

/// <summary>
/// Bounds far beyond anything a living person has, so that a slip of the pen (a blood pressure of 1300, a height of 17.2 cm) is shown as written but neither judged
/// nor drawn. No medical meaning.
/// </summary>
internal static class Plausible
{
    public static bool Holds(string measureKey, decimal value) => measureKey switch
    {
        "height" => value is >= 30 and <= 250,
        "weight" => value is >= 1 and <= 400,
        "bmi" => value is >= 8 and <= 100,
        "waist" => value is >= 20 and <= 250,
        "sbp" => value is >= 50 and <= 300,
        "dbp" => value is >= 20 and <= 200,
        "heart-rate" => value is >= 20 and <= 250,
        "hba1c" => value is >= 3 and <= 20,
        "hemoglobin" => value is >= 2 and <= 30,
        "creatinine" => value is >= 0.1m and <= 30,
        "steps" => value is >= 0 and <= 150_000,
        _ => value is >= 0 and < 20_000,
    };
}
