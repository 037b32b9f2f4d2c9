using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.FhirApi.Bulk;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

/// <summary>Bulk Data Access as a client follows it, on both stores.</summary>
public sealed class BulkContract
{
    public static TheoryData<DataStore> Stores => [DataStore.Sqlite, DataStore.Postgres];

    [Theory, MemberData(nameof(Stores))]
    public async Task A_backend_exports_what_the_grants_to_it_allow_and_nothing_else(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        var whole = await world.Resident(AccessClasses.All, app);
        var part = await world.Resident(AccessClasses.Of(DataCategory.Immunization), app);
        var nobody = await world.Resident(AccessClasses.All);

        var begun = await app.KickOff();
        Assert.Equal(202, begun.Status);
        var at = begun.Headers["Content-Location"];
        Assert.StartsWith(world.Root + "/", at, StringComparison.Ordinal);
        var waiting = await app.Get(at);
        Assert.Equal((202, "0 %", "5"), (waiting.Status, waiting.Headers["X-Progress"], waiting.Headers["Retry-After"]));
        await world.RunJobs();

        var done = await app.Get(at);
        Assert.Equal((200, "application/json"), (done.Status, done.Form));
        Assert.True(done.Headers.ContainsKey("Expires"));
        var manifest = done.Json;
        Assert.True(manifest.GetProperty("requiresAccessToken").GetBoolean());
        Assert.Equal(world.Root + "/Patient/$export", manifest.GetProperty("request").GetString());
        Assert.True(manifest.GetProperty("transactionTime").GetDateTimeOffset() < world.Clock.GetUtcNow());
        Assert.Empty(manifest.GetProperty("error").EnumerateArray());
        Assert.False(manifest.TryGetProperty("deleted", out _));
        Assert.Equal(["Observation", "Patient"], manifest.GetProperty("output").EnumerateArray().Select(one => one.GetProperty("type").GetString()!).Order(StringComparer.Ordinal), StringComparer.Ordinal);

        var url = manifest.GetProperty("output").EnumerateArray().First(one => one.GetProperty("type").GetString() is "Observation").GetProperty("url").GetString()!;
        var file = await app.Get(url);
        Assert.Equal((200, "application/fhir+ndjson"), (file.Status, file.Form));
        Assert.True(file.Headers.ContainsKey("Expires"));
        Assert.Equal(whole, world.Vault.ResidentOf(Assert.Single(file.Lines).GetProperty("id").GetString()!));
        Assert.Equal(60, file.Lines[0].GetProperty("valueQuantity").GetProperty("value").GetInt32());
        Assert.Equal(401, (await world.Send(HttpMethod.Get, url, null)).Status);

        // One entry for what was made ready and one for each file, seen by each who is in it.
        Assert.Equal(["export 1, handed out: Observation", "export 1, made ready"], await Entries(world, whole));
        Assert.Equal(["export 1, made ready"], await Entries(world, part));
        Assert.Empty(await Entries(world, nobody));

        Assert.Equal(202, (await app.Delete(at)).Status);
        Assert.Equal((404, 404, 404), ((await app.Get(at)).Status, (await app.Get(url)).Status, (await app.Delete(at)).Status));
        Assert.Equal(0, await Segments(world));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_grant_that_was_taken_back_or_narrowed_before_the_download_takes_its_lines_along(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        var stays = await world.Resident(AccessClasses.All, app);
        var narrows = await world.Resident(AccessClasses.All, app);
        var leaves = await world.Resident(AccessClasses.All);
        var grant = await world.Grant(leaves, app, AccessClasses.All);
        var (at, before) = await app.Export();
        Assert.Equal([leaves, narrows, stays], (await Owners(world, app, before)).OrderByDescending(one => one.Value));

        Assert.True((await world.Vault.Revoke(Actor.Resident(leaves), leaves, grant, BulkWorld.Cancel)).IsOk);
        await world.Grant(narrows, app, AccessClasses.Of(DataCategory.Immunization));
        Assert.Equal([stays], await Owners(world, app, before));
        // How many lines come is known when they are sent: a grant that shows less than it did is found where the lines are.
        Assert.All((await app.Get(at)).Json.GetProperty("output").EnumerateArray(), file => Assert.False(file.TryGetProperty("count", out _)));

        // A wider one opens again what was read under the narrower limit.
        await world.Grant(narrows, app, AccessClasses.All);
        Assert.Equal([narrows, stays], (await Owners(world, app, before)).OrderByDescending(one => one.Value));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Of_somebody_erased_nothing_is_given_out_and_the_rest_stands(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        var stays = await world.Resident(AccessClasses.All, app);
        var leaves = await world.Resident(AccessClasses.All, app);
        var (_, manifest) = await app.Export();
        var held = await Bodies(world, leaves);

        Assert.True((await world.Vault.Close(Actor.Resident(leaves), leaves, BulkWorld.Cancel)).IsOk);
        Assert.Equal([stays], await Owners(world, app, manifest));
        Assert.True((await world.Vault.EraseAtCounter(Actor.Officer("1"), leaves, "test", BulkWorld.Cancel)).IsOk);
        Assert.Equal([stays], await Owners(world, app, manifest));
        // What a copy of the table still holds opens for nobody, and the table holds nothing once the floors have dropped their rows.
        foreach (var (segment, place) in held)
            Assert.Equal("seal.gone", (await world.Vault.Seal.Open(leaves, place, segment, BulkWorld.Cancel)).Error?.Code);
        Assert.NotEmpty(held);
        await world.Do<IEnumerable<IResidentErasure>, int>(async all =>
        {
            foreach (var one in all)
                await one.Erase(leaves, BulkWorld.Cancel);
            return 0;
        });
        Assert.Empty(await Bodies(world, leaves));
        Assert.Equal([stays], await Owners(world, app, manifest));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Another_app_finds_neither_the_export_nor_its_files(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        var other = await world.App();
        await world.Resident(AccessClasses.All, app, other);
        var (at, manifest) = await app.Export("Group/granted/$export");
        var url = manifest.GetProperty("output")[0].GetProperty("url").GetString()!;
        Assert.Equal(200, (await app.Get(url)).Status);
        Assert.Equal((404, 404, 404), ((await other.Get(at)).Status, (await other.Get(url)).Status, (await other.Delete(at)).Status));
        Assert.Equal((await other.Get(world.Root + "/bulk/" + new string('0', 32))).Body, (await other.Get(at)).Body);
        Assert.Equal(404, (await app.KickOff($"Group/{app.No}/$export")).Status);
        Assert.Equal(200, (await app.Get(url)).Status);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task After_its_time_an_export_is_gone(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        await world.Resident(AccessClasses.All, app);
        var (at, manifest) = await app.Export();
        var url = manifest.GetProperty("output")[0].GetProperty("url").GetString()!;
        world.Clock.Advance(TimeSpan.FromHours(23.9));
        Assert.Equal(200, (await app.Get(url)).Status);
        world.Clock.Advance(TimeSpan.FromHours(0.2));
        Assert.Equal((404, 404), ((await app.Get(at)).Status, (await app.Get(url)).Status));
        Assert.NotEqual(0, await Segments(world));
        await Run<SweepExports>(world, new JobWork(0, "", null, null, 1));
        Assert.Equal(0, await Segments(world));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task An_export_that_was_cut_off_goes_on_where_it_was_and_gives_each_line_once(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        var residents = new List<ResidentNo>();
        for (var i = 0; i < 5; i++)
            residents.Add(await world.Resident(AccessClasses.All, app));
        var at = (await app.KickOff()).Headers["Content-Location"];

        // It dies in the middle, before the third resident is saved; then before the fifth; then after everything, before the job's mark.
        Assert.Equal("third", (await Assert.ThrowsAsync<IOException>(() => Slice(world, residents[2], "third"))).Message);
        Assert.Equal("40 %", (await app.Get(at)).Headers["X-Progress"]);
        Assert.Equal(4, await Segments(world));
        Assert.Equal("fifth", (await Assert.ThrowsAsync<IOException>(() => Slice(world, residents[4], "fifth"))).Message);
        await Slice(world, null, "");
        await Slice(world, null, "");
        await world.RunJobs();

        var manifest = (await app.Get(at)).Json;
        var lines = new List<int>();
        foreach (var file in manifest.GetProperty("output").EnumerateArray())
            lines.Add((await app.Get(file.GetProperty("url").GetString()!)).Lines.Count);
        Assert.Equal([1, 1, 2, 2, 2, 2], lines.Order());
        Assert.Equal(residents, (await app.Lines(manifest, "Observation")).Select(line => world.Vault.ResidentOf(line.GetProperty("id").GetString()!)!.Value));
        Assert.Equal(10, await Segments(world));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task What_is_cancelled_while_it_runs_stores_nothing_more(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        await world.Resident(AccessClasses.All, app);
        var last = await world.Resident(AccessClasses.All, app);
        var at = (await app.KickOff()).Headers["Content-Location"];
        Assert.Equal(429, (await app.KickOff()).Status);
        await Assert.ThrowsAsync<IOException>(() => Slice(world, last, "cut"));
        Assert.Equal(202, (await app.Delete(at)).Status);
        await Slice(world, null, "");
        await world.RunJobs();
        Assert.Equal(0, await Segments(world));
        Assert.Equal(404, (await app.Get(at)).Status);
        Assert.Equal(202, (await app.KickOff()).Status);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Since_and_filters_choose_and_what_was_deleted_is_said(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        var resident = await world.Resident(AccessClasses.All, app);
        var doomed = await world.Write(resident, BulkWorld.Weight(61));
        var (_, first) = await app.Export();
        Assert.Equal(2, (await app.Lines(first, "Observation")).Count);
        world.Clock.Advance(TimeSpan.FromHours(1));
        var kept = await world.Write(resident, BulkWorld.Weight(62));
        Assert.True((await (await world.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, BulkWorld.Cancel)).Value.Delete(doomed, BulkWorld.Cancel)).IsOk);
        var since = world.Clock.GetUtcNow().AddMinutes(-30).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

        var (_, later) = await app.Export($"Patient/$export?_since={since}");
        Assert.Equal(kept, Assert.Single(await app.Lines(later, "Observation")).GetProperty("id").GetString());
        Assert.Empty(await app.Lines(later, "Patient"));
        var bundle = Assert.Single(await app.Lines(later, "Bundle", "deleted"));
        Assert.Equal("transaction", bundle.GetProperty("type").GetString());
        var request = Assert.Single(bundle.GetProperty("entry").EnumerateArray()).GetProperty("request");
        Assert.Equal(("DELETE", $"Observation/{doomed}"), (request.GetProperty("method").GetString(), request.GetProperty("url").GetString()));

        async Task<IReadOnlyList<string>> Ids(string address)
        {
            var (_, manifest) = await app.Export(address);
            return [.. (await app.Lines(manifest, "Observation")).Select(line => line.GetProperty("valueQuantity").GetProperty("value").GetRawText()).Order(StringComparer.Ordinal)];
        }

        Assert.Equal(["60", "62"], await Ids("Patient/$export?_type=Observation"));
        Assert.Equal(["62"], await Ids("Patient/$export?_type=Observation&_typeFilter=" + Uri.EscapeDataString("Observation?value-quantity=gt61")));
        // To the letter: another writing of the same would be another address.
        const string Sent = "Patient/$export?_type=Observation&_typeFilter=Observation%3fvalue-quantity%3dgt61&_since=";
        Assert.Equal($"{world.Root}/{Sent}{since}", (await app.Export(Sent + since)).Manifest.GetProperty("request").GetString());
        Assert.Equal(["60", "62"], await Ids("Patient/$export?_type=Observation&_typeFilter=" + Uri.EscapeDataString("Observation?value-quantity=gt61,Observation?value-quantity=lt61")));
        Assert.Equal([], await Ids("Patient/$export?_type=Patient"));

        using var body = new StringContent("""{"resourceType":"Parameters","parameter":[{"name":"_type","valueString":"Observation"},{"name":"_typeFilter","valueString":"Observation?value-quantity=lt61"}]}""", Encoding.UTF8, "application/fhir+json");
        var posted = await world.Send(HttpMethod.Post, "Patient/$export", await app.Token(), body, ("Accept", "application/fhir+json"), ("Prefer", "respond-async"));
        Assert.True(posted.Status == 202, posted.Body);
        await world.RunJobs();
        var manifest = (await app.Get(posted.Headers["Content-Location"])).Json;
        Assert.Equal("60", Assert.Single(await app.Lines(manifest, "Observation")).GetProperty("valueQuantity").GetProperty("value").GetRawText());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_kick_off_that_is_not_understood_is_refused_with_a_sentence(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App("system/*.rs");
        await world.Resident(AccessClasses.All, app);
        (string Address, int Status)[] bad =
        [
            ("Patient/$export?_type=Nothing", 400), ("Patient/$export?patient=Patient/1", 400), ("Patient/$export?_outputFormat=csv", 400), ("Patient/$export?_since=yesterday", 400),
            ("Patient/$export?_since=2026-01-01&_since=2026-02-01", 400),
            ("Patient/$export?_typeFilter=Observation", 400), ("Patient/$export?_type=Observation&_typeFilter=Observation%3F_sort%3Ddate", 400), ("Patient/$export?_typeFilter=Observation%3Fnothing%3D1", 400),
            ("Patient/$export?_type=Patient&_typeFilter=Observation%3Fcode%3D1", 400), ("Group/other/$export", 404),
        ];
        foreach (var (address, status) in bad)
        {
            var refused = await app.KickOff(address);
            Assert.True(refused.Status == status, $"{address} {refused.Status} {refused.Body}");
            Assert.NotEmpty(refused.Sentence);
        }

        Assert.Equal(400, (await app.KickOff("Patient/$export", null, ("Accept", "application/fhir+json"))).Status);
        Assert.Equal(406, (await app.KickOff("Patient/$export", null, ("Prefer", "respond-async"))).Status);
        Assert.Equal(403, (await app.KickOff("Patient/$export?_type=Observation,Condition", "system/Observation.rs")).Status);
        Assert.Equal(403, (await app.KickOff("Patient/$export", "system/Observation.r")).Status);
        Assert.Equal(405, (await world.Send(HttpMethod.Put, "Patient/$export", await app.Token())).Status);
        // A HEAD starts nothing.
        Assert.Equal(405, (await world.Send(HttpMethod.Head, "Patient/$export", await app.Token(), null, ("Accept", "application/fhir+json"), ("Prefer", "respond-async"))).Status);
        Assert.Equal(0, await world.RunJobs());
        foreach (var filter in new[] { "Observation?code=a\\u0000b", "Observation?code=a%00b" })
        {
            using var holding = new StringContent($$$"""{"resourceType":"Parameters","parameter":[{"name":"_typeFilter","valueString":"{{{filter}}}"}]}""", Encoding.UTF8, "application/fhir+json");
            Assert.Equal(400, (await world.Send(HttpMethod.Post, "Patient/$export", await app.Token(), holding, ("Accept", "application/fhir+json"), ("Prefer", "respond-async"))).Status);
        }

        var nothing = await app.KickOff("Patient/$export?_type=Foo", null, ("Accept", "application/fhir+json"), ("Prefer", "respond-async, handling=lenient"));
        Assert.Equal((400, true), (nothing.Status, nothing.Sentence.Contains("nothing would be left", StringComparison.Ordinal)));
        Assert.Equal(401, (await world.Send(HttpMethod.Get, "Patient/$export", null)).Status);

        var lenient = await app.KickOff("Patient/$export?includeAssociatedData=LatestProvenanceResources&_outputFormat=ndjson", null, ("Accept", "application/fhir+json"), ("Prefer", "respond-async, handling=lenient"));
        Assert.True(lenient.Status == 202, lenient.Body);
        await world.RunJobs();
        var manifest = (await app.Get(lenient.Headers["Content-Location"])).Json;
        var error = Assert.Single(await app.Lines(manifest, "OperationOutcome", "error"));
        Assert.Equal(world.Root + "/Patient/$export?includeAssociatedData=LatestProvenanceResources&_outputFormat=ndjson", manifest.GetProperty("request").GetString());
        Assert.Contains("includeAssociatedData", error.GetProperty("issue")[0].GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_token_with_narrower_scopes_gets_only_the_files_it_covers_wholly(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        await world.Resident(AccessClasses.All, app);
        const string Vital = "system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs";
        var (_, whole) = await app.Export();
        string Url(JsonElement manifest, string type) => manifest.GetProperty("output").EnumerateArray().First(one => one.GetProperty("type").GetString() == type).GetProperty("url").GetString()!;
        Assert.Equal((200, 403), ((await app.Get(Url(whole, "Observation"), "system/Observation.rs")).Status, (await app.Get(Url(whole, "Patient"), "system/Observation.rs")).Status));
        Assert.Equal((403, 403), ((await app.Get(Url(whole, "Observation"), Vital)).Status, (await app.Get(Url(whole, "Observation"), "system/Observation.r")).Status));

        // SMART holds the two for the same as one with both letters.
        const string Apart = "system/Observation.r system/Observation.s";
        var (_, apart) = await app.Export(scope: Apart);
        Assert.Equal("Observation", Assert.Single(apart.GetProperty("output").EnumerateArray()).GetProperty("type").GetString());
        Assert.Equal((200, 200, 403), ((await app.Get(Url(apart, "Observation"), Apart)).Status, (await app.Get(Url(apart, "Observation"), "system/Observation.rs")).Status, (await app.Get(Url(apart, "Observation"), Vital)).Status));
        var (_, half) = await app.Export(scope: "system/Observation.r " + Vital.Replace(".rs", ".s", StringComparison.Ordinal));
        Assert.Single(await app.Lines(half, "Observation"));

        var (_, narrow) = await app.Export(scope: Vital);
        Assert.Equal("Observation", Assert.Single(narrow.GetProperty("output").EnumerateArray()).GetProperty("type").GetString());
        Assert.Equal((200, 200), ((await app.Get(Url(narrow, "Observation"), Vital)).Status, (await app.Get(Url(narrow, "Observation"))).Status));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Nobody_but_a_backend_starts_an_export(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var resident = await world.Resident(AccessClasses.All);
        foreach (var kind in new[] { ApiCallerKind.ResidentApp, ApiCallerKind.ClinicianApp })
        {
            var caller = new ApiCaller(kind, Actor.Application("1.1"), resident, null, null, 1, null, SmartScopes.Parse("patient/*.rs user/*.rs system/*.rs").Value, world.Clock.GetUtcNow().AddMinutes(5));
            var answer = await world.Do<StartExport, Answer>(start => start.Run(
                new Call(caller, world.Vault, world.Root, world.Clock), new Interaction("GET", ["Patient", "$export"], [], default) { Prefer = Preference.Of(["respond-async"]) }, acceptsJson: true, BulkWorld.Cancel));
            Assert.Equal(403, answer.Status);
        }
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task An_export_of_more_residents_than_usual_is_told_to_the_municipality(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var app = await world.App();
        async Task Share(int count)
        {
            foreach (var resident in (await world.Vault.EnrolMany(Actor.Operator("test", "tests"), count, BulkWorld.Cancel)).Value)
                await world.Grant(resident, app, AccessClasses.All);
        }

        async Task<IReadOnlyList<(int, int)>> Told() => [.. (await world.Do<LargeExports, IReadOnlyList<LargeExport>>(large => large.Recent(app.No, BulkWorld.Cancel))).Select(one => (one.Residents, one.Usual))];
        await Share(100);
        await app.Export();
        Assert.Empty(await Told());
        await Share(101);
        var (at, _) = await app.Export();
        Assert.Equal([(201, 100)], await Told());
        // More than one slice, each resident in one entry.
        Assert.Equal(200, (await app.Get(at)).Status);
        await app.Export();
        Assert.Single(await Told());
        world.Clock.Advance(TimeSpan.FromDays(91));
        Assert.Empty(await Told());
    }

    [Fact]
    public void More_than_usual_is_more_than_a_hundred_and_more_than_twice_the_largest()
    {
        Assert.False(LargeExports.IsMoreThanUsual(100, 0));
        Assert.True(LargeExports.IsMoreThanUsual(101, 0));
        Assert.False(LargeExports.IsMoreThanUsual(200, 100));
        Assert.True(LargeExports.IsMoreThanUsual(201, 100));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task The_tables_are_what_the_model_says_and_every_column_is_declared(DataStore store)
    {
        await using var world = await BulkWorld.Start(store);
        var differences = await world.Do<TasukiSchema, IReadOnlyList<string>>(schema => schema.Differences(BulkWorld.Cancel));
        Assert.True(differences.Count == 0, $"{string.Join('\n', differences)}\n\n{await world.Do<TasukiSchema, string>(schema => Task.FromResult(schema.Draft()))}");
        Assert.Empty(await world.Do<TasukiDb, IReadOnlyList<string>>(db => Task.FromResult(DataMap.Undeclared(db.Model))));
        Assert.Empty(await world.Do<SealedTables, IReadOnlyList<string>>(tables => Task.FromResult(tables.Missing)));
    }

    // The running slice, as the runner begins it; it dies where it would save this resident.
    private static Task Slice(BulkWorld world, ResidentNo? diesAt, string sentence) => world.Do<IServiceProvider, int>(async services =>
    {
        var db = services.GetRequiredService<TasukiDb>();
        var job = await db.Set<Job>().AsNoTracking().SingleAsync(j => j.Kind == RunExport.Name, BulkWorld.Cancel);
        var run = ActivatorUtilities.CreateInstance<RunExport>(services);
        (run.SavedAtOnce, run.PieceResidents) = (1, 2);
        run.BeforeSave = last =>
        {
            if (last == diesAt?.Value)
                throw new IOException(sentence);
        };
        await run.Run(new JobWork(job.No, job.Key, null, job.Subject, 1), BulkWorld.Cancel);
        return 0;
    });

    private static Task Run<THandler>(BulkWorld world, JobWork work) => world.Do<IServiceProvider, int>(async services =>
    {
        Assert.True((await ((IJobHandler)ActivatorUtilities.CreateInstance(services, typeof(THandler))).Run(work, BulkWorld.Cancel)).IsOk);
        return 0;
    });

    private static async Task<IReadOnlyList<string>> Entries(BulkWorld world, ResidentNo resident)
    {
        var own = (await world.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, BulkWorld.Cancel)).Value;
        return [.. (await own.AccessLog(100, BulkWorld.Cancel)).Where(one => one.ActorKind is ActorKind.Application).Select(one => one.Detail ?? one.Action)];
    }

    private static async Task<IReadOnlyList<ResidentNo>> Owners(BulkWorld world, BulkApp app, JsonElement manifest) =>
        [.. (await app.Lines(manifest, "Observation")).Select(line => world.Vault.ResidentOf(line.GetProperty("id").GetString()!)!.Value)];

    private static Task<int> Segments(BulkWorld world) => world.Do<TasukiDb, int>(db => db.Set<BulkSegment>().CountAsync(BulkWorld.Cancel));

    private static async Task<IReadOnlyList<(byte[] Body, SealPlace Place)>> Bodies(BulkWorld world, ResidentNo resident) =>
        [.. (await world.Do<TasukiDb, List<BulkSegment>>(db => db.Set<BulkSegment>().AsNoTracking().Where(s => s.ResidentNo == resident.Value).ToListAsync(BulkWorld.Cancel)))
            .Select(s => (s.Body, new SealPlace(BulkTables.Segments, "body", BulkSegment.Row(s.ExportNo, s.Piece, s.ResidentNo, s.Part))))];
}
