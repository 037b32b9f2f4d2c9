using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteCareTimeTests() : CareTimeContract(StoreKind.Sqlite);

public sealed class PostgresCareTimeTests() : CareTimeContract(StoreKind.Postgres);

/// <summary>The times of <c>$everything</c>: each kind of record by the element that says when it was, and what has none in every time.</summary>
public abstract class CareTimeContract(StoreKind store)
{
    // Each was in 2021 and in no other year, whatever else it is dated by.
    private static readonly (string Type, string Body)[] Of2021 =
    [
        ("AllergyIntolerance", """ "patient":<me>,"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"lastOccurrence":"2021-04-01" """),
        ("Appointment", """ "status":"booked","participant":[{"status":"accepted","actor":<me>}],"created":"2020-12-01","start":"2021-04-01T09:00:00+09:00","end":"2021-04-01T10:00:00+09:00" """),
        ("Appointment", """ "status":"proposed","participant":[{"status":"accepted","actor":<me>}],"created":"2020-12-01","requestedPeriod":[{"start":"2021-04-01","end":"2021-04-02"}] """),
        ("Communication", """ "status":"completed","subject":<me>,"received":"2021-04-01" """),
        ("Condition", """ "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"resolved"}]},"subject":<me>,"abatementDateTime":"2021-04-01" """),
        ("DocumentReference", """ "status":"current","subject":<me>,"content":[{"attachment":{"title":"x"}}],"context":{"period":{"start":"2021-04-01","end":"2021-04-02"}} """),
        ("Goal", """ "lifecycleStatus":"active","description":{"text":"x"},"subject":<me>,"startDate":"2021-04-01","statusDate":"2022-04-01" """),
        ("Goal", """ "lifecycleStatus":"active","description":{"text":"y"},"subject":<me>,"statusDate":"2021-04-01" """),
        ("Goal", """ "lifecycleStatus":"active","description":{"text":"z"},"subject":<me>,"target":[{"dueDate":"2021-04-01"}] """),
        ("ImagingStudy", """ "status":"available","subject":<me>,"series":[{"uid":"1.2","modality":{"code":"CT"},"started":"2021-04-01"}] """),
        ("Media", """ "status":"completed","subject":<me>,"content":{"title":"x"},"createdDateTime":"2021-04-26","issued":"2022-04-26T00:00:00Z" """),
        ("Media", """ "status":"completed","subject":<me>,"content":{"title":"y"},"createdPeriod":{"start":"2021-04-26","end":"2021-04-27"} """),
        ("Specimen", """ "subject":<me>,"collection":{"collectedDateTime":"2021-03-03"} """),
        ("Specimen", """ "subject":<me>,"collection":{"collectedPeriod":{"start":"2021-03-03","end":"2021-03-04"}},"receivedTime":"2022-01-01" """),
        ("Specimen", """ "subject":<me>,"receivedTime":"2021-03-03" """),
        ("Observation", """ "status":"final","code":{"text":"x"},"subject":<me>,"effectiveDateTime":"2021-03-03" """),
        ("Procedure", """ "status":"completed","subject":<me>,"performedPeriod":{"start":"2021-03-03","end":"2021-03-04"} """),
    ];

    private static readonly (string Type, string Body)[] OfNoTime =
    [
        ("Condition", """ "subject":<me>,"code":{"text":"pressure"} """), ("Condition", """ "subject":<me>,"onsetAge":{"value":40,"unit":"a","system":"http://unitsofmeasure.org","code":"a"} """),
        ("Coverage", """ "status":"active","beneficiary":<me>,"payor":[{"display":"x"}] """), ("Goal", """ "lifecycleStatus":"active","description":{"text":"none"},"subject":<me> """),
        ("Immunization", """ "status":"completed","vaccineCode":{"text":"x"},"patient":<me>,"occurrenceString":"as a child" """), ("Media", """ "status":"completed","subject":<me>,"content":{"title":"none"} """),
        ("Procedure", """ "status":"completed","subject":<me>,"performedString":"long ago" """), ("Procedure", """ "status":"completed","subject":<me>,"performedAge":{"value":7,"unit":"a","system":"http://unitsofmeasure.org","code":"a"} """),
        ("Specimen", """ "subject":<me> """), ("Organization", """ "name":"x" """),
    ];

