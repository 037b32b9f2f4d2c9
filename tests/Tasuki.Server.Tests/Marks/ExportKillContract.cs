using System.Data.Common;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Tasuki.Data;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Testing.Marks;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Marks;

public sealed class SqliteExportKillTests() : ExportKillContract(StoreKind.Sqlite);

public sealed class PostgresExportKillTests() : ExportKillContract(StoreKind.Postgres);

/// <summary>A server that was killed in the middle of a bulk export has left nothing readable, and the next one brings the export to its end: every line once.</summary>
public abstract class ExportKillContract(StoreKind store)
{
    private const int Residents = 3;

    // Each resident's lines pack to more than what is saved at once, so that an export is saved resident by resident.
    private const int Records = 3_700;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_during_a_bulk_export_leaves_nothing_readable_and_the_next_start_ends_it()
    {
        var marks = new MarkSet();
        await using var town = await TestMunicipality.New(store, "exported");
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(town.Described.Data)!, "..", "around")).FullName;
        var postgres = await PostgresCopies.Begin(town.Described);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var app = await Fill(town, marks, key);

        // Where the machine is busy an export may have ended before the kill: another one is cut then.
        string? at = null;
        for (var turn = 0; turn < 10 && at is null; turn++)
        {
            await using var first = await MarkedServer.Start(town, Path.Combine(folder, "first"));
            using var backend = new Backend(first.Port, app, key);
            await using var open = await StoredMarks.Open(store, town.Described.Connections.App);
            var before = await StoredMarks.Number(open, "select count(*) from bulk_segment");
            var begun = await backend.Get($"{backend.Root}/Patient/$export", ("Accept", "application/fhir+json"), ("Prefer", "respond-async"));
            Assert.True(begun.Status == 202, begun.Body);
            await Until(async () => await StoredMarks.Number(open, "select count(*) from bulk_segment") > before);
            await first.Kill();
            if (await StoredMarks.Number(open, "select count(*) from bulk_export where state = 1") == 1)
                at = begun.Location!;
        }

        Assert.True(at is not null, "No export was cut in ten tries.");
        await Nothing(marks, town, folder, postgres, "killed");
        // A minute passes, and the claim of the server that died has run out.
        await PassLease(town);
        await using var second = await MarkedServer.Start(town, Path.Combine(folder, "second"));
        using var again = new Backend(second.Port, app, key);
        var manifest = await again.Get(again.Here(at), ("Accept", "application/json"));
        await Until(async () => (manifest = await again.Get(again.Here(at), ("Accept", "application/json"))).Status is not (202 or 429));
        Assert.True(manifest.Status == 200, manifest.Body);
        var values = new List<string>();
        foreach (var file in JsonDocument.Parse(manifest.Body).RootElement.GetProperty("output").EnumerateArray().Where(file => file.GetProperty("type").GetString() is "Observation"))
        {
            var lines = await again.Get(again.Here(file.GetProperty("url").GetString()!), ("Accept", "application/fhir+ndjson"));
            Assert.True(lines.Status == 200, lines.Body);
            values.AddRange(lines.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!));
        }

        Assert.Equal(Residents * Records, values.Count);
        Assert.Equal(values.Count, values.Distinct(StringComparer.Ordinal).Count());
        await second.Kill();
        await Nothing(marks, town, folder, postgres, "ended");
    }

    /// <summary>Residents with records that pack badly, all sharing with one backend. Returns its number.</summary>
    private static async Task<long> Fill(TestMunicipality town, MarkSet marks, ECDsa key)
    {
        var built = await town.Build(builder => builder.Services.AddSingleton(TimeProvider.System), "--environment=Test");
        Assert.True(built.IsOk, built.Error?.ToString());
        await using var server = built.Value;
        var vault = server.Services.GetRequiredService<RecordVault>();
        long no;
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var q = key.ExportParameters(false).Q;
            var set = JsonSerializer.Serialize(new { keys = new[] { new { kty = "EC", kid = "k1", crv = "P-384", x = WebEncoders.Base64UrlEncode(q.X!), y = WebEncoders.Base64UrlEncode(q.Y!) } } });
            no = (await scope.ServiceProvider.GetRequiredService<RegisterApp>().Register(
                AppKind.Backend, new AppContent("統計ノート", "合同会社みかん", "dev@app.test", "保健事業のため", "https://app.test/privacy", [], null, set, "system/*.rs", "たすき市北1-2-3 代表 青木守"), null, Cancel)).Value;
            var decide = scope.ServiceProvider.GetRequiredService<DecideApp>();
            Assert.True((await decide.Check(await Officer(scope.ServiceProvider, "青木 守", "officer1"), no, Cancel)).IsOk);
            Assert.True((await decide.Approve(await Officer(scope.ServiceProvider, "森 育子", "officer2"), no, Cancel)).IsOk);
        }

        var text = marks.New("text of an exported record");
        for (var i = 0; i < Residents; i++)
        {
            var resident = (await vault.Enrol(Actor.Operator("test", "tests"), Cancel)).Value;
            var own = (await vault.Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value;
            var records = new List<string> { $$$"""{"resourceType":"Patient","name":[{"family":"{{{marks.New("family name")}}}"}]}""" };
            records.AddRange(Enumerable.Range(0, Records).Select(_ =>
                $$$"""{"resourceType":"Observation","status":"final","code":{"text":"{{{text}}}"},"valueString":"{{{text}}} {{{Convert.ToBase64String(RandomNumberGenerator.GetBytes(2_400))}}} {{{text}}}"}"""));
            Assert.True((await own.Write([.. records.Select(json => new NewRecord(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, new RecordOrigin(SourceKind.Person, null, null, null, TimeProvider.System.GetUtcNow())))], Cancel)).IsOk);
            Assert.True((await vault.Grant(Actor.Resident(resident), new NewGrant(
                resident, ActorKind.Application, no.ToString(CultureInfo.InvariantCulture), Purpose.AppUse, AccessClasses.All, null, null, TimeProvider.System.GetUtcNow().AddDays(1)), Cancel)).IsOk);
        }

        await vault.DisposeAsync();
        return no;
    }

    private static async Task<Account> Officer(IServiceProvider services, string name, string signIn)
    {
        var made = await services.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Desk, name, "たすき市", signIn, "役場の庭の大きな楠の木陰で昼寝", Cancel);
        return await services.GetRequiredService<TasukiDb>().Set<Account>().AsNoTracking().SingleAsync(a => a.No == made.Value.AccountNo, Cancel);
    }

    private async Task PassLease(TestMunicipality town)
    {
        await using DbConnection open = store is StoreKind.Sqlite
            ? new SqliteConnection($"Data Source={town.Described.Connections.App};Pooling=False")
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(town.Described.Connections.App) { Pooling = false }.ConnectionString);
        await open.OpenAsync(Cancel);
        await using var command = open.CreateCommand();
        command.CommandText = $"update job set due = {(store is StoreKind.Sqlite ? "0" : "'2000-01-01T00:00:00Z'")} where kind = 'fhir.export' and state = 0";
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
    }

    private static async Task Nothing(MarkSet marks, TestMunicipality town, string folder, PostgresCopies? postgres, string when)
    {
        var search = new MarkSearch(marks.All);
        search.Folder(Path.GetDirectoryName(town.Described.Data)!);
        search.Folder(folder);
        if (postgres is not null)
            await postgres.Files(search, afterCheckpoint: false);
        Assert.True(search.Bytes > 1 << 20);
        Assert.True(search.Report().Length == 0, $"{when}: {search.Report()}");
    }

    // A real process does real work: there is nothing to wait on but what it leaves.
    private static async Task Until(Func<Task<bool>> met)
    {
        using var patience = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(5);)
        {
            if (await met())
                return;
            await patience.WaitForNextTickAsync(Cancel);
        }

        Assert.Fail("It did not happen within five minutes.");
    }

    /// <summary>The app at a server: proves itself by a signed assertion once, then asks.</summary>
    private sealed class Backend(int port, long no, ECDsa key) : IDisposable
    {
        private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        private string? _token;

        public string Root => $"http://localhost:{port}/fhir";

        /// <summary>The same address at this server, whose port is another.</summary>
        public string Here(string address) => new UriBuilder(address) { Host = "localhost", Port = port }.Uri.AbsoluteUri;

        public async Task<(int Status, string Body, string? Location)> Get(string address, params (string Name, string Value)[] headers)
        {
            _token ??= await Token();
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await _http.SendAsync(request, Cancel);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel), answer.Content.Headers.ContentLocation?.OriginalString);
        }

        public void Dispose() => _http.Dispose();

        private async Task<string> Token()
        {
            var end = $"http://localhost:{port}/connect/token";
            var assertion = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
            {
                Issuer = $"{no}", Audience = end, Expires = TimeProvider.System.GetUtcNow().AddMinutes(4).UtcDateTime, SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = "k1" }, "ES384"),
                Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = $"{no}", ["jti"] = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(16)) },
            });
            using var form = new FormUrlEncodedContent(
            [
                KeyValuePair.Create("grant_type", "client_credentials"), KeyValuePair.Create("scope", "system/*.rs"), KeyValuePair.Create("client_assertion", assertion),
                KeyValuePair.Create("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ]);
            using var request = new HttpRequestMessage(HttpMethod.Post, end) { Content = form };
            using var answer = await _http.SendAsync(request, Cancel);
            var body = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.IsSuccessStatusCode, body);
            return JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString()!;
        }
    }
}
