using System.Text.RegularExpressions;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteNoOracleTests() : NoOracleContract(StoreKind.Sqlite);

public sealed class PostgresNoOracleTests() : NoOracleContract(StoreKind.Postgres);

/// <summary>
/// Two persons, alike but for records that the asker may not see: one has them, the other never had. Whatever is asked, the answers are the same bytes, less times, ids and
/// the seals of page links.
/// </summary>
public abstract partial class NoOracleContract(StoreKind store)
{
    private static readonly AccessClasses Open = AccessClasses.Of(DataCategory.Lifelog, DataCategory.Chart, DataCategory.Other);

    [Theory]
    [InlineData(1, false, ApiCallerKind.ResidentApp)]
    [InlineData(2, true, ApiCallerKind.ResidentApp)]
    [InlineData(3, false, ApiCallerKind.ClinicianApp)]
    [InlineData(4, true, ApiCallerKind.ClinicianApp)]
    public async Task Every_answer_is_the_one_that_would_be_given_had_the_hidden_records_never_been(int seed, bool inPeriod, ApiCallerKind kind)
    {
        await using var clinic = await Clinic.Open(store);
        var (with, without) = (await clinic.Patient(), await clinic.Patient());
        foreach (var one in new[] { with, without })
        {
            await one.Connect("2", AccessClasses.All);
            one.App = "2";
        }

        var (hidden, visible) = await Fill(new Random(seed), inPeriod, with, without);
        foreach (var one in new[] { with, without })
        {
            one.App = "1";
            await Limit(clinic, one, kind, inPeriod);
        }

        // Reads, as often as pages go.
        foreach (var address in Addresses(inPeriod))
            await Same(with, without, "GET", address, address);
        for (var i = 0; i < visible.Count; i++)
        {
            foreach (var address in new[] { "{0}", "{0}/_history", "{0}/_history/1", "{0}/_history/2" })
                await Same(with, without, "GET", string.Format(null, address, visible[i].With), string.Format(null, address, visible[i].Without));
            await Same(with, without, "GET", $"Provenance?target={visible[i].With}", $"Provenance?target={visible[i].Without}");
            await Same(with, without, "GET", $"AuditEvent?entity={visible[i].With}", $"AuditEvent?entity={visible[i].Without}");
        }

        // Writes beside hidden twins.
        for (var i = 0; i < 6; i++)
        {
            var twin = $"identifier=urn:x|{i}";
            await Same(with, without, "PUT", $"Observation?{twin}", $"Observation?{twin}", one => one.Observation("70", "2026-06-01", $",\"identifier\":[{{\"system\":\"urn:x\",\"value\":\"{i}\"}}]"));
            await Same(with, without, "POST", "Observation", "Observation", one => one.Observation("71", "2026-06-02"), h => h["If-None-Exist"] = twin);
            await Same(with, without, "DELETE", $"Condition?{twin}", $"Condition?{twin}");
        }

        foreach (var address in Addresses(inPeriod))
            await Same(with, without, "GET", address, address);

        // By the ids of what is hidden.
        foreach (var (at, id) in hidden.Index())
        {
            var gone = Gone(at);
            foreach (var (method, address) in new[]
            {
                ("GET", "{0}"), ("GET", "{0}/_history"), ("GET", "{0}/_history/1"), ("DELETE", "{0}"), ("GET", "Observation?_id={1}"), ("GET", "DiagnosticReport?result=Observation/{1}&_total=accurate"),
                ("GET", "Provenance?target={0}"), ("GET", "Provenance/origin-{1}"), ("GET", "AuditEvent?entity={0}"),
            })
            {
                await Same(with, without, method, string.Format(null, address, id, id.Split('/')[1]), string.Format(null, address, $"{id.Split('/')[0]}/{gone}", gone));
            }

            var type = id.Split('/')[0];
            await Same(with, without, "PUT", id, $"{type}/{gone}", one => RuleMatrixContract.Body(type, one.Id), h => h["If-Match"] = "W/\"3\"");
        }
    }

