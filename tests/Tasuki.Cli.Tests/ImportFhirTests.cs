using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;
using static Tasuki.Cli.Tests.TasukiProcess;

namespace Tasuki.Cli.Tests;

/// <summary><c>tasuki import-fhir</c>: another server's bulk export comes in.</summary>
public sealed class ImportFhirTests : IDisposable
{
    private static readonly string[] Who = ["--operator", "係 太郎", "--reason", "a move"];
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-import-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Places => ["--data", Path.Combine(_folder, "data"), "--ring", Path.Combine(_folder, "ring")];

    private string Files => Directory.CreateDirectory(Path.Combine(_folder, "files")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Records_come_in_once_whole_and_with_their_references_and_refused_lines_are_named_by_their_place()
    {
        await Done(["demo", "--residents", "3", .. Places]);
        await Write("Patient.ndjson", """{"resourceType":"Patient","id":"a","name":[{"family":"Elsewhere"}]}""", """{"resourceType":"Patient","id":"b"}""");
        await Write("Organization.ndjson", """{"resourceType":"Organization","id":"o1","name":"A clinic","partOf":{"reference":"Organization/o2"}}""", """{"resourceType":"Organization","id":"o2","name":"A group"}""", """{"resourceType":"Organization","id":"o3","name":"Nobody goes there"}""");
        await Write("Encounter.ndjson", Encounter("e1", "Patient/a", "Organization/o1"));
        await Write("Observation.ndjson",
            Observation("1", "https://old.example/fhir/Patient/a", "Encounter/e1", 71), Observation("2", "Patient/b", null, 72), "", "{\"resourceType\":\"Observation\"", Observation("4", "Patient/a", null, 73).Replace("final", "finished", StringComparison.Ordinal),
            Observation("5", "Patient/nobody", null, 74), Observation("6", "Patient/a", null, 75).Replace("\"status\"", "\"focus\":[{\"reference\":\"Patient/b\"}],\"status\"", StringComparison.Ordinal),
            """{"resourceType":"Bundle","type":"collection"}""", Observation("8", "Patient/a", null, 76).Replace("\"status\"", "\"note\":[{\"text\":\"マイナンバー 123456789018\"}],\"status\"", StringComparison.Ordinal));
        var map = await Map("patient,resident", "a,1", "b,2");
        string[] command = ["import-fhir", Files, "--residents", map, .. Who, .. Places];
        Assert.Equal(64, (await Run(["import-fhir", Files, "--residents", map, .. Places])).Code);
        Assert.Equal(64, (await Run(["import-fhir", Files, .. Who, .. Places])).Code);
        Assert.Equal(1, (await Run(["import-fhir", Path.Combine(_folder, "none"), "--residents", map, .. Who, .. Places])).Code);

        var ran = await Run(command);
        Assert.True(ran.Code == 1, ran.Errors);
        Assert.Contains("5 created, 0 updated, 0 there already, 6 lines refused", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("records a second", ran.Errors, StringComparison.Ordinal);
        var lines = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["Observation.ndjson:4", "Observation.ndjson:5", "Observation.ndjson:6", "Observation.ndjson:7", "Observation.ndjson:8", "Observation.ndjson:9"],
            lines.Select(line => string.Join(':', line.Split(':')[..2])).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.DoesNotContain("Elsewhere", ran.Output + ran.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("123456789018", ran.Output + ran.Errors, StringComparison.Ordinal);

        await using (var vault = await Vault())
        {
            var first = await Of(vault, 1);
            var encounter = first.Single(one => one.Type is "Encounter" && one.Origin.Position is "Encounter.ndjson:1");
            var observation = first.Single(one => one.Origin.Position is "Observation.ndjson:1");
            var patient = first.Single(one => one.Type is "Patient");
            var clinic = first.Single(one => one.Origin.Position is "Organization.ndjson:1");
            Assert.DoesNotContain("Elsewhere", Encoding.UTF8.GetString(patient.Resource.Json.Span), StringComparison.Ordinal);
            Assert.Equal(patient.Reference, Reference(observation, "subject"));
            Assert.Equal(encounter.Reference, Reference(observation, "encounter"));
            Assert.Equal(clinic.Reference, Reference(encounter, "serviceProvider"));
            Assert.Equal(first.Single(one => one.Origin.Position is "Organization.ndjson:2").Reference, Reference(clinic, "partOf"));
            Assert.Equal(["Observation.ndjson:2"], (await Of(vault, 2)).Select(one => one.Origin.Position).Where(position => position?.Contains(".ndjson:", StringComparison.Ordinal) is true), StringComparer.Ordinal);
            var log = (await vault.Open(Actor.Resident(new ResidentNo(1)), new ResidentNo(1), Purpose.OwnUse, Cancel)).Value;
            Assert.Contains(await log.AccessLog(20, Cancel), entry => entry is { ActorKind: ActorKind.Operator, ActorId: "係 太郎", Action: "write" });
        }

        Assert.Contains("0 created, 0 updated, 5 there already, 6 lines refused", (await Run(command)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_names_no_Patient_is_checked_too_and_no_line_is_lost_without_a_word()
    {
        await Done(["demo", "--residents", "2", .. Places]);
        await Write("Patient.ndjson", """{"resourceType":"Patient","id":"a"}""");
        var alone = Observation("o1", "Patient/a", null, 71).Replace("\"subject\":{\"reference\":\"Patient/a\"},", "", StringComparison.Ordinal);
        await Write("Others.ndjson",
            """{"resourceType":"Foo","id":"f"}""", alone.Replace("final", "nonsense", StringComparison.Ordinal), alone,
            """{"resourceType":"AuditEvent","id":"e","type":{"code":"rest"},"recorded":"2026-01-01T00:00:00Z","agent":[{"requestor":true}],"source":{"observer":{"display":"x"}}}""",
            """{"resourceType":"Consent","id":"c","status":"active","scope":{"text":"x"},"category":[{"text":"x"}],"patient":{"reference":"Patient/a"},"policyRule":{"text":"x"}}""",
            """{"resourceType":"Organization","id":"n","name":"マイナンバー 123456789018"}""", """{"resourceType":"Organization","id":"nobody","name":"A clinic"}""",
            alone.Replace("\"o1\"", "\"o2\"", StringComparison.Ordinal),
            """{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"},"result":[{"reference":"Observation/o2"}]}""");
        string[] command = ["import-fhir", Files, "--residents", await Map("a,1"), .. Who, .. Places];

        var ran = await Run(command);
        Assert.True(ran.Code == 1, ran.Output + ran.Errors);
        Assert.Equal(
            ["Others.ndjson:1", "Others.ndjson:2", "Others.ndjson:3", "Others.ndjson:4", "Others.ndjson:5", "Others.ndjson:6"],
            ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(':', line.Split(':')[..2])).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Contains("Observation.status", ran.Output, StringComparison.Ordinal);
        Assert.Contains("2 created, 0 updated, 0 there already, 6 lines refused", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("1 lines are about nobody", ran.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("123456789018", ran.Output + ran.Errors, StringComparison.Ordinal);
        await using var vault = await Vault();
        var held = await Of(vault, 1);
        Assert.DoesNotContain(held, one => one.Type is "Consent" && one.Origin.Position?.StartsWith("Others", StringComparison.Ordinal) is true);
        Assert.Equal(["Others.ndjson:8", "Others.ndjson:9"], held.Select(one => one.Origin.Position!).Where(position => position?.StartsWith("Others", StringComparison.Ordinal) is true).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task No_file_of_a_folder_is_passed_over_without_a_word_and_a_line_that_says_another_again_otherwise_is_refused()
    {
        await Done(["demo", "--residents", "2", .. Places]);
        await Write("Patient.ndjson", """{"resourceType":"Patient","id":"a"}""");
        var large = Observation("big", "Patient/a", null, 70).Replace("\"status\"", "\"note\":[" + string.Join(',', Enumerable.Range(0, 700_000).Select(i => $"{{\"text\":\"{i * 7919L % 1_000_003}\"}}")) + "],\"status\"", StringComparison.Ordinal);
        await Write("Observation.NDJSON",
            Observation("1", "Patient/a", null, 71), Observation("1", "Patient/a", null, 71), Observation("1", "Patient/a", null, 72), Observation("a b", "Patient/a", null, 73), Observation("../x", "Patient/a", null, 74),
            Observation(new string('a', 65), "Patient/a", null, 75), large);
        string[] command = ["import-fhir", Files, "--residents", await Map("a,1"), .. Who, .. Places];
        await File.WriteAllBytesAsync(Path.Combine(Files, "Condition.ndjson.gz"), [0x1f, 0x8b], Cancel);
        var packed = await Run(command);
        Assert.NotEqual(0, packed.Code);
        Assert.Contains("Condition.ndjson.gz", packed.Errors, StringComparison.Ordinal);
        File.Delete(Path.Combine(Files, "Condition.ndjson.gz"));

        var ran = await Run(command);
        Assert.True(ran.Code == 1, ran.Errors);
        Assert.Contains("2 created, 0 updated, 1 there already, 4 lines refused", ran.Errors, StringComparison.Ordinal);
        Assert.Equal(["3:1: It has the type and id of Observation.NDJSON:1 and other content.", "4: Observation.id", "5: Observation.id", "6: Observation.id"],
            ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
                .Select(line => line.Contains("Observation.id", StringComparison.Ordinal) ? $"{line.Split(':')[1]}: Observation.id" : line["Observation.NDJSON:".Length..]), StringComparer.Ordinal);
        await using var vault = await Vault();
        var kept = (await Of(vault, 1)).Single(one => one.Origin.Position is "Observation.NDJSON:7");
        Assert.Equal(700_000, JsonDocument.Parse(kept.Resource.Json).RootElement.GetProperty("note").GetArrayLength());
    }

    [Fact]
    public async Task What_is_about_nobody_goes_once_among_the_shared_records_when_asked_for_and_changes_none_that_is_there()
    {
        await Done(["demo", "--residents", "3", .. Places]);
        await Write("Patient.ndjson", """{"resourceType":"Patient","id":"a"}""", """{"resourceType":"Patient","id":"b"}""");
        await Write("Organization.ndjson",
            """{"resourceType":"Organization","id":"o1","name":"A clinic","identifier":[{"system":"urn:test","value":"1"}],"partOf":{"reference":"Organization/o2"}}""",
            """{"resourceType":"Organization","id":"o2","name":"A group","identifier":[{"system":"urn:test","value":"2"}]}""",
            """{"resourceType":"Organization","id":"o3","name":"Refers nowhere","partOf":{"reference":"Organization/o4"}}""",
            """{"resourceType":"Organization","id":"o5","name":"Part of one that stays","partOf":{"reference":"Organization/o3"}}""",
            // It points to people who are cared for: that is nothing for everybody, and nothing else waits for it.
            """{"resourceType":"Organization","id":"o6","name":"Says whose","type":[{"extension":[{"url":"https://test.example/whose","valueReference":{"reference":"Group/g1"}}]}]}""");
        await Write("Medication.ndjson", """{"resourceType":"Medication","id":"m1"}""");
        await Write("Encounter.ndjson", Encounter("e1", "Patient/a", "Organization/o1"), Encounter("e2", "Patient/b", "Organization/o1"), Encounter("e3", "Patient/b", "Organization/o5").Replace("finished", "planned", StringComparison.Ordinal));
        // The municipality's own list knows the clinic under another name.
        await File.WriteAllTextAsync(Path.Combine(_folder, "own.ndjson"), """{"resourceType":"Organization","id":"x","name":"Our clinic","identifier":[{"system":"urn:test","value":"1"}]}""", Cancel);
        await Done(["shared", "import", Path.Combine(_folder, "own.ndjson"), .. Who, .. Places]);
        string[] command = ["import-fhir", Files, "--residents", await Map("a,1", "b,2"), .. Who, .. Places];
        Assert.Equal(64, (await Run([.. command, "--shared", "no"])).Code);

        var ran = await Run([.. command, "--shared", "yes"]);
        Assert.True(ran.Code == 0, ran.Output + ran.Errors);
        Assert.Contains("2 shared records, 1 of them new.", ran.Errors, StringComparison.Ordinal);
        // Three encounters; o5 and o3 with the one whose record leads to them.
        Assert.True(ran.Errors.Contains("5 created, 0 updated", StringComparison.Ordinal), ran.Errors);

        await using (var vault = await Vault())
        {
            var (first, second) = (await Of(vault, 1), await Of(vault, 2));
            var clinic = Reference(first.Single(one => one.Origin.Position is "Encounter.ndjson:1"), "serviceProvider")!;
            Assert.True(vault.IsShared(clinic.Split('/')[1]));
            Assert.Equal(clinic, Reference(second.Single(one => one.Origin.Position is "Encounter.ndjson:2"), "serviceProvider"));
            Assert.DoesNotContain(first, one => one.Origin.Position?.StartsWith("Organization.ndjson", StringComparison.Ordinal) is true);
            var stays = second.Single(one => one.Origin.Position is "Organization.ndjson:4");
            Assert.Equal(stays.Reference, Reference(second.Single(one => one.Origin.Position is "Encounter.ndjson:3"), "serviceProvider"));
            Assert.Equal(second.Single(one => one.Origin.Position is "Organization.ndjson:3").Reference, Reference(stays, "partOf"));
            var shared = (await vault.OpenShared(Actor.Resident(new ResidentNo(1))).Search(new RecordQuery { Order = RecordOrder.Stored, Limit = 10 }, Cancel)).Value.Records;
            Assert.Equal(["A group", "Our clinic"], shared.Select(one => JsonDocument.Parse(one.Resource.Json).RootElement.GetProperty("name").GetString()).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        }

        var again = await Run([.. command, "--shared", "yes"]);
        Assert.Contains("2 shared records, 0 of them new.", again.Errors, StringComparison.Ordinal);
        Assert.Contains("0 created, 0 updated, 5 there already", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_killed_is_taken_up_by_the_next_and_nothing_comes_twice()
    {
        await Done(["demo", "--residents", "8", .. Places]);
        var before = 0;
        await using (var vault = await Vault())
        {
            for (var no = 1; no <= 8; no++)
                before += (await Of(vault, no)).Count;
        }

        const int Each = 300;
        await Write("Observation.ndjson", [.. Enumerable.Range(0, 8 * Each).Select(i => Observation($"x{i}", $"Patient/p{(i % 8) + 1}", null, i))]);
        var map = await Map([.. Enumerable.Range(1, 8).Select(no => $"p{no},{no}")]);
        string[] command = ["import-fhir", Files, "--residents", map, .. Who, .. Places];
        foreach (var milliseconds in new[] { 900, 1_200, 1_500 })
            await Killed(command, TimeSpan.FromMilliseconds(milliseconds));
        var ran = await Run(command);
        Assert.True(ran.Code == 0, ran.Output + ran.Errors);
        Assert.Contains("0 lines refused", ran.Errors, StringComparison.Ordinal);
        await using var after = await Vault();
        for (var no = 1; no <= 8; no++)
            before -= (await Of(after, no)).Count;
        Assert.Equal(-8 * Each, before);
    }

    private static string Observation(string id, string patient, string? encounter, int value) =>
        $$$"""{"resourceType":"Observation","id":"{{{id}}}",{{{(encounter is null ? "" : $"\"encounter\":{{\"reference\":\"{encounter}\"}},")}}}"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"{{{patient}}}"},"effectiveDateTime":"2026-04-01","valueQuantity":{"value":{{{value}}},"unit":"kg"}}""";

    private static string Encounter(string id, string patient, string organization) =>
        $$$"""{"resourceType":"Encounter","id":"{{{id}}}","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"{{{patient}}}"},"serviceProvider":{"reference":"{{{organization}}}"}}""";

    private static string? Reference(StoredRecord record, string element) => JsonDocument.Parse(record.Resource.Json).RootElement.GetProperty(element).GetProperty("reference").GetString();

    private static async Task<List<StoredRecord>> Of(RecordVault vault, long no)
    {
        var resident = new ResidentNo(no);
        var found = new List<StoredRecord>();
        await foreach (var record in (await vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value.All(new RecordQuery { Order = RecordOrder.Stored }, Cancel))
            found.Add(record);
        return found;
    }

    private async Task<RecordVault> Vault() =>
        (await RecordVault.Start(MunicipalityFolder.Load(Places[1], Places[3], null).Value.VaultOptions(create: false), TimeProvider.System, Cancel)).Value;

    private Task Write(string name, params string[] lines) => File.WriteAllTextAsync(Path.Combine(Files, name), string.Join('\n', lines) + "\n", Cancel);

    private async Task<string> Map(params string[] lines)
    {
        var path = Path.Combine(_folder, "residents.csv");
        await File.WriteAllLinesAsync(path, lines, Cancel);
        return path;
    }

    private static async Task Killed(string[] command, TimeSpan after)
    {
        using var process = Process.Start(Command(command))!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        // Real time: it is a real process, and when it is in the middle of its work differs from machine to machine.
        patience.CancelAfter(after);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            process.Kill();
            await process.WaitForExitAsync(Cancel);
        }

        await Task.WhenAll(output, errors);
    }

    private static async Task Done(string[] arguments)
    {
        var ran = await Run(arguments);
        Assert.True(ran.Code == 0, string.Create(CultureInfo.InvariantCulture, $"{arguments[0]}: {ran.Code} {ran.Errors}"));
    }
}
