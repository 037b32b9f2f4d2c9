using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Testing.Marks;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Marks;

/// <summary>Marks where no page takes a text: straight into the parts of a server, as their callers inside the house do.</summary>
internal sealed class MarkedServices(MarkSet marks)
{
    public const string StaffName = "staff-of-marks";
    public const string StaffPassword = "みどりの 山を 四人で こえた 2026";

    private readonly Lines _lines = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What was logged meanwhile, with everything asked for.</summary>
    public IReadOnlyList<string> Log => _lines.All;

    /// <summary>The secret of the officer's authenticator.</summary>
    public string StaffSecret { get; private set; } = "";

    public async Task Plant(TestMunicipality town)
    {
        var built = await town.Build(builder =>
        {
            builder.Logging.AddProvider(_lines).SetMinimumLevel(LogLevel.Trace).AddFilter<Lines>(null, LogLevel.Trace);
            builder.Services.AddScoped<IJobHandler>(_ => new Failing("marks.refuse", () => new Error("marks.refused", marks.New("message of a job's error"))));
            builder.Services.AddScoped<IJobHandler>(_ => new Failing("marks.throw", () => throw new InvalidOperationException(marks.New("message of a job's exception"), new FormatException(marks.New("message inside")))));
        }, "--environment=Test");
        Assert.True(built.IsOk, built.Error?.ToString());
        await using var app = built.Value;
        await using var scope = app.Services.CreateAsyncScope();
        var vault = app.Services.GetRequiredService<RecordVault>();
        var resident = await People(scope.ServiceProvider);
        await Records(vault, resident);
        await Around(vault, resident);
        await Desk(scope.ServiceProvider, staff: 1);
        await Work(app, scope.ServiceProvider, resident);
        await vault.DisposeAsync();
    }

    private async Task<ResidentNo> People(IServiceProvider services)
    {
        var factory = services.GetRequiredService<AccountFactory>();
        NewProfile Profile() => new(marks.Kanjis("family"), marks.New("given"), marks.Kana("family kana"), marks.Kana("given kana"), new DateOnly(1950, 4, 1), "female", marks.Kanjis("address"));
        var staff = await factory.CreateStaff(StaffRole.Desk, marks.Kanjis("staff name"), marks.Kanjis("staff organisation"), StaffName, StaffPassword, Cancel);
        Assert.True(staff.IsOk, staff.Error?.ToString());
        StaffSecret = marks.Keep(staff.Value.TotpSecret!, "staff authenticator");
        Assert.True((await factory.CreateStaff(StaffRole.Administrator, marks.New("name of another"), marks.New("organisation of another"), marks.New("staff sign-in name"), marks.New("staff password"), Cancel)).IsOk);
        Assert.True((await factory.EnrolResident(Profile(), Actor.Operator(marks.New("enroller"), marks.New("reason of enrolment")), Cancel)).IsOk);
        string[] codes = ["48105739", "18204733", "73920184", "28473910", "57302816", "91837465", "66123908", "30499182"];
        var made = await factory.CreateResident(Profile(), marks.New("sign-in name"), marks.New("password"), Cancel, codes: codes);
        Assert.True(made.IsOk, made.Error?.ToString());
        return made.Value.Resident!.Value;
    }

