using System.Text;
using Tasuki.Kernel.Records;
using Tasuki.Testing;

namespace Tasuki.Formats.Tests.Fhir;

public sealed class BundleReaderTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p","name":[{"text":"見本 花子"}],"birthDate":"1980-02-03","gender":"female"}""";
    private const string Observation = """{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}}""";

    [Fact]
    public async Task The_published_checkup_report_yields_its_records_its_person_and_its_maker()
    {
        var items = await Reading.OfFile(Samples.Path("echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json"));

        Assert.DoesNotContain(items, item => item is ReadStopped);
        var person = Assert.Single(items.OfType<ReadPerson>());
        Assert.Equal(["健診 太郎", "ケンシン タロウ"], person.Names);
        Assert.Equal(new DateOnly(1950, 5, 4), person.BirthDate);
        Assert.Equal("male", person.Gender);
        Assert.Equal("urn:uuid:4bc68294-1895-d159-655b-1bc7e83f52f3", person.FullUrl);
        var resources = items.Resources().ToList();
        Assert.Equal(44, resources.Count(one => one.Resource.Type == "Observation"));
        Assert.Equal(51, resources.Count);
        Assert.All(resources, one => Assert.Equal((DataCategory.SpecificCheckup, SourceKind.MedicalInstitution, "厚生労働省第一病院"), (one.Category, one.Source, one.SourceName)));
        Assert.All(resources, one => Assert.NotNull(one.FullUrl));
        Assert.Equal("Bundle.entry[8].resource", resources[7].Position.Path);
    }

    [Fact]
    public async Task The_insured_number_of_the_published_report_is_left_out_and_the_ticket_number_stays()
    {
        var items = await Reading.OfFile(Samples.Path("echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json"));
        var coverages = items.Resources().Where(one => one.Resource.Type == "Coverage").Select(one => Encoding.UTF8.GetString(one.Resource.Json.Span)).ToList();
        Assert.Contains("24100000123", coverages[0], StringComparison.Ordinal);
        Assert.DoesNotContain("６７８９０", coverages[1], StringComparison.Ordinal);
        Assert.DoesNotContain("１２３４５", coverages[1], StringComparison.Ordinal);
        Assert.DoesNotContain("０１", coverages[1], StringComparison.Ordinal);
        Assert.Equal("masked.insured-number", items.Codes());
    }

    [Theory]
    [InlineData("document")]
    [InlineData("collection")]
    [InlineData("transaction")]
    [InlineData("batch")]
    [InlineData("searchset")]
    public async Task Every_type_of_bundle_is_read(string type)
    {
        var items = await Reading.Of(Bundle(type, Patient, Observation));
        Assert.Equal("見本 花子", Assert.Single(Assert.Single(items.OfType<ReadPerson>()).Names));
        Assert.Equal("Observation/o", Assert.Single(items.Resources()).FullUrl);
        Assert.Empty(items.Codes());
    }

    [Fact]
    public async Task Positions_name_line_and_column()
    {
        var items = await Reading.Of("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[\n {\"resource\":" + Patient + "},\n  {\"fullUrl\":\"日本\",\"resource\":" + Observation + "}]}", "a.json");
        Assert.Equal(new SourcePosition("a.json", 3, 30, "Bundle.entry[1].resource"), Assert.Single(items.Resources()).Position);
    }

    [Fact]
    public async Task References_are_turned_into_the_names_under_which_entries_are_yielded()
    {
        var observation = """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"},"encounter":{"reference":"Encounter/e/_history/2"},"hasMember":[{"reference":"Observation/elsewhere"}]}""";
        var items = await Reading.Of("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["
            + "{\"fullUrl\":\"http://a.example/fhir/Patient/p\",\"resource\":" + Patient + "},"
            + "{\"fullUrl\":\"urn:uuid:7\",\"resource\":{\"resourceType\":\"Encounter\",\"id\":\"e\",\"status\":\"finished\",\"class\":{\"code\":\"AMB\"}}},"
            + "{\"fullUrl\":\"urn:uuid:8\",\"resource\":" + observation + "}]}");
        var json = Encoding.UTF8.GetString(items.Resources().Last().Resource.Json.Span);
        Assert.Contains("\"http://a.example/fhir/Patient/p\"", json, StringComparison.Ordinal);
        Assert.Contains("\"urn:uuid:7\"", json, StringComparison.Ordinal);
        Assert.Contains("\"Observation/elsewhere\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_in_a_bundle_is_opened_too()
    {
        var inner = Bundle("document", Patient, Observation);
        var items = await Reading.Of(Bundle("document", Patient, inner, inner.Replace("\"o\"", "\"o2\"", StringComparison.Ordinal)));
        Assert.Equal(3, items.OfType<ReadPerson>().Count());
        Assert.Equal(2, items.Resources().Count());
        Assert.Equal("Bundle.entry[1].resource.entry[1].resource", items.Resources().First().Position.Path);
        Assert.Empty(items.Codes());
    }

    [Fact]
    public async Task Bundles_without_end_in_one_another_are_refused()
    {
        var bundle = Bundle("collection", Observation);
        for (var i = 0; i < 4; i++)
            bundle = Bundle("collection", bundle);
        Assert.Equal("bundle.depth", (await Reading.Of(bundle)).Codes());
    }

    [Fact]
    public async Task A_bundle_about_two_people_says_so_once_and_names_both()
    {
        var second = Patient.Replace("見本 花子", "見本 次郎", StringComparison.Ordinal).Replace("\"p\"", "\"q\"", StringComparison.Ordinal);
        var items = await Reading.Of(Bundle("collection", Patient, second, Observation));
        Assert.Equal(2, items.OfType<ReadPerson>().Count());
        Assert.Equal("person.several", items.Codes());
    }

    [Theory]
    [InlineData("""{"resourceType":"Parameters"}""", "resource.not-a-record")]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[]}""", "resource.not-a-record")]
    [InlineData("""{"resourceType":"ValueSet","status":"active"}""", "resource.not-personal")]
    [InlineData("""{"resourceType":"Dog"}""", "resource.type")]
    [InlineData("""{"resourceType":"Observation","status":"final"}""", "resource.invalid")]
    [InlineData("""{"resourceType":"Observation","status":"final","status":"final","code":{"text":"x"}}""", "json.duplicate")]
    public async Task What_is_no_record_is_said_and_the_rest_is_read(string entry, string code)
    {
        var items = await Reading.Of(Bundle("collection", entry, Observation));
        Assert.Equal(code, items.Codes());
        Assert.Single(items.Resources());
    }

    [Theory]
    [InlineData("10", "", DataCategory.SpecificCheckup)]
    [InlineData("40", "010", DataCategory.SpecificCheckup)]
    [InlineData("40", "020", DataCategory.SpecificCheckup)]
    [InlineData("90", "030", DataCategory.EmployerCheckup)]
    [InlineData("40", "060", DataCategory.MunicipalScreening)]
    [InlineData("90", "990", null)]
    [InlineData("41", "", DataCategory.EmployerCheckup)]
    [InlineData("42", "", DataCategory.MunicipalScreening)]
    [InlineData("51", "1", DataCategory.MunicipalScreening)]
    [InlineData("58", "1", DataCategory.MunicipalScreening)]
    [InlineData("43", "", DataCategory.MaternalInfantCheckup)]
    [InlineData("44", "", DataCategory.MaternalInfantCheckup)]
    [InlineData("59", "", null)]
    public async Task A_checkup_report_says_its_category_by_code(string category, string program, DataCategory? expected)
    {
        foreach (var system in new[] { "http://jpfhir.jp/fhir/eCheckup/CodeSystem/checkup-report-category", "urn:oid:2.16.840.1.113883.2.2.1.6.1001", "urn:oid:1.2.392.200119.6.1001" })
        {
            var events = program.Length == 0 ? "" : ",\"event\":[{\"code\":[{\"coding\":[{\"code\":\"999\"}]}]},{\"code\":[{\"coding\":[{\"code\":\"" + program + "\"}]}]}]";
            var composition = Composition("53576-5", ",\"category\":[{\"coding\":[{\"system\":\"" + system + "\",\"code\":\"" + category + "\"}]}]" + events);
            var items = await Reading.Of(Bundle("document", composition, Observation));
            Assert.Equal((expected, SourceKind.MedicalInstitution), (items.Resources().Last().Category, items.Resources().Last().Source!.Value));
        }
    }

    [Theory]
    [InlineData("57833-6", DataCategory.EPrescription)]
    [InlineData("18842-5", DataCategory.Chart)]
    [InlineData("57133-1", DataCategory.Chart)]
    [InlineData("56447-6", DataCategory.Chart)]
    [InlineData("60591-5", null)]
    public async Task Any_other_document_says_it_by_its_type(string type, DataCategory? expected)
    {
        var items = await Reading.Of(Bundle("document", Composition(type, ""), Observation));
        Assert.Equal(expected, items.Resources().Last().Category);
    }

    [Fact]
    public async Task The_maker_is_found_behind_a_role_and_inside_the_composition()
    {
        var role = """{"resourceType":"PractitionerRole","id":"r","organization":{"reference":"Organization/g"}}""";
        var organization = """{"resourceType":"Organization","id":"g","name":"見本病院"}""";
        var byRole = await Reading.Of(Bundle("document", Composition("57133-1", "", "\"reference\":\"PractitionerRole/r\""), role, organization));
        Assert.All(byRole.Resources(), one => Assert.Equal("見本病院", one.SourceName));
        var contained = await Reading.Of(Bundle("document", Composition("57133-1", ",\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"c\",\"name\":\"中の病院\"}]", "\"reference\":\"#c\"")));
        Assert.Equal("中の病院", Assert.Single(contained.Resources()).SourceName);
    }

    [Fact]
    public async Task A_clins_collection_is_chart_of_an_institution()
    {
        var bundle = Bundle("collection", Patient, Observation).Replace("\"type\"", "\"meta\":{\"profile\":[\"http://jpfhir.jp/fhir/clins/StructureDefinition/JP_Bundle_CLINS|1\"]},\"type\"", StringComparison.Ordinal);
        var found = Assert.Single((await Reading.Of(bundle)).Resources());
        Assert.Equal((DataCategory.Chart, SourceKind.MedicalInstitution), (found.Category, found.Source));
    }

    [Fact]
    public async Task A_withheld_condition_does_not_come_in_and_nothing_else_tells_of_it()
    {
        foreach (var tag in new[] { "UNINFORMED", "UNDELIVERED" })
        {
            var condition = """{"resourceType":"Condition","id":"secret","meta":{"tag":[{"system":"http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication","code":"TAG"}]},"code":{"text":"SECRETNAME"},"subject":{"reference":"Patient/p"}}""".Replace("TAG", tag, StringComparison.Ordinal);
            var request = """{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/p"},"reasonReference":[{"reference":"Condition/secret","display":"SECRETNAME"}]}""";
            var composition = Composition("57133-1", """,  "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">SECRETNAME</div>"},"section":[{"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">SECRETNAME</div>"},"entry":[{"reference":"urn:uuid:s","display":"SECRETNAME"}]}]""");
            var bundle = Bundle("document", composition, Patient, condition, request).Replace("{\"resource\":{\"resourceType\":\"Condition\"", "{\"fullUrl\":\"urn:uuid:s\",\"resource\":{\"resourceType\":\"Condition\"", StringComparison.Ordinal);
            var items = await Reading.Of(bundle);
            Assert.Equal("clins.withheld", items.Codes());
            Assert.Equal("Composition MedicationRequest", string.Join(' ', items.Resources().Select(one => one.Resource.Type)));
            Assert.All(items.Resources(), one => Assert.DoesNotContain("SECRET", Encoding.UTF8.GetString(one.Resource.Json.Span), StringComparison.Ordinal));
            Assert.All(items.OfType<NotUnderstood>(), one => Assert.DoesNotContain("Condition", one.Position.ToString() + one.Reason, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_insured_number_leaves_no_trace_wherever_it_stands()
    {
        const string Coverage = """
            {"resourceType":"Coverage","status":"active","extension":[{"url":"http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol","valueString":"SECRET"}],
             "identifier":[{"value":"SECRET"}],"subscriberId":"SECRET","dependent":"SECRET","beneficiary":{"reference":"Patient/p"},"payor":[{"identifier":{"system":"urn:oid:1.2.392.100495.20.3.61","value":"06123456"}}]}
            """;
        const string Logical = """{"resourceType":"Condition","subject":{"identifier":{"system":"http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID","value":"SECRET"}}}""";
        const string Old = """{"resourceType":"Account","status":"active","identifier":[{"system":"urn:oid:1.2.392.100495.20.3.63","value":"SECRET"},{"system":"http://a.example","value":"stays"}]}""";
        var items = await Reading.Of(Bundle("collection", Patient, Coverage, Logical, Old));
        Assert.Equal("masked.insured-number", items.Codes());
        var json = items.Resources().Select(one => Encoding.UTF8.GetString(one.Resource.Json.Span)).ToList();
        Assert.Equal(3, json.Count);
        Assert.All(json, one => Assert.DoesNotContain("SECRET", one, StringComparison.Ordinal));
        Assert.Contains("06123456", json[0], StringComparison.Ordinal);
        Assert.Contains("\"subject\":{\"reference\":\"Patient/p\",\"type\":\"Patient\"}", json[1], StringComparison.Ordinal);
        Assert.Contains("stays", json[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_known_by_its_content()
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Bundle("collection", Observation)));
        Assert.Equal(FileFormat.FhirBundle, await FormatReader.Detect(file, TestContext.Current.CancellationToken));
        Assert.Equal(0, file.Position);
    }

    internal static string Bundle(string type, params string[] resources) =>
        $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', resources.Select(one => "{\"resource\":" + one + "}"))}}]}""";

    private static string Composition(string type, string more, string author = "\"display\":\"a\"") =>
        """{"resourceType":"Composition","id":"c","status":"final","type":{"coding":[{"system":"http://loinc.org","code":"TYPE"}]},"date":"2024-04-05","author":[{AUTHOR}],"title":"t"MORE}"""
            .Replace("TYPE", type, StringComparison.Ordinal).Replace("AUTHOR", author, StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal);
}
