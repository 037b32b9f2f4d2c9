using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Server.Municipalities;
using Tasuki.Testing;
using Tasuki.Vault;
using static Tasuki.Cli.Tests.TasukiProcess;

namespace Tasuki.Cli.Tests;

/// <summary>The command as an engineer runs it: a process of its own, exit codes, standard output and standard error.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Places => ["--data", Path.Combine(_folder, "data"), "--ring", Path.Combine(_folder, "ring")];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Convert_writes_the_resources_and_says_nothing_when_nothing_was_left_out()
    {
        var ran = await Run("convert", Written("one.json", """{"resourceType":"Observation","id":"a","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"valueQuantity":{"value":65.50,"unit":"kg"}}"""));
        Assert.Equal(0, ran.Code);
        Assert.Contains("65.50", ran.Output, StringComparison.Ordinal);
        Assert.Single(ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Convert_ends_with_2_and_names_file_and_place_when_nothing_can_be_read()
    {
        var ran = await Run("convert", Written("broken.json", "{\"resourceType\":\"Bundle\",\n\"entry\":["));
        Assert.Equal(2, ran.Code);
        Assert.Empty(ran.Output);
        Assert.Contains("broken.json", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("line", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_reads_every_sample_or_says_why_not()
    {
        var folders = new[] { "echeckup", "jp-core", "jp-clins", "etwodis", "hl7-phr", "sphr" }.Select(Samples.Path).ToArray();
        foreach (var file in folders.SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories)).Where(f => Path.GetExtension(f) is ".phr" or ".sphr" || Path.GetFileName(f).StartsWith("Bundle-", StringComparison.Ordinal)))
        {
            var ran = await Run("convert", file);
            Assert.True(ran.Code is 0 && ran.Output.Length > 0 || ran.Code is 2 && ran.Errors.Length > 0, $"{Path.GetFileName(file)}: {ran.Code} {ran.Errors}");
        }
    }

    [Fact]
    public async Task A_misspelt_option_is_refused_with_the_ones_there_are()
    {
        var ran = await Run("demo", "--resident", "3");
        Assert.Equal(64, ran.Code);
        Assert.Contains("--residents", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_municipality_is_made_once_with_an_administrator_and_migrates_again()
    {
        string[] add = ["municipality", "add", "--id", "sakura", "--name", "さくら市", "--operator", "さくら市", .. Places];
        var made = await Run(add);
        Assert.Equal(0, made.Code);
        Assert.Contains("authenticator key", made.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Run(add)).Code);
        Assert.Equal(0, (await Run(["migrate", .. Places])).Code);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(Places[1], "sakura")));
    }

    [Fact]
    public async Task The_operator_makes_one_more_administrator_by_name_and_stands_in_the_log()
    {
        Assert.Equal(0, (await Run(["municipality", "add", "--id", "sakura", "--name", "さくら市", .. Places])).Code);
        string[] add = ["administrator", "add", "--name", "結城 守", "--sign-in-name", "mamoru", .. Places];
        Assert.Equal((64, "--operator and --reason say who does this and why.\n"), await Refused(add));
        string[] who = ["--operator", "係 太郎", "--reason", "the second administrator"];
        Assert.Equal(64, (await Refused(["administrator", "add", "--sign-in-name", "mamoru", .. who, .. Places])).Code);
        var made = await Run([.. add, .. who]);
        Assert.True(made.Code == 0, made.Errors);
        Assert.StartsWith("結城 守 is an administrator and signs in with\n  name              mamoru\n  password          ", made.Output, StringComparison.Ordinal);
        Assert.Contains("\n  authenticator key ", made.Output, StringComparison.Ordinal);
        Assert.Equal((1, "The sign-in name is in use.\n"), await Refused([.. add, .. who]));
        Assert.Equal(0, (await Run(["verify-log", .. Places])).Code);

        async Task<(int Code, string Words)> Refused(string[] words)
        {
            var ran = await Run(words);
            return (ran.Code, ran.Errors);
        }
    }

    [Fact]
    public async Task A_municipality_on_PostgreSQL_starts_for_production()
    {
        var server = await PostgresServer.Get();
        var made = await Run(["municipality", "add", "--id", "sakura", "--name", "さくら市", "--postgres", await server.NewDatabase("r"), "--keys", await server.NewDatabase("k"), .. Places]);
        Assert.True(made.Code == 0, made.Errors);
        string[] settings = [$"--Tasuki:Data={Places[1]}", $"--Tasuki:Ring={Places[3]}", "--environment=Production"];
        Assert.Equal("settings.scanner", (await Server.TasukiServer.Build(settings, adjust: null, Cancel)).Error?.Code);
        Assert.Equal("settings.hosts", (await Server.TasukiServer.Build([.. settings, "--Tasuki:Scanner=off"], adjust: null, Cancel)).Error?.Code);
        var built = await Server.TasukiServer.Build([.. settings, "--Tasuki:Scanner=off", "--Tasuki:Hosts=phr.sakura.test"], adjust: null, Cancel);
        Assert.True(built.IsOk, built.Error?.ToString());
        await built.Value.DisposeAsync();
    }

    [Fact]
    public async Task A_production_server_refuses_a_demo_folder()
    {
        Assert.Equal(0, (await Run(["demo", "--residents", "1", .. Places])).Code);
        var built = await Server.TasukiServer.Build(
            [$"--Tasuki:Data={Places[1]}", $"--Tasuki:Ring={Places[3]}", "--Tasuki:Scanner=off", "--environment=Production"], adjust: null, Cancel);
        Assert.Equal("settings.demo", built.Error?.Code);
    }

    [Fact]
    public async Task A_resident_is_exported_and_the_operator_stands_in_the_history()
    {
        Assert.Equal(0, (await Run(["demo", "--residents", "2", .. Places])).Code);
        var zip = Path.Combine(_folder, "out.zip");
        string[] who = ["--resident", "1", "--operator", "係 太郎", "--reason", "a legal request"];
        var exported = await Run(["export", .. who, "--out", zip, .. Places]);
        Assert.True(exported.Code == 0, exported.Errors);
        using (var archive = System.IO.Compression.ZipFile.OpenRead(zip))
            Assert.Contains(archive.Entries, e => e.FullName.EndsWith("index.html", StringComparison.Ordinal));
        var again = await Run(["import", zip, .. who, .. Places]);
        Assert.True(again.Code == 0, again.Errors);
        Assert.StartsWith("0 created, 0 updated", again.Output, StringComparison.Ordinal);
        Assert.Equal(64, (await Run(["export", "--resident", "1", "--out", zip + "2", .. Places])).Code);
    }

    [Fact]
    public async Task In_a_demo_one_person_has_opened_the_usual_records_to_the_clinic_for_a_year()
    {
        Assert.Equal(0, (await Run(["demo", "--residents", "10", .. Places])).Code);
        await using var vault = (await RecordVault.Start(MunicipalityFolder.Load(Places[1], Places[3], null).Value.VaultOptions(create: false), TimeProvider.System, Cancel)).Value;
        var grants = new List<SeenGrant>();
        for (var no = 1; no <= 10; no++)
        {
            var own = await vault.Open(Actor.Resident(new ResidentNo(no)), new ResidentNo(no), Purpose.OwnUse, Cancel);
            if (own.IsOk)
                grants.AddRange(await own.Value.Grants(ofOthers: true, Cancel));
        }

        var grant = Assert.Single(grants);
        Assert.Equal((ActorKind.Clinician, Purpose.Care, true), (grant.GranteeKind, grant.Purpose, grant.IsLive));
        Assert.Equal(AccessClasses.Of(Enum.GetValues<DataCategory>()), grant.Classes);
        Assert.Equal(365, (grant.Until - grant.Created).TotalDays, 0.1);
    }

    private string Written(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
