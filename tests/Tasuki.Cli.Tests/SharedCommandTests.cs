using Tasuki.Kernel;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;
using static Tasuki.Cli.Tests.TasukiProcess;

namespace Tasuki.Cli.Tests;

/// <summary><c>tasuki shared</c>: the operator brings in what is about nobody.</summary>
public sealed class SharedCommandTests : IDisposable
{
    private static readonly string[] Who = ["--operator", "係 太郎", "--reason", "the list of clinics"];
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-shared-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Places => ["--data", Path.Combine(_folder, "data"), "--ring", Path.Combine(_folder, "ring")];

    private string Files => Directory.CreateDirectory(Path.Combine(_folder, "files")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Lines_and_bundles_come_in_all_or_none_once_and_are_listed_without_names()
    {
        var made = await Run(["demo", "--residents", "2", .. Places]);
        Assert.True(made.Code == 0, made.Errors);
        await Write("Organization.ndjson", """{"resourceType":"Organization","id":"o1","identifier":[{"system":"urn:o","value":"1"}],"name":"Midori clinic"}""", "", """{"resourceType":"Organization","id":"o2","name":"Aoi pharmacy","partOf":{"reference":"Organization/o1"}}""");
        var bundle = await Write("roles.json",
            "{ \"resourceType\": \"Bundle\", \"type\": \"transaction\", \"entry\": [",
            """{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Practitioner","name":[{"family":"Sato"}]},"request":{"method":"POST","url":"Practitioner"}},""",
            """{"resource":{"resourceType":"PractitionerRole","practitioner":{"reference":"urn:uuid:p"},"organization":{"reference":"Organization/o1"}}}""",
            "]}");
        Assert.Equal(64, (await Run(["shared", "import", Files, .. Places])).Code);
        Assert.Equal(1, (await Run(["shared", "import", Path.Combine(_folder, "none"), .. Who, .. Places])).Code);

        // What cannot be taken over is named by its place, and with it nothing is.
        var wrong = await Write("wrong.ndjson",
            """{"resourceType":"Organization","extension":[{"url":"urn:x","valueReference":{"reference":"Patient/1"}}],"name":"x"}""", """{"resourceType":"Observation","status":"final","code":{"text":"Himitsu"}}""",
            """{"resourceType":"Organization","name":7}""", """{"resourceType":"Organization",""", """{"resourceType":"Organization","name":"Himitsu"}""");
        var asked = await Write("asked.json",
            "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[",
            """{"request":{"method":"DELETE","url":"Organization/1"}},""",
            """{"resource":{"resourceType":"Organization","extension":[{"url":"urn:x","valueReference":{"type":"RelatedPerson"}}],"name":"x"}},""",
            """{"resource":{"resourceType":"Organization"},"request":{"method":"DELETE","url":"Organization/1"}}]}""");
        var refused = await Run(["shared", "import", Files, bundle, asked, .. Who, .. Places]);
        Assert.True(refused.Code == 1, refused.Errors);
        var lines = refused.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["asked.json:2", "asked.json:3", "asked.json:4", "wrong.ndjson:1", "wrong.ndjson:2", "wrong.ndjson:3", "wrong.ndjson:4"],
            lines.Select(line => string.Join(':', line.Split(':')[..2])).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Contains("wrong.ndjson:1:90: It refers to a Patient: a shared record is about nobody who is cared for, and refers to Location, Organization, Practitioner, PractitionerRole, Questionnaire alone.", refused.Output, StringComparison.Ordinal);
        Assert.Contains("asked.json:3:97: It refers to a RelatedPerson", refused.Output, StringComparison.Ordinal);
        Assert.Contains("7 of 12 resources cannot be taken over; nothing was stored.", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Himitsu", refused.Output + refused.Errors, StringComparison.Ordinal);
        Assert.Equal((0, ""), ((await Run(["shared", "list", .. Places])).Code, (await Run(["shared", "list", .. Places])).Output));
        File.Delete(wrong);

        var first = await Run(["shared", "import", Files, bundle, .. Who, .. Places]);
        Assert.True(first.Code == 0, first.Output + first.Errors);
        Assert.Equal("4 created, 0 updated, 0 there already\n", first.Output);
        Assert.Equal("0 created, 0 updated, 4 there already\n", (await Run(["shared", "import", bundle, Files, .. Who, .. Places])).Output);
        await Write("Organization.ndjson", """{"resourceType":"Organization","identifier":[{"system":"urn:o","value":"1"}],"name":"Midori hospital"}""");
        Assert.Equal("0 created, 1 updated, 0 there already\n", (await Run(["shared", "import", Files, .. Who, .. Places])).Output);
        Assert.Equal("1 Organization 2\n2 Organization 1\n3 Practitioner 1\n4 PractitionerRole 1\n", (await Run(["shared", "list", .. Places])).Output);
        var dangling = await Write("dangling.ndjson", """{"resourceType":"Location","partOf":{"reference":"Location/nowhere"}}""");
        var nowhere = await Run(["shared", "import", dangling, .. Who, .. Places]);
        Assert.Equal((1, ""), (nowhere.Code, nowhere.Output));
        Assert.StartsWith("dangling.ndjson:1: it refers to a Location that is neither", nowhere.Errors, StringComparison.Ordinal);

        var checkedLog = await Run(["verify-log", "--records", .. Places]);
        Assert.True(checkedLog.Code == 0, checkedLog.Output + checkedLog.Errors);
        await using var vault = (await RecordVault.Start(MunicipalityFolder.Load(Places[1], Places[3], null).Value.VaultOptions(create: false), TimeProvider.System, Cancel)).Value;
        Assert.Equal(4, (await vault.OpenShared(Actor.Resident(new ResidentNo(1))).Count(new RecordQuery(), Cancel)).Value);
        Assert.Null(await vault.FindBreakInLog(Cancel));
    }

    private async Task<string> Write(string name, params string[] lines)
    {
        var path = Path.Combine(name.EndsWith(".ndjson", StringComparison.Ordinal) ? Files : _folder, name);
        await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n", Cancel);
        return path;
    }
}
