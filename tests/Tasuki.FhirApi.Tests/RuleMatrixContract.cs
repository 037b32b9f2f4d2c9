using System.Collections.Frozen;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteRuleMatrixTests() : RuleMatrixContract(StoreKind.Sqlite);

public sealed class PostgresRuleMatrixTests() : RuleMatrixContract(StoreKind.Postgres);

/// <summary>Every line of the table of rules, asked of the running interface. A line that is closed changes nothing.</summary>
public abstract class RuleMatrixContract(StoreKind store)
{
    private const string Language = """[{"op":"add","path":"/language","value":"en"}]""";

    // What base R4 asks of each type beside the reference to the person.
    private static readonly FrozenDictionary<string, string> Elements = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["AllergyIntolerance"] = "'clinicalStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical','code':'active'}]},'patient':P", ["Appointment"] = "'status':'proposed','participant':[{'actor':P,'status':'accepted'}]", ["Binary"] = "'contentType':'text/plain','securityContext':P",
        ["Bundle"] = "'type':'collection'", ["CarePlan"] = "'status':'active','intent':'plan','subject':P", ["Communication"] = "'status':'completed'",
        ["Composition"] = "'status':'final','type':T,'subject':P,'date':'2026-01-01','author':[P],'title':'t'", ["Condition"] = "'subject':P", ["Coverage"] = "'status':'active','beneficiary':P,'payor':[P]",
        ["DiagnosticReport"] = "'status':'final','code':T", ["DocumentReference"] = "'status':'current','content':[{'attachment':{'contentType':'text/plain'}}]", ["Encounter"] = "'status':'finished','class':{'code':'AMB'}",
        ["FamilyMemberHistory"] = "'status':'completed','patient':P,'relationship':T", ["Goal"] = "'lifecycleStatus':'active','description':T,'subject':P", ["ImagingStudy"] = "'status':'available','subject':P",
        ["Immunization"] = "'status':'completed','vaccineCode':T,'patient':P,'occurrenceString':'t'", ["Media"] = "'status':'completed','content':{'contentType':'text/plain'}",
        ["MedicationAdministration"] = "'status':'completed','medicationCodeableConcept':T,'subject':P,'effectiveDateTime':'2026-01-01'", ["MedicationDispense"] = "'status':'completed','medicationCodeableConcept':T",
        ["MedicationRequest"] = "'status':'active','intent':'order','medicationCodeableConcept':T,'subject':P", ["MedicationStatement"] = "'status':'active','medicationCodeableConcept':T,'subject':P",
        ["Observation"] = "'status':'final','code':T", ["Organization"] = "'name':'t'", ["Procedure"] = "'status':'completed','subject':P", ["Questionnaire"] = "'status':'active'", ["QuestionnaireResponse"] = "'status':'completed'",
        ["RelatedPerson"] = "'patient':P", ["ServiceRequest"] = "'status':'active','intent':'order','subject':P",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    [Fact]
    public async Task Every_line_of_the_table_is_what_the_interface_does()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Share(ApiCallerKind.ClinicianApp, AccessClasses.All);
        await one.Share(ApiCallerKind.Backend, AccessClasses.All);
        var wrong = new List<string>();
        foreach (var rule in WriteRules.Table.Where(rule => HeldTypes.IsRecord(rule.Type)))
        {
            one.Kind = rule.Caller;
            var body = Body(rule.Type, one.Id);
            if (rule.Action is RuledAction.Create)
            {
                Expect(wrong, rule, await one.Ask("POST", rule.Type, body), 201);
                continue;
            }

            var id = rule.Standing is RecordStanding.Shared ? await clinic.Share(body) : await one.Came(body, Origin(rule.Standing, one.Caller));
            var address = $"{rule.Type}/{id}";
            var answer = rule.Action switch
            {
                RuledAction.Read => await one.Ask("GET", address),
                RuledAction.Update => await one.Ask("PUT", address, body.Insert(1, $"\"id\":\"{id}\",")),
                RuledAction.Patch => await one.Ask("PATCH", address, Language),
                _ => await one.Ask("DELETE", address),
            };
            Expect(wrong, rule, answer, rule.Action is RuledAction.Delete ? 204 : 200);
            if (rule.Refusal is not null && await one.Ask("GET", address) is var after && (after.Status, after.Version) != (200, 1))
                wrong.Add($"{rule} was refused, and the record is changed.");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_table_has_a_line_for_whatever_can_be_asked()
    {
        var kinds = Enum.GetValues<ApiCallerKind>().Length;
        Assert.Equal((HeldTypes.Records.Count * kinds * ((4 * 4) + 1)) + (HeldTypes.Views.Count * kinds * 5) + (SharedTypes.All.Count * kinds * 4), WriteRules.Table.DistinctBy(rule => (rule.Type, rule.Action, rule.Caller, rule.Standing)).Count());
        Assert.All(WriteRules.Table, rule => Assert.False(rule.Refusal is { Length: 0 }));
        Assert.All(WriteRules.Table.Where(rule => rule.Standing is RecordStanding.Official && rule.Action is not RuledAction.Read), rule => Assert.NotNull(rule.Refusal));
        Assert.All(WriteRules.Table.Where(rule => rule.Standing is RecordStanding.Shared && rule.Action is not RuledAction.Read), rule => Assert.NotNull(rule.Refusal));
        Assert.All(WriteRules.Table.Where(rule => rule.Type is "AuditEvent" or "Provenance" && rule.Action is not RuledAction.Read), rule => Assert.NotNull(rule.Refusal));
        Assert.All(WriteRules.Table.Where(rule => rule.Type is "Consent" && rule.Action is RuledAction.Create or RuledAction.Delete), rule => Assert.NotNull(rule.Refusal));
        Assert.All(WriteRules.Table.Where(rule => rule.Type is "Patient" && rule.Action is not RuledAction.Read), rule => Assert.Contains("desk", rule.Refusal, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_app_that_was_connected_anew_changes_what_it_wrote_and_another_app_does_not()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        foreach (var app in new[] { "5/1", "5/2", "6/1" })
            await one.Connect(app, AccessClasses.All);
        one.App = "5/1";
        var written = await one.Weigh("61", "2026-04-01");
        one.App = "6/1";
        Assert.Equal(403, (await one.Ask("DELETE", $"Observation/{written}")).Status);
        one.App = "5/2";
        Assert.Equal(204, (await one.Ask("DELETE", $"Observation/{written}")).Status);
        // A place in a file is nobody's signature.
        var filed = await one.Came(one.Observation("60", "2026-04-02"), new RecordOrigin(SourceKind.OtherPhr, null, 1, WriteRules.Origin(one.Caller, default).Position, default));
        Assert.Equal(403, (await one.Ask("DELETE", $"Observation/{filed}")).Status);
    }

    internal static string Body(string type, string patient)
    {
        var element = Elements.GetValueOrDefault(type) is { } some ? "," + some : "";
        var about = type is "Binary" or "Bundle" ? "" : ",'extension':[{'url':'http://example.org/about','valueReference':P}]";
        return $"{{'resourceType':'{type}'{element}{about}}}".Replace(":P", $":{{'reference':'Patient/{patient}'}}", StringComparison.Ordinal)
            .Replace("[P]", $"[{{'reference':'Patient/{patient}'}}]", StringComparison.Ordinal).Replace(":T", ":{'text':'t'}", StringComparison.Ordinal).Replace('\'', '"');
    }

    private static void Expect(List<string> wrong, WriteRule rule, Reply answer, int open)
    {
        if (rule.Refusal is null ? answer.Status != open : answer.Status is not 403 || answer.Issue != ("business-rule", rule.Refusal))
            wrong.Add($"{rule}: {answer.Status} {(answer.Status >= 400 ? answer.Issue.Sentence : "")}");
    }

    private static RecordOrigin Origin(RecordStanding standing, ApiCaller caller) => standing switch
    {
        RecordStanding.Own => WriteRules.Origin(caller, TimeProvider.System.GetUtcNow()),
        RecordStanding.Entered => new RecordOrigin(SourceKind.Person, null, null, null, TimeProvider.System.GetUtcNow()),
        RecordStanding.Official => new RecordOrigin(SourceKind.Mynaportal, null, null, null, TimeProvider.System.GetUtcNow()),
        _ => new RecordOrigin(SourceKind.OtherPhr, null, null, null, TimeProvider.System.GetUtcNow()),
    };
}
