using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteCompartmentTests() : CompartmentContract(StoreKind.Sqlite);

public sealed class PostgresCompartmentTests() : CompartmentContract(StoreKind.Postgres);

/// <summary>A compartment is one person's on its first page and on its last, for callers to whom many have given access; and what goes over several persons holds each record once.</summary>
public abstract class CompartmentContract(StoreKind store)
{
    [Theory]
    [InlineData("Patient/{0}/$everything?_count=2")]
    [InlineData("Patient/{0}/Observation?_count=2")]
    [InlineData("Patient/{0}/Observation?_count=2&_sort=value-quantity")]
    [InlineData("Patient/{0}/*?_count=2")]
    [InlineData("Patient/{0}/Provenance?_count=2")]
    [InlineData("Patient/{0}/AuditEvent?_count=2")]
    public async Task Every_page_of_a_compartment_is_about_its_person(string address)
    {
        await using var clinic = await Clinic.Open(store);
        var (people, asker) = await People(clinic, 3, 5);
        foreach (var one in people)
        {
            var own = new HashSet<string>(StringComparer.Ordinal);
            var pages = 0;
            for (string? next = string.Format(null, address, one.Id); next is not null; pages++)
            {
                var page = await asker.Ask("GET", next);
                Assert.True(page.Status == 200, $"{address} {pages} {page.Body}");
                // What is said of itself asks the same again.
                var self = page.Link("self")!;
                Assert.Contains($"Patient/{one.Id}/", self, StringComparison.Ordinal);
                Assert.Equal(200, (await asker.Ask("GET", self)).Status);
                foreach (var id in page.Matches)
                {
                    Assert.True(own.Add(id), "twice");
                    Assert.Equal(one.Resident, id.StartsWith("origin-", StringComparison.Ordinal) ? clinic.Vault.ResidentOf(id["origin-".Length..]) : clinic.Vault.ResidentOf(id) ?? clinic.Vault.ResidentOfView(id));
                }

                next = page.Next;
                if (next is not null)
                {
                    var token = next[(next.IndexOf("_page=", StringComparison.Ordinal))..];
                    Assert.Equal(400, (await asker.Ask("GET", $"Patient/{people.First(other => other.Id != one.Id).Id}/{address.Split('/', '?')[2]}?{token}")).Status);
                }
            }

            Assert.True(pages >= 3, $"{address}: {pages}");
        }
    }

