using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteSearchValueTests() : SearchValueContract(StoreKind.Sqlite);

public sealed class PostgresSearchValueTests() : SearchValueContract(StoreKind.Postgres);

/// <summary>Values that are found by what they mean and not only by how they are written: repeated times, the end of the calendar, implied systems, versions, open ends.</summary>
public abstract class SearchValueContract(StoreKind store)
{
    private const string Status = "http://hl7.org/fhir/observation-status";

    [Fact]
    public async Task Of_a_Timing_the_outer_limits_are_found_and_no_other_date_of_the_record()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var events = await Observed(one, "\"effectiveTiming\":{\"event\":[\"2013-02-06\",\"2013-01-05\"]},\"issued\":\"2020-01-01T00:00:00Z\"");
        var bounds = await Observed(one, "\"effectiveTiming\":{\"repeat\":{\"boundsPeriod\":{\"start\":\"2014-03-01\",\"end\":\"2014-03-31\"},\"frequency\":1,\"period\":1,\"periodUnit\":\"d\"}}");
        var plain = await Observed(one, "\"effectiveDateTime\":\"2016-05-01\"");
        var order = await one.Make("ServiceRequest", $$"""
            "status":"active","intent":"order","subject":{"reference":"Patient/{{one.Id}}"},"occurrenceTiming":{"event":["2013-05-01"]},"authoredOn":"2021-01-01"
            """);
        await Expect(one,
        [
            ("Observation?date=2013", [events]), ("Observation?date=2013-01-05", []), ("Observation?date=ap2013-01-20", [events]), ("Observation?date=2014-03", [bounds]), ("Observation?date=2020", []),
            ("Observation?date=sa2013-01-04", [plain, bounds, events]), ("Observation?date=eb2014", [events]), ("Observation?date=ge2013&date=lt2015", [bounds, events]), ("Observation?date=2016", [plain]),
            ("Observation?_sort=date", [events, bounds, plain]), ("Observation?_sort=-date", [plain, bounds, events]), ("Observation?date:missing=true", []),
            ("ServiceRequest?occurrence=2013", [order]), ("ServiceRequest?occurrence=2021", []), ("ServiceRequest?authored=2021", [order]),
        ]);
    }

    [Fact]
    public async Task The_last_day_of_the_calendar_is_a_date_as_others_are()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var last = await Observed(one, "\"effectiveDateTime\":\"9999-12-31\"");
        var second = await Observed(one, "\"effectiveDateTime\":\"9999-12-31T23:59:59+09:00\"");
        await Expect(one,
        [
            ("Observation?date=9999", [last, second]), ("Observation?date=9999-12", [last, second]), ("Observation?date=9999-12-31", [last, second]), ("Observation?date=gt9999", []),
            ("Observation?date=gt9999-12-30", [last, second]), ("Observation?date=lt9999-12-31", []), ("Observation?date=le9999-12-31T23:59:59%2B09:00", [last, second]),
        ]);
    }

    [Fact]
    public async Task A_code_is_found_by_the_system_it_is_bound_to()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var made = await Observed(one, "\"effectiveDateTime\":\"2016-05-01\"");
        await Expect(one,
        [
            ($"Observation?status={Status}|final", [made]), ($"Observation?status={Status}|amended", []), ($"Observation?status={Status}|", [made]), ("Observation?status=|final", [made]), ("Observation?status=final", [made]),
            ("Observation?status=http://other|final", []), ($"Observation?status:not={Status}|final", []), ("Observation?status:missing=false", [made]),
        ]);
    }

    [Fact]
    public async Task A_reference_to_a_version_is_one_to_the_record()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var member = await Observed(one, "\"effectiveDateTime\":\"2016-05-01\"");
        var panel = await Observed(one, $"\"status\":\"amended\",\"effectiveDateTime\":\"2016-05-02\",\"hasMember\":[{{\"reference\":\"Observation/{member}/_history/1\"}}]", status: "");
        await Expect(one,
        [
            ($"Observation?has-member=Observation/{member}", [panel]), ($"Observation?has-member={member}", [panel]), ($"Observation?has-member=Observation/{member}/_history/1", [panel]),
            ($"Observation?has-member=Observation/{member}/_history/2", []), ($"Observation?has-member={Clinic.Root}/Observation/{member}", [panel]), ("Observation?has-member.status=final", [panel]),
            ("Observation?has-member.status=amended", []), ("Observation?_has:Observation:has-member:status=amended", [member]), ($"Observation?subject={Clinic.Root}/Patient/{one.Id}&status=final", [member]),
        ]);
        Assert.Equal([panel], (await one.Ask("GET", $"Observation?_id={member}&_revinclude=Observation:has-member")).Included);
    }

    [Fact]
    public async Task The_host_of_an_absolute_reference_knows_no_case()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var made = await Observed(one, "\"effectiveDateTime\":\"2016-05-01\"");
        var shouted = Clinic.Root.Replace("https://hibiki.example", "HTTPS://HIBIKI.Example", StringComparison.Ordinal);
        await Expect(one,
        [
            ($"Observation?subject={shouted}/Patient/{one.Id}", [made]), ($"Observation?subject=http{Clinic.Root["https".Length..]}/Patient/{one.Id}", [made]), ($"Observation?patient={shouted}/Patient/{one.Id}", [made]),
            ($"Observation?subject={Clinic.Root.Replace("/fhir", "/FHIR", StringComparison.Ordinal)}/Patient/{one.Id}", []), ($"Observation?subject=https://other.example/fhir/Patient/{one.Id}", []),
        ]);
    }

    [Fact]
    public async Task A_text_or_an_address_that_is_looked_at_as_a_token_has_no_case_and_a_code_has()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var drug = await one.Make("Medication", "\"code\":{\"coding\":[{\"system\":\"urn:c\",\"code\":\"B9\"}]},\"batch\":{\"lotNumber\":\"B9É\"}");
        var doctor = await one.Make("Practitioner", "\"telecom\":[{\"system\":\"email\",\"value\":\"A.B@Example.com\"},{\"system\":\"phone\",\"value\":\"03-X\"}]");
        await Expect(one,
        [
            ("Medication?lot-number=b9é", [drug]), ("Medication?lot-number=B9É", [drug]), ("Medication?lot-number=|b9É", [drug]), ("Medication?lot-number=b9", []), ("Medication?lot-number=urn:c|b9É", []),
            ("Medication?lot-number:not=b9é", []), ("Medication?code=b9", []), ("Medication?code=B9", [drug]),
            ("Practitioner?email=a.b@example.com", [doctor]), ("Practitioner?telecom=a.b@EXAMPLE.com", [doctor]), ("Practitioner?phone=03-x", [doctor]), ("Practitioner?email=03-X", []),
        ]);
    }

    [Fact]
    public async Task A_system_finds_what_is_of_it_and_has_no_value()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var alone = await Observed(one, "\"identifier\":[{\"system\":\"urn:sysonly\"}],\"category\":[{\"coding\":[{\"system\":\"urn:kinds\",\"display\":\"x\"}]}]");
        var whole = await Observed(one, "\"identifier\":[{\"system\":\"urn:sysonly\",\"value\":\"1\"}],\"category\":[{\"coding\":[{\"system\":\"urn:kinds\",\"code\":\"k\"}]}]");
        await Expect(one,
        [
            ("Observation?identifier=urn:sysonly|", [alone, whole]), ("Observation?identifier=urn:sysonly|1", [whole]), ("Observation?identifier=1", [whole]), ("Observation?identifier=urn:other|", []),
            ("Observation?category=urn:kinds|", [alone, whole]), ("Observation?category=urn:kinds|k", [whole]), ("Observation?identifier:missing=true", []), ("Observation?_sort=identifier", [whole, alone]),
        ]);
    }

    [Fact]
    public async Task Years_and_months_of_UCUM_are_the_same_time_in_other_units()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var made = await one.Make("Condition", $$$"""
            "subject":{"reference":"Patient/{{{one.Id}}}"},"onsetAge":{"value":40,"unit":"years","system":"http://unitsofmeasure.org","code":"a"}
            """);
        const string Ucum = "|http://unitsofmeasure.org|";
        await Expect(one,
        [
            ($"Condition?onset-age=480{Ucum}mo", [made]), ($"Condition?onset-age=14610{Ucum}d", [made]), ($"Condition?onset-age=40{Ucum}a", [made]), ($"Condition?onset-age=gt481{Ucum}mo", []),
            ($"Condition?onset-age=lt481{Ucum}mo", [made]), ($"Condition?onset-age=40{Ucum}kg", []),
        ]);
    }

    [Fact]
    public async Task What_is_less_than_a_number_is_not_that_number()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        async Task<string> Measured(string comparator) => await Observed(
            one, $"\"effectiveDateTime\":\"2016-05-01\",\"valueQuantity\":{{\"value\":5.4,\"comparator\":\"{comparator}\",\"unit\":\"mmol/L\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mmol/L\"}}");
        var (less, most, least, more) = (await Measured("<"), await Measured("<="), await Measured(">="), await Measured(">"));
        foreach (var unit in new[] { "5.4", "5.4|http://unitsofmeasure.org|mmol/L", "5400|http://unitsofmeasure.org|umol/L" })
        {
            await Expect(one,
            [
                ("Observation?value-quantity=ge" + unit, [most, least, more]), ("Observation?value-quantity=le" + unit, [less, most, least]), ("Observation?value-quantity=lt" + unit, [less, most]),
                ("Observation?value-quantity=gt" + unit, [least, more]), ("Observation?value-quantity=sa" + unit, [more]), ("Observation?value-quantity=eb" + unit, [less]),
            ]);
        }
    }

    [Fact]
    public async Task A_composite_is_missing_where_one_of_its_parts_is()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var bare = await Observed(one, "\"effectiveDateTime\":\"2016-05-01\"");
        var valued = await Observed(one, "\"effectiveDateTime\":\"2016-05-02\",\"valueQuantity\":{\"value\":5.4}");
        var parted = await Observed(one, "\"effectiveDateTime\":\"2016-05-03\",\"component\":[{\"code\":{\"text\":\"a\"},\"valueQuantity\":{\"value\":1}},{\"code\":{\"text\":\"b\"}}]");
        await Expect(one,
        [
            ("Observation?code-value-quantity:missing=true", [bare, parted]), ("Observation?code-value-quantity:missing=false", [valued]), ("Observation?value-quantity:missing=true", [bare, parted]),
            ("Observation?component-code-value-quantity:missing=true", [bare, valued]), ("Observation?component-code-value-quantity:missing=false", [parted]),
            ("Observation?combo-code-value-quantity:missing=true", [bare]), ("Observation?combo-code-value-quantity:missing=false", [parted, valued]),
        ]);
    }

    // Where nothing is said of an order, none is expected.
    private static async Task Expect(Patient one, (string Query, string[] Found)[] cases)
    {
        foreach (var (query, found) in cases)
        {
            var reply = await one.Ask("GET", query);
            Assert.True(reply.Status == 200, $"{query}: {reply.Status}");
            var isSorted = query.Contains("_sort", StringComparison.Ordinal);
            IEnumerable<string> InOrder(IEnumerable<string> ids) => isSorted ? ids : ids.Order(StringComparer.Ordinal);
            Assert.True(InOrder(found).SequenceEqual(InOrder(reply.Matches), StringComparer.Ordinal), $"{query}: {reply.Matches.Count} found");
        }
    }

    private static Task<string> Observed(Patient one, string body, string status = "\"status\":\"final\",") =>
        one.Make("Observation", $$"""{{status}}"code":{"text":"x"},"subject":{"reference":"Patient/{{one.Id}}"},{{body}}""");
}