    private static IEnumerable<string> Addresses(bool inPeriod)
    {
        foreach (var type in new[] { "Observation", "Condition", "DiagnosticReport", "MedicationStatement", "Patient" })
        {
            foreach (var search in new[] { "?_total=accurate", "?_summary=count", "?_count=2", "?_sort=_lastUpdated&_count=3", "?_sort=-_lastUpdated", "?_elements=status", "?identifier:missing=false&_total=accurate", "/_history", "/_history?_count=2" })
                yield return type + search;
        }

        foreach (var address in new[]
        {
            "Observation?_sort=date&_count=2", "Observation?_has:DiagnosticReport:result:status=final&_total=accurate", "DiagnosticReport?result.code=29463-7&_total=accurate",
            "DiagnosticReport?result.value-quantity=gt65&_total=accurate", "DiagnosticReport?_include=DiagnosticReport:result", "Observation?_revinclude=DiagnosticReport:result&_count=3", "_history?_count=4",
            "Observation/$lastn?max=2", "Patient/{id}/$everything?_count=3", "Patient/{id}/*?_total=accurate", "Patient/{id}/Condition?_total=accurate", "?_type=Observation,Condition&_count=4&_total=accurate",
            "Provenance?_total=accurate", "Observation?_revinclude=Provenance:target&_count=4", "Provenance?_count=2", "Provenance?agent-role=Mynaportal&_total=accurate", "Consent?_total=accurate", "AuditEvent?_total=accurate&_count=1000", "AuditEvent?_count=7",
        })
        {
            yield return address;
        }

        if (!inPeriod)
            yield return "Observation?subject:Patient.family=山田&_total=accurate";
    }

    // The same records for both in the same order; the hidden ones for the first alone, and what they are asked, changed and looked at.
    private static async Task<(List<string> Hidden, List<(string With, string Without)> Visible)> Fill(Random random, bool inPeriod, Patient with, Patient without)
    {
        var (hidden, visible) = (new List<string>(), new List<(string With, string Without)>());
        for (var i = 0; i < 24; i++)
        {
            var origin = new RecordOrigin(i % 3 == 0 ? SourceKind.Mynaportal : SourceKind.Person, i % 3 == 0 ? "市" : null, i % 5 == 0 ? i + 1 : null, null, TimeProvider.System.GetUtcNow());
            var number = random.Next(6);
            var named = $",\"identifier\":[{{\"system\":\"urn:x\",\"value\":\"{number}\"}}]";
            var date = $"2026-0{random.Next(1, 6)}-1{random.Next(9)}";
            var kind = random.Next(8);
            var isHidden = kind >= 4;
            if (isHidden)
            {
                var json = kind switch
                {
                    4 => HiddenContract.Condition(with, "F32", $"{number}"),
                    5 => with.Observation($"{60 + random.Next(20)}", date, named).Replace("29463-7", "20447-9", StringComparison.Ordinal).Replace("vital-signs", "laboratory", StringComparison.Ordinal),
                    6 when inPeriod => with.Observation("61", "2025-03-01", named),
                    _ => $$$"""{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"text":"t"},"subject":{"reference":"Patient/{{{with.Id}}}"},"effectiveDateTime":"{{{date}}}"{{{named}}}}""",
                };
                var id = await with.Came(json, origin);
                hidden.Add($"{(kind == 4 ? "Condition" : json.Contains("MedicationStatement", StringComparison.Ordinal) ? "MedicationStatement" : "Observation")}/{id}");
                if (random.Next(2) == 0)
                    await with.Ask("GET", hidden[^1]);
                if (random.Next(3) == 0)
                    await with.Ask("DELETE", hidden[^1]);
                continue;
            }

            var report = kind == 3;
            var target = random.Next(2) == 0 && hidden.Count > 0 ? Pair(hidden, random.Next(hidden.Count))
                : visible.Count > 0 ? visible[random.Next(visible.Count)] : (With: $"Observation/{Gone(99)}", Without: $"Observation/{Gone(99)}");
            var ids = new List<string>();
            foreach (var (one, reference) in new[] { (with, target.With), (without, target.Without) })
            {
                var json = report
                    ? $$$"""{"resourceType":"DiagnosticReport","status":"final","code":{"text":"t"},"subject":{"reference":"Patient/{{{one.Id}}}"},"effectiveDateTime":"{{{date}}}","result":[{"reference":"Observation/{{{reference.Split('/')[1]}}}"}]}"""
                    : kind == 2 ? HiddenContract.Condition(one, "I10", $"{number}") : one.Observation($"{60 + (i % 9)}", date, named);
                ids.Add(await one.Came(json, origin));
            }

            var type = report ? "DiagnosticReport" : kind == 2 ? "Condition" : "Observation";
            visible.Add(($"{type}/{ids[0]}", $"{type}/{ids[1]}"));
        }

        Assert.NotEmpty(hidden);
        return (hidden, visible);
    }

