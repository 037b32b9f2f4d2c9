using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteSearchModifierTests() : SearchModifierContract(StoreKind.Sqlite);

public sealed class PostgresSearchModifierTests() : SearchModifierContract(StoreKind.Postgres);

/// <summary>Modifiers, units, digits, and the parameters that are not a path of R4.</summary>
public abstract class SearchModifierContract(StoreKind store)
{
    private const string Japan = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/";

    [Fact]
    public async Task Modifiers_find_what_they_say_and_nothing_else()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var made = await Make(
            one, "Condition",
            $$$"""
            "subject":{"reference":"Patient/{{{one.Id}}}"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
            "code":{"text":"Essential hypertension, 高血圧","coding":[{"system":"http://snomed.info/sct","code":"59621000","display":"High blood pressure"}]},
            "identifier":[{"type":{"text":"Chart","coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"urn:clinic","value":"12"}],
            "asserter":{"identifier":{"system":"urn:doctors","value":"77"},"type":"Practitioner"}
            """);
        var form = await Make(one, "Questionnaire", "\"status\":\"active\",\"url\":\"http://forms.example/set/one\"");
        (string Query, string[] Found)[] cases =
        [
            ("Condition?code:text=essential", [made]), ("Condition?code:text=hypert", [made]), ("Condition?code:text=high", [made]), ("Condition?code:text=高血", [made]), ("Condition?code:text=tension", []),
            ("Condition?identifier:text=chart", [made]),
            ("Condition?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|12", [made]), ("Condition?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|13", []),
            ("Condition?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|SS|12", []),
            ("Condition?asserter:identifier=urn:doctors|77", [made]), ("Condition?asserter:identifier=77", [made]), ("Condition?asserter:identifier=urn:other|77", []),
            ("Condition?clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical", [made]), ("Condition?clinical-status:not-in=http://hl7.org/fhir/ValueSet/condition-clinical", []),
            ("Condition?code:in=http://hl7.org/fhir/ValueSet/condition-clinical", []), ("Condition?code:not-in=http://hl7.org/fhir/ValueSet/condition-clinical", [made]),
            ("Questionnaire?url:below=http://forms.example/set", [form]), ("Questionnaire?url:above=http://forms.example/set/one/two", [form]), ("Questionnaire?url:above=http://forms.example/set", []),
            ("Questionnaire?url:below=http://forms.example/set/one/two", []),
            ("Condition?subject:Patient=" + one.Id, [made]), ("Condition?asserter:missing=false", [made]), ("Condition?clinical-status:not=resolved", [made]),
        ];
        foreach (var (query, found) in cases)
            Assert.True(found.SequenceEqual(await one.Found(query), StringComparer.Ordinal), query);
        (string Query, string Word)[] refused =
        [
            ("Condition?code:above=1", "':above'"), ("Condition?code:below=1", "':below'"), ("Condition?code:in=http://hl7.org/fhir/ValueSet/no-such-set", "'code'"),
            ("Condition?code:in=http://hl7.org/fhir/ValueSet/condition-code", "'code'"), ("Observation?status:text=final", "':text'"), ("Condition?code:of-type=a|b|c", "':of-type'"),
            ("Condition?identifier:of-type=a|b", "'identifier'"), ("Condition?onset-date:not=2020", "':not'"), ("Condition?onset-date:exact=2020", "':exact'"), ("Patient?name:text=x", "':text'"),
            ("Condition?subject:Device=1", "':Device'"), ("Condition?identifier:identifier=1", "':identifier'"), ("Condition?_id:not=1", "'_id'"), ("Condition?code:=1", "'code'"),
        ];
        foreach (var (query, word) in refused)
        {
            var answer = await one.Ask("GET", query);
            Assert.True(answer.Status == 400, query);
            Assert.Contains(word, answer.Issue.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_quantity_is_found_in_every_unit_of_its_kind_and_by_the_digits_asked_with()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        async Task<string> Measured(string value, string unit) => await Make(
            one, "Observation",
            $$$"""
            "status":"final","code":{"text":"x"},"subject":{"reference":"Patient/{{{one.Id}}}"},"valueQuantity":{"value":{{{value}}},"unit":"{{{unit}}}","system":"http://unitsofmeasure.org","code":"{{{unit}}}"}
            """);
        var (weight, sugar, pressure, share, unit) = (await Measured("60.5", "kg"), await Measured("95", "mg/dL"), await Measured("120", "mm[Hg]"), await Measured("5.6", "%"), await Measured("30", "U/L"));
        (string Query, string[] Found)[] cases =
        [
            ("60500|http://unitsofmeasure.org|g", [weight]), ("60|http://unitsofmeasure.org|g", []), ("gt60400|http://unitsofmeasure.org|g", [weight]), ("133.4|http://unitsofmeasure.org|[lb_av]", [weight]),
            ("0.95|http://unitsofmeasure.org|g/L", [sugar]), ("1.0|http://unitsofmeasure.org|g/L", [sugar]), ("0.94|http://unitsofmeasure.org|g/L", []), ("le0.95|http://unitsofmeasure.org|g/L", [sugar]),
            ("95|http://unitsofmeasure.org|ug/mL", []), ("950|http://unitsofmeasure.org|ug/mL", [sugar]), ("16.0|http://unitsofmeasure.org|kPa", [pressure]), ("12|http://unitsofmeasure.org|cm[Hg]", [pressure]),
            ("0.056|http://unitsofmeasure.org|1", [share]), ("30|http://unitsofmeasure.org|[IU]/L", []), ("0.03|http://unitsofmeasure.org|U/mL", [unit]), ("60500||g", []), ("60.5||kg", [weight]),
            ("1e2", [sugar]), ("1.0e2", [sugar]), ("1.00e2", []), ("9.5e1", [sugar]), ("95", [sugar]), ("95.0", [sugar]), ("95.1", []), ("ap100|http://unitsofmeasure.org|mg/dL", [sugar]), ("ne95|http://unitsofmeasure.org|mg/dL", []),
            ("sa94|http://unitsofmeasure.org|mg/dL", [sugar]), ("eb96|http://unitsofmeasure.org|mg/dL", [sugar]), ("1|http://unitsofmeasure.org|nothing", []), ("5|http://unitsofmeasure.org|99999999999999999999", []),
        ];
        foreach (var (query, found) in cases)
            Assert.True(found.SequenceEqual(await one.Found("Observation?value-quantity=" + Uri.EscapeDataString(query)), StringComparer.Ordinal), query);
    }

    [Fact]
    public async Task Parameters_of_JP_Core_find_by_the_extensions_they_name()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var clinicOf = await Make(
            one, "Organization",
            $$$"""
            "name":"ひびき診療所","extension":[{"url":"{{{Japan}}}JP_Organization_PrefectureNo","valueCoding":{"system":"urn:oid:1.2.392.100495.20.3.21","code":"13"}},
            {"url":"{{{Japan}}}JP_Organization_InsuranceOrganizationCategory","valueCoding":{"system":"urn:oid:1.2.392.100495.20.3.22","code":"1"}},
            {"url":"{{{Japan}}}JP_Organization_InsuranceOrganizationNo","valueIdentifier":{"system":"urn:no","value":"1234567"}}]
            """);
        var coverage = await Make(
            one, "Coverage",
            $$$"""
            "status":"active","beneficiary":{"reference":"Patient/{{{one.Id}}}"},"payor":[{"display":"x"}],"extension":[{"url":"{{{Japan}}}JP_Coverage_InsuredPersonSymbol","valueString":"あ"},
            {"url":"{{{Japan}}}JP_Coverage_InsuredPersonNumber","valueString":"00012"},{"url":"{{{Japan}}}JP_Coverage_InsuredPersonSubNumber","valueString":"05"}]
            """);
        var order = await Make(
            one, "MedicationRequest",
            $$$"""
            "status":"active","intent":"order","subject":{"reference":"Patient/{{{one.Id}}}"},"medicationCodeableConcept":{"text":"x"},"dosageInstruction":[{"extension":
            [{"url":"{{{Japan}}}JP_MedicationDosage_PeriodOfUse","valuePeriod":{"start":"2026-03-01","end":"2026-03-07"}}]}]
            """);
        (string Query, string[] Found)[] cases =
        [
            ("Organization?jp-prefectureno=13", [clinicOf]), ("Organization?jp-prefectureno=1", []), ("Organization?jp-insurance-organizationcategory=1", [clinicOf]),
            ("Organization?jp-insurance-organizationno=1234567", [clinicOf]), ("Organization?jp-insurance-organizationno=13", []),
            ("Coverage?jp-insured-personsymbol=あ", [coverage]), ("Coverage?jp-insured-personnumber=00012", [coverage]), ("Coverage?jp-insured-personnumber=05", []), ("Coverage?jp-insured-personsubnumber=05", [coverage]),
            ("MedicationRequest?jp-medication-start=2026-03-01", [order]), ("MedicationRequest?jp-medication-start=gt2026-03-01", []), ("MedicationRequest?jp-medication-start:missing=true", []),
        ];
        foreach (var (query, found) in cases)
            Assert.True(found.SequenceEqual(await one.Found(query), StringComparer.Ordinal), query);
    }

    [Fact]
    public async Task Parameters_that_are_no_path_are_answered_too()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        Assert.Equal([one.Id], await one.Found("Patient?deceased=false"));
        Assert.Empty(await one.Found("Patient?deceased=true"));
        var old = await Make(one, "DocumentReference", "\"status\":\"current\",\"content\":[{\"attachment\":{\"title\":\"a\"}}]");
        var replacing = await Make(one, "DocumentReference", $$$"""
            "status":"current","content":[{"attachment":{"title":"b"}}],"relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/{{{old}}}"}},{"code":"signs","target":{"reference":"DocumentReference/x"}}]
            """);
        Assert.Equal([replacing], await one.Found($"DocumentReference?relationship=replaces$DocumentReference/{old}"));
        Assert.Empty(await one.Found($"DocumentReference?relationship=signs$DocumentReference/{old}"));
        Assert.Equal(400, (await one.Ask("GET", "Bundle?composition.title=x")).Status);
        Assert.Equal(400, (await one.Ask("GET", "Location?near=1|2|3|km")).Status);
    }

    private static Task<string> Make(Patient one, string type, string body) => one.Make(type, body);
}