    private async Task Records(RecordVault vault, ResidentNo resident)
    {
        var session = (await vault.Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value;
        var resources = new MarkedResources(marks);
        var now = DateTimeOffset.UnixEpoch.AddYears(56);
        foreach (var kind in MarkedResources.Kinds)
        {
            var records = Enumerable.Range(0, MarkedResources.Variants).Select(variant => new NewRecord(
                CanonicalResource.Parse(Encoding.UTF8.GetBytes(resources.Resource(kind, variant).ToJsonString())).Value,
                new RecordOrigin(SourceKind.MedicalInstitution, marks.Kanjis("source"), null, marks.New("position in the source"), now), LocalUrl: marks.New("local URL")));
            var written = await session.Write([.. records], Cancel);
            Assert.True(written.IsOk, $"{kind}: {written.Error}");
        }

        var file = marks.New("text of an original");
        var kept = await session.KeepFile(marks.New("name of an original"), marks.New("type of an original"), new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(file, 20_000)))), Cancel);
        Assert.True(kept.IsOk);
        Assert.True((await session.WriteSamples([new SampleDay(marks.New("metric"), marks.New("unit"), new DateOnly(2025, 1, 1), [new Sample(0, 60, marks.New("value of a sample"))])], Cancel)).IsOk);
        await session.Read(marks.New("id that was asked for"), Cancel);
        await session.Search(new RecordQuery { Identifier = marks.New("identifier that was asked for") }, Cancel);
    }

    private async Task Around(RecordVault vault, ResidentNo resident)
    {
        var granted = await vault.Grant(Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, marks.New("grantee"), Purpose.Care, AccessClasses.All, null, null, TimeProvider.System.GetUtcNow().AddDays(1)), Cancel);
        Assert.True(granted.IsOk, granted.Error?.ToString());
        foreach (var kind in Enum.GetValues<LookupKind>())
            await vault.AddLookup(resident, kind, Encoding.UTF8.GetBytes(marks.New($"look-up {kind}")), Cancel);
        await vault.Open(Actor.Clinician(marks.New("refused clinician")), resident, marks.New("purpose that is none"), Cancel);
        await (await vault.Open(Actor.Operator(marks.Kanjis("operator"), marks.New("operator's reason")), resident, Purpose.Operation, Cancel)).Value.Count(Cancel);
        await vault.LogRegistry(Actor.Officer(marks.New("officer")), resident, marks.New("what an officer did"), Cancel);
    }

    private async Task Desk(IServiceProvider services, long staff)
    {
        byte[] List(string kind) => Encoding.UTF8.GetBytes(
            "宛名番号,氏名,氏名カナ,生年月日,性別,郵便番号,住所,異動,支援措置\r\n"
            + $"{marks.New($"reference of a {kind} list")},{marks.Kanjis($"family of a {kind} list")} {marks.Kanjis($"given of a {kind} list")},{marks.Kana($"kana of a {kind} list")},1950-04-01,女,{marks.New($"postal code of a {kind} list")},{marks.Kanjis($"address of a {kind} list")},,1\r\n");
        var taken = await services.GetRequiredService<EligibleImport>().Import(Actor.Operator(marks.New("operator of a list"), marks.New("reason of a list")), List("taken"), look: false, Cancel);
        Assert.True(taken.IsOk && taken.Value.New == 1, taken.Error?.ToString());
        Assert.True((await services.GetRequiredService<TakeList>().Bring(staff, List("waiting"), Cancel)).IsOk);
        var officer = new StaffMember(staff, StaffRole.Desk, "", "");
        var entry = Assert.Single(services.GetRequiredService<TasukiDb>().Set<EligibleRow>());
        Assert.True((await services.GetRequiredService<EnrolmentDesk>().AskForAddress(officer, entry.No, marks.New("reason for an address"), Cancel)).IsOk);
        var invited = await services.GetRequiredService<InviteStaff>().Invite(
            officer, [new NewStaff(marks.Kanjis("invited name"), marks.Kanjis("invited organisation"), StaffRole.Health, marks.New("invited sign-in name"))], Cancel);
        Assert.True(invited.IsOk, invited.Error?.ToString());
        marks.Keep(invited.Value[0].Code, "code of an invitation");
        var bindings = services.GetRequiredService<StaffBindings>();
        bindings.Add(staff, bindings.TokenOf(marks.New("issuer of a provider"), marks.New("subject at a provider")));
        await services.GetRequiredService<ChangeStaff>().Sign(officer, Cancel);
        await House(services);
    }

    // Entered, approved, its letter printed, confirmed, suspended; and one that only waits.
    private async Task House(IServiceProvider services)
    {
        var staff = (await services.GetRequiredService<StaffDirectory>().Everybody(Cancel)).Where(s => s.Role is StaffRole.Desk or StaffRole.Administrator).Take(2).ToList();
        TypedOrganisation House() => new(nameof(OrganisationKind.Clinic), marks.Kanjis("name of an organisation"), marks.Kana("kana of an organisation"), null, "123-4567", marks.Kanjis("address of an organisation"), "012-345-6789", marks.New("contact of an organisation"));
        var entering = services.GetRequiredService<EnterOrganisation>();
        Assert.True((await entering.Enter(staff[0], House(), Cancel)).IsOk);
        var no = (await entering.Enter(staff[0], House(), Cancel)).Value;
        var decide = services.GetRequiredService<DecideOrganisation>();
        Assert.True((await decide.Approve(staff[1], no, Cancel)).IsOk);
        var letter = (await decide.PrintLetter(staff[1], no, Cancel)).Value;
        marks.Keep(letter.Code, "code of a letter to an organisation");
        Assert.True((await services.GetRequiredService<ConfirmOrganisation>().Confirm(letter.Code, marks.Kanjis("name of who confirms an organisation"), Cancel)).IsOk);
        Assert.True((await decide.Suspend(staff[0], no, marks.New("reason of a suspension"), Cancel)).IsOk);
    }

    private async Task Work(WebApplication app, IServiceProvider services, ResidentNo resident)
    {
        var inbox = services.GetRequiredService<Inbox>();
        await inbox.Send(resident, marks.New("key of a message"), marks.Kanjis("subject of a message"), marks.New("body of a message"), $"/records/{marks.New("link of a message")}", Cancel);
        Assert.Single(await inbox.Messages(resident, Cancel), m => m.Link?.StartsWith("/records/", StringComparison.Ordinal) is true);
        services.GetRequiredService<Outbox>().Add("marks.told", resident);
        foreach (var kind in new[] { "marks.refuse", "marks.throw" })
            await services.GetRequiredService<JobQueue>().Add(kind, "1", Cancel, resident);
        await services.GetRequiredService<TasukiDb>().SaveChangesAsync(Cancel);
        Assert.True(await app.Services.GetServices<IHostedService>().OfType<JobRunner>().Single().RunDue(Cancel) >= 2);
    }

    private sealed class Failing(string kind, Func<Error> fail) : IJobHandler
    {
        public string Kind => kind;

        public Task<Result<Done>> Run(JobWork work, CancellationToken cancel) => Task.FromResult<Result<Done>>(fail());
    }
}