    private static (string With, string Without) Pair(List<string> hidden, int at) => (hidden[at], $"Observation/{Gone(at)}");

    // An id under which nothing ever was, for each that is hidden.
    private static string Gone(int at) => new string('a', 24) + $"{(char)('a' + (at / 16))}{(char)('a' + (at % 16))}";

    private static async Task Limit(Clinic clinic, Patient one, ApiCallerKind kind, bool inPeriod)
    {
        one.Kind = kind;
        foreach (var purpose in new[] { one.Caller.ReadPurpose, one.Caller.WritePurpose })
        {
            Assert.True((await clinic.Vault.Grant(
                Actor.Resident(one.Resident),
                new NewGrant(one.Resident, one.Caller.Actor.Kind, one.Caller.Actor.Id, purpose, Open, inPeriod ? new DateOnly(2026, 1, 1) : null, null, TimeProvider.System.GetUtcNow().AddDays(1)), Clinic.Cancel)).IsOk);
        }
    }

    private static async Task Same(Patient with, Patient without, string method, string first, string second, Func<Patient, string>? body = null, Action<Dictionary<string, string>>? headers = null)
    {
        (first, second) = (first.Replace("{id}", with.Id, StringComparison.Ordinal), second.Replace("{id}", without.Id, StringComparison.Ordinal));
        for (var page = 1; ; page++)
        {
            var (one, other) = (await with.Ask(method, first, body?.Invoke(with), headers), await without.Ask(method, second, body?.Invoke(without), headers));
            Assert.Equal($"{method} {page} {other.Status} {other.Version} {Plain(other, without)}", $"{method} {page} {one.Status} {one.Version} {Plain(one, with)}");
            if (one.Status != 200 || one.Body.ValueKind is not System.Text.Json.JsonValueKind.Object || !one.Body.TryGetProperty("link", out _) || one.Next is not { } next)
                return;
            (first, second) = (next, other.Next!);
        }
    }

    // Ids in the order they are met, so that the same place has the same name.
    private static string Plain(Reply reply, Patient whose)
    {
        if (reply.Body.ValueKind is System.Text.Json.JsonValueKind.Undefined)
            return "";
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = PageSeal().Replace(reply.Body.GetRawText(), "_page=P");
        text = Times().Replace(text, "TIME").Replace($".{whose.Resident.Value}\"", ".N\"", StringComparison.Ordinal);
        return Ids().Replace(text, id => names.TryGetValue(id.Value, out var known) ? known : names[id.Value] = $"ID{names.Count}");
    }

    [GeneratedRegex("_page=[A-Za-z0-9_-]+", RegexOptions.None, 5_000)]
    private static partial Regex PageSeal();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", RegexOptions.None, 5_000)]
    private static partial Regex Times();

    [GeneratedRegex("(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])", RegexOptions.None, 5_000)]
    private static partial Regex Ids();
}