    [Fact]
    public async Task Pages_over_several_persons_hold_each_record_once_though_a_grant_ends_between_them()
    {
        await using var clinic = await Clinic.Open(store);
        var grants = new List<IReadOnlyList<long>>();
        var (people, asker) = await People(clinic, 4, 3, grants);
        var seen = new List<string>();
        var pages = 0;
        for (string? next = "Observation?_count=2"; next is not null; pages++)
        {
            var page = await asker.Ask("GET", next);
            Assert.Equal(200, page.Status);
            seen.AddRange(page.Matches);
            Assert.InRange(seen.Count, 1, 12);
            next = page.Next;
            if (pages == 1)
            {
                foreach (var grant in grants[0])
                    Assert.True((await clinic.Vault.Revoke(Actor.Resident(people[0].Resident), people[0].Resident, grant, Clinic.Cancel)).IsOk);
            }
        }

        Assert.Equal(12, seen.Count);
        Assert.Equal(12, seen.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task An_order_goes_over_several_persons()
    {
        await using var clinic = await Clinic.Open(store);
        var (_, asker) = await People(clinic, 3, 4);
        foreach (var (sort, turned) in new[] { ("value-quantity", false), ("-value-quantity", true), ("date", false), ("-date", true), ("-_lastUpdated", true) })
        {
            var values = new List<(string Id, decimal Value, DateTimeOffset Updated)>();
            for (string? next = $"Observation?_count=5&_sort={sort}&_total=accurate"; next is not null;)
            {
                var page = await asker.Ask("GET", next);
                Assert.True(page.Status == 200, page.Body.ToString());
                Assert.Equal(12, page.Body.GetProperty("total").GetInt32());
                values.AddRange(page.Entries.Select(entry => entry.GetProperty("resource")).Select(one => (
                    one.GetProperty("id").GetString()!, one.GetProperty("valueQuantity").GetProperty("value").GetDecimal(), one.GetProperty("meta").GetProperty("lastUpdated").GetDateTimeOffset())));
                Assert.InRange(values.Count, 1, 12);
                next = page.Next;
            }

            Assert.Equal(12, values.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
            // The heavier the later, in this world.
            var sorted = values.Select(one => sort.Contains("_lastUpdated", StringComparison.Ordinal) ? one.Updated.UtcTicks : (long)one.Value).ToList();
            Assert.Equal(turned ? sorted.OrderDescending() : sorted.Order(), sorted);
        }
    }

    [Fact]
    public async Task Only_the_Patient_of_a_person_who_gave_access_names_a_compartment_and_all_else_is_missing_alike()
    {
        await using var clinic = await Clinic.Open(store);
        var (people, asker) = await People(clinic, 2, 1);
        var stranger = await clinic.Patient();
        var observation = (await asker.Ask("GET", "Observation?_count=1")).Matches[0];
        foreach (var id in new[] { "nosuch", new string('a', 26), stranger.Id, observation })
        {
            foreach (var address in new[] { "Patient/{0}/Observation", "Patient/{0}/*", "Patient/{0}/$everything", "Patient/{0}/AuditEvent", "Patient/{0}/$summary" })
            {
                var reply = await asker.Ask("GET", string.Format(null, address, id));
                Assert.True(reply.Status == 404, $"{address} {id}");
                Assert.Equal("There is no such record, or it is not open to this caller.", reply.Issue.Sentence);
            }
        }

        Assert.Equal(200, (await asker.Ask("GET", $"Patient/{people[0].Id}/Observation")).Status);
    }

    /// <summary>By R4's CompartmentDefinition of the patient, which the CapabilityStatement names.</summary>
    [Fact]
    public async Task A_compartment_holds_the_types_that_R4_puts_into_it_and_no_other()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var weight = await one.Weigh("60", "2026-01-01");
        await one.Make("Organization", "\"name\":\"x\"");
        string[] outside = ["Binary", "Bundle", "Device", "Location", "Medication", "Organization", "Practitioner", "PractitionerRole", "Questionnaire"];
        Assert.Equal(["http://hl7.org/fhir/CompartmentDefinition/patient"], (await one.Ask("GET", "metadata")).Body.GetProperty("rest")[0].GetProperty("compartment").EnumerateArray().Select(each => each.GetString()!), StringComparer.Ordinal);
        foreach (var type in HeldTypes.All)
        {
            foreach (var address in new[] { $"Patient/{one.Id}/{type}", $"Patient/{one.Id}/*?_type={type}" })
            {
                var reply = await one.Ask("GET", address);
                Assert.True(reply.Status == (outside.Contains(type, StringComparer.Ordinal) ? 400 : 200), $"{address} {reply.Body}");
                if (reply.Status == 400)
                    Assert.Contains(type, reply.Issue.Sentence, StringComparison.Ordinal);
            }
        }

        Assert.Equal(new[] { one.Id, weight }.Order(StringComparer.Ordinal), (await one.Found($"Patient/{one.Id}/*")).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(3, (await one.Found($"Patient/{one.Id}/$everything")).Count);
    }

    [Fact]
    public async Task What_a_request_opens_of_all_persons_together_is_bounded_too()
    {
        await using var clinic = await Clinic.Open(store);
        var (_, asker) = await People(clinic, 4, 5);
        asker.Budget = new Searching.SearchBudget(new SearchLimits(Most: 10, Heavy: 10, PerMinute: 10_000, AtOnce: 2), TimeProvider.System);
        var alone = await asker.Ask("GET", "Observation?value-quantity=gt1000");
        Assert.Equal(200, alone.Status);
        var batch = $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{string.Join(',', Enumerable.Repeat("{\"request\":{\"method\":\"GET\",\"url\":\"Observation?value-quantity=gt1000\"}}", 10))}}}]}""";
        var statuses = (await asker.Ask("POST", "", batch)).Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()![..3]).ToList();
        Assert.Equal(("200", "422"), (statuses[0], statuses[^1]));
    }

    [Fact]
    public async Task What_comes_along_and_what_is_counted_is_of_the_person_whose_record_was_found()
    {
        await using var clinic = await Clinic.Open(store);
        var (people, asker) = await People(clinic, 3, 2);
        var sorted = await asker.Ask("GET", "Observation?_sort=-value-quantity&_include=Observation:subject");
        Assert.Equal(6, sorted.Matches.Count);
        Assert.Equal(people.Select(one => one.Id).Order(StringComparer.Ordinal), sorted.Included.Order(StringComparer.Ordinal), StringComparer.Ordinal);

        var origins = new List<string>();
        for (string? next = "Provenance?_count=2&_total=accurate"; next is not null;)
        {
            var page = await asker.Ask("GET", next);
            // A Patient and two weights each.
            Assert.Equal(9, page.Body.GetProperty("total").GetInt32());
            origins.AddRange(page.Matches);
            Assert.InRange(origins.Count, 1, 9);
            next = page.Next;
        }

        Assert.Equal(9, origins.Count);
        Assert.Equal(9, origins.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_page_of_one_launch_is_none_of_another_of_the_same_clinician()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        foreach (var each in new[] { one, other })
        {
            await each.Weigh("60", "2026-01-01");
            await each.Weigh("61", "2026-01-02");
            each.App = "doctor";
            await each.Share(ApiCallerKind.ClinicianApp, AccessClasses.All);
            each.Scopes = "patient/*.rs";
        }

        var next = (await one.Ask("GET", $"Patient/{one.Id}/Observation?_count=1")).Next!;
        Assert.Equal(400, (await other.Ask("GET", next)).Status);
        Assert.Single((await one.Ask("GET", next)).Matches);
    }

    // Persons with so many weights each, dated and rising; all seen by one service, as which the last of them asks.
    private static async Task<(IReadOnlyList<Patient> People, Patient Asker)> People(Clinic clinic, int count, int each, List<IReadOnlyList<long>>? grants = null)
    {
        var people = new List<Patient>();
        for (var i = 0; i < count; i++)
        {
            var one = await clinic.Patient();
            for (var day = 0; day < each; day++)
                await one.Weigh($"{50 + (i * each) + day}", $"2026-01-{1 + (i * each) + day:00}");
            one.App = "service";
            var given = await one.Share(ApiCallerKind.Backend, AccessClasses.All);
            grants?.Add(given);
            people.Add(one);
        }

        // Of what is read each person has entries of their own.
        foreach (var one in people)
        {
            for (var i = 0; i < 5; i++)
                Assert.Equal(200, (await one.Ask("GET", $"Patient/{one.Id}")).Status);
        }

        return (people, people[^1]);
    }
}