    [Fact]
    public async Task Everything_of_a_time_is_what_was_then_and_what_has_no_time()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var (dated, undated) = (new List<string>(), new List<string> { one.Id });
        foreach (var (type, body) in Of2021)
            dated.Add(await one.Make(type, Filled(one, body)));
        foreach (var (type, body) in OfNoTime)
            undated.Add(await one.Make(type, Filled(one, body)));

        await Holds("start=2021&end=2021", dated.Concat(undated));
        await Holds("start=2021-01-01", dated.Concat(undated));
        await Holds("end=2021", dated.Concat(undated));
        await Holds("start=2000&end=2030", dated.Concat(undated));
        await Holds("start=2020&end=2020", undated);
        await Holds("start=2022", undated);
        await Holds("end=2020", undated);

        async Task Holds(string time, IEnumerable<string> expected)
        {
            var all = new List<string>();
            for (string? next = $"Patient/{one.Id}/$everything?{time}&_count=7"; next is not null;)
            {
                var page = await one.Ask("GET", next);
                Assert.True(page.Status == 200, page.Body.ToString());
                all.AddRange(page.Entries.Select(entry => entry.GetProperty("resource")).Select(one => one.GetProperty("id").GetString()!));
                next = page.Next;
            }

            var (missing, more) = (expected.Except(all, StringComparer.Ordinal).ToList(), all.Except(expected, StringComparer.Ordinal).ToList());
            Assert.True(missing.Count + more.Count == 0, $"{time}: missing {string.Join(' ', missing.Select(Named))}, too many {string.Join(' ', more.Select(Named))}");
            Assert.Equal(all.Count, all.Distinct(StringComparer.Ordinal).Count());
        }

        string Named(string id) => dated.IndexOf(id) is >= 0 and var place ? $"{Of2021[place].Type}[{place}]" : undated.IndexOf(id) is > 0 and var other ? $"{OfNoTime[other - 1].Type}[{other - 1}]" : "Patient";
    }

    /// <summary>A grant with a period opens what the main date puts into it, as it always did: neither what has no time nor what only <c>$everything</c> dates.</summary>
    [Fact]
    public async Task A_grant_with_a_period_opens_no_more_for_it()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        foreach (var (type, body) in Of2021.Concat(OfNoTime))
            await one.Make(type, Filled(one, body));
        var weight = await one.Weigh("60", "2021-06-01");
        foreach (var purpose in new[] { Purpose.AppUse, Purpose.AppEntry })
        {
            Assert.True((await clinic.Vault.Grant(
                Actor.Resident(one.Resident),
                new NewGrant(one.Resident, ActorKind.Application, $"period.{one.Resident.Value}", purpose, AccessClasses.All, new DateOnly(2021, 1, 1), new DateOnly(2021, 12, 31), TimeProvider.System.GetUtcNow().AddDays(1)),
                Clinic.Cancel)).IsOk);
        }

        one.App = "period";
        var open = await one.Found("?_type=AllergyIntolerance,Appointment,Communication,Condition,Coverage,DocumentReference,Goal,ImagingStudy,Immunization,Media,Observation,Procedure,Specimen,Organization&_count=100");
        Assert.Equal(3, open.Count);
        Assert.Contains(weight, open, StringComparer.Ordinal);
        foreach (var time in new[] { "start=2021&end=2021", "start=2000", "end=2030" })
            Assert.Equal(open.Order(StringComparer.Ordinal), (await one.Found($"Patient/{one.Id}/$everything?{time}&_count=100")).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty(await one.Found($"Patient/{one.Id}/$everything?start=2022&_count=100"));
    }

    private static string Filled(Patient one, string body) => body.Replace("<me>", $"{{\"reference\":\"Patient/{one.Id}\"}}", StringComparison.Ordinal);
}
