using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>The records of one resident while they are written.</summary>
internal sealed class RecordBook
{
    private readonly Dice _ids;
    private readonly Dictionary<string, string> _organisations = new(StringComparer.Ordinal);

    public RecordBook(Person person)
    {
        Person = person;
        Body = new Constitution(person);
        Illnesses = Illness.Of(person, Body);
        _ids = person.Dice(Dice.Stream.Ids);
    }

    public Person Person { get; }

    public Constitution Body { get; }

    public IReadOnlyList<Illness> Illnesses { get; }

    public Pen Pen { get; } = new();

    public List<SyntheticRecord> Records { get; } = new(512);

    public List<SyntheticSampleDay> SampleDays { get; } = [];

    public List<Slip> Slips { get; } = [];

    public string NewUrl() => LocalUrl.New(_ids);

    /// <summary>A number for an identifier: 16 hexadecimal letters, so it can never be taken for a number of a person.</summary>
    public string NewNumber() => $"x{_ids.Next():x16}";

    /// <summary>Ends the resource under the pen and keeps it.</summary>
    public string Add(DataCategory category, SourceKind source, string sourceName, string? url = null)
    {
        url ??= NewUrl();
        Records.Add(new SyntheticRecord(Pen.End(), category, source, sourceName, url));
        return url;
    }

    /// <summary>The one Organization record of an institution; it keeps the category of the document that brought it first.</summary>
    public string Organisation(Institution institution, DataCategory category, SourceKind source, string sourceName)
    {
        if (_organisations.TryGetValue(institution.Number, out var known))
            return known;
        Pen.Start("Organization", "http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Organization_eCheckupGeneral"u8);
        Pen.Json.WriteStartArray("identifier"u8);
        Pen.Json.WriteStartObject();
        Pen.Text("system"u8, Systems.InstitutionNumber);
        Pen.Text("value"u8, institution.Number);
        Pen.Json.WriteEndObject();
        Pen.Json.WriteEndArray();
        Pen.Concepts("type"u8, "http://terminology.hl7.org/CodeSystem/organization-type", "prov", null);
        Pen.Text("name"u8, institution.Name);
        Pen.Json.WriteStartArray("alias"u8);
        Pen.Json.WriteStringValue(institution.Kana);
        Pen.Json.WriteEndArray();
        return _organisations[institution.Number] = Add(category, source, sourceName);
    }
}

/// <summary>The Patient a resident's records speak of, in the shape of JP Core.</summary>
internal static class PatientResource
{
    public static CanonicalResource Of(Person person)
    {
        var pen = new Pen();
        pen.Start("Patient", "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient"u8);
        pen.Json.WriteStartArray("identifier"u8);
        pen.Json.WriteStartObject();
        pen.Text("system"u8, "https://tasuki.example/sandbox/IdSystem/resident");
        pen.Text("value"u8, $"{person.Household.Seed}-{person.Index}");
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Json.WriteStartArray("name"u8);
        Name(pen, "IDE", person.Name.Family, person.Name.Given);
        Name(pen, "SYL", person.Name.FamilyKana, person.Name.GivenKana);
        pen.Json.WriteEndArray();
        pen.Text("gender"u8, person.IsMale ? "male" : "female");
        pen.Day("birthDate"u8, person.BirthDate);
        pen.Json.WriteStartArray("address"u8);
        pen.Json.WriteStartObject();
        pen.Text("text"u8, person.Household.Address.Text);
        pen.Text("city"u8, Town.Name);
        pen.Text("postalCode"u8, person.Household.Address.PostalCode);
        pen.Text("country"u8, "JP");
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        return pen.End();
    }

    private static void Name(Pen pen, string representation, string family, string given)
    {
        pen.Json.WriteStartObject();
        pen.Json.WriteStartArray("extension"u8);
        pen.Json.WriteStartObject();
        pen.Text("url"u8, "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation");
        pen.Text("valueCode"u8, representation);
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Text("use"u8, "official");
        pen.Text("text"u8, $"{family} {given}");
        pen.Text("family"u8, family);
        pen.Json.WriteStartArray("given"u8);
        pen.Json.WriteStringValue(given);
        pen.Json.WriteEndArray();
        pen.Json.WriteEndObject();
    }
}
