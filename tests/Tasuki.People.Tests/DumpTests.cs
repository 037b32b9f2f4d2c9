using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Testing.Marks;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Who has every row and no key ring, and who may write rows but has no keys.</summary>
public sealed class DumpTests
{
    private const string Password = "みかんの皮は橙色でまるい";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_all_rows_and_no_ring_nobody_signs_in()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        var begun = await site.Do<BeginRecovery, Result<BegunRecovery>>(b => b.ByList("kazuo", account.Codes[2], Cancel));
        var (row, code) = await site.Do<Recoveries, (RecoveryRow, string)>(r => r.Add(
            account.AccountNo, RecoveryWay.Counter, RecoveryState.HandedOver, null, site.Clock.GetUtcNow().AddDays(1), account.AccountNo, Cancel));
        var dump = Path.Combine(site.Folder, "dump.db");
        await site.Do<TasukiDb>(db => db.Database.ExecuteSqlAsync($"VACUUM INTO {dump}", Cancel));

        await using var other = await TestSite.Start(DataStore.Sqlite, Cancel, dump: dump);
        using var thief = other.NewVisitor();
        foreach (var cookie in visitor.Cookies.GetCookies(site.Address).Cast<Cookie>())
            thief.Cookies.Add(new Cookie(cookie.Name, cookie.Value, "/", other.Address.Host));

        // The stolen cookie, the right password, the right seed, printed code, receipt and counter's code: worth nothing elsewhere.
        Assert.StartsWith("/sign-in", (await thief.Get("/home", Cancel)).Path, StringComparison.Ordinal);
        using var fresh = other.NewVisitor();
        Assert.Equal("/sign-in", (await Walk.Password(fresh, "kazuo", Password)).Path);
        var stolen = await other.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(Cancel));
        Assert.False(await other.Do<TimeCodes, bool>(t => t.Use(stolen, TimeCodes.CodeAt(account.TotpSecret!, other.Clock.GetUtcNow()), Cancel)));
        Assert.False(await other.Do<PrintedCodes, bool>(p => p.Use(stolen, account.Codes[1], Cancel)));
        Assert.False((await other.Do<BeginRecovery, Result<BegunRecovery>>(b => b.ByList("kazuo", account.Codes[3], Cancel))).IsOk);
        foreach (var known in new[] { begun.Value.Receipt, code })
            Assert.False((await other.Do<BeginRecovery, Result<BegunRecovery>>(b => b.ByCode(known, Cancel))).IsOk);
        Assert.Empty(await other.Do<Recoveries, IReadOnlyList<RecoveryRow>>(r => r.OpenOf(row.AccountNo, Cancel)));
        Assert.False(await other.Do<Passwords, bool>(p => Task.FromResult(p.Verify(stolen, Password))));
    }

    [Fact]
    public async Task What_a_person_is_called_stands_nowhere_in_the_files_or_the_log()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        using var visitor = site.NewVisitor("Mozilla/5.0 (PlayStation; MarkMarkDevice07) Firefox/150.0");
        string[] marks = ["麒麟鳳凰霊亀応竜印", "ZaqMarkGiven00117", "キリンホウオウレイキ", "ザクマークメイ", "mark-sign-in-name-9", "正しい馬の電池ホチキス印"];
        var person = new Dictionary<string, string>(Walk.Person, StringComparer.Ordinal) { ["Family"] = marks[0], ["Given"] = marks[1], ["FamilyKana"] = marks[2], ["GivenKana"] = marks[3] };
        var (page, secret) = await Walk.SignUpWithAuthenticator(site, visitor, marks[4], marks[5], person);
        Assert.Equal(200, page.Status);
        Assert.Equal($"{marks[0]} {marks[1]}", (await visitor.Get("/home", Cancel)).Body);
        using var wrong = site.NewVisitor();
        await Walk.Password(wrong, marks[4], "MarkWrongPassword77");

        // A passkey and the name its owner gave it, as the ceremony stores them.
        var planted = new MarkSet();
        await site.Do<TasukiDb>(async db =>
        {
            var account = await db.Set<Account>().AsNoTracking().SingleAsync(Cancel);
            await site.Do<AccountSeals>(async seals =>
            {
                var passkey = new SealedPasskey(Bytes("credential"), Bytes("public key"), site.Clock.GetUtcNow(), 0, [planted.New("transport")], true, false, false, Bytes("attestation"), Bytes("client data"), planted.Kanjis("passkey name"));
                db.Add(new PasskeyRow
                {
                    No = 7, AccountNo = account.No, CredentialToken = seals.CredentialToken(passkey.CredentialId), Created = site.Clock.GetUtcNow(),
                    Credential = (await seals.Seal(account.Resident, "passkey", "credential", 7, passkey, Cancel)).Value,
                });
            });
            await db.SaveChangesAsync(Cancel);
        });
        byte[] Bytes(string where) => Encoding.UTF8.GetBytes(planted.New(where));

        foreach (var mark in (string[])[.. marks, secret, "MarkWrongPassword77", "Firefox/150.0"])
            planted.Keep(mark, mark);
        Assert.Contains(Directory.GetFiles(site.Folder, "*", SearchOption.AllDirectories), f => f.EndsWith("app.db-wal", StringComparison.Ordinal));
        var search = new MarkSearch(planted.All);
        search.Folder(site.Folder);
        lock (site.Log)
            search.Value("the log", Encoding.UTF8.GetBytes(string.Join('\n', site.Log)));
        Assert.True(search.Bytes > 100_000);
        Assert.True(search.Report().Length == 0, search.Report());
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_account_that_was_pointed_at_another_resident_by_SQL_is_not_honoured(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var victim = await SignInTests.NewResident(site, "victim", codes: true);
        var thief = await SignInTests.NewResident(site, "thief", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "thief", Password, thief.Codes[0]);
        Assert.Equal("/home", (await visitor.Get("/home", Cancel)).Path);

        await site.Do<TasukiDb>(db => db.Database.ExecuteSqlAsync($"UPDATE account SET resident_no = {victim.Resident!.Value.Value} WHERE no = {thief.AccountNo}", Cancel));

        Assert.StartsWith("/sign-in", (await visitor.Get("/home", Cancel)).Path, StringComparison.Ordinal);
        using var again = site.NewVisitor();
        Assert.Equal("/sign-in", (await Walk.Password(again, "thief", Password)).Path);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Secrets_copied_to_another_account_by_SQL_open_nothing(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var victim = await SignInTests.NewResident(site, "victim", codes: true);
        var thief = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateResident(
            new NewProfile("赤坂", "太郎", "あかさか", "たろう", new DateOnly(1980, 1, 1), "male"), "thief", "これは泥棒のひみつの言葉", Cancel, TimeCodes.NewSecret(), PrintedCodes.NewList()))).Value;

        await site.Do<TasukiDb>(async db =>
        {
            await db.Database.ExecuteSqlAsync(
                $"UPDATE account SET password_hash = (SELECT password_hash FROM account WHERE no = {thief.AccountNo}), totp_seed = (SELECT totp_seed FROM account WHERE no = {thief.AccountNo}) WHERE no = {victim.AccountNo}", Cancel);
            await db.Database.ExecuteSqlAsync($"DELETE FROM printed_code WHERE account_no = {victim.AccountNo}", Cancel);
            await db.Database.ExecuteSqlAsync($"UPDATE printed_code SET account_no = {victim.AccountNo} WHERE account_no = {thief.AccountNo}", Cancel);
        });

        using var visitor = site.NewVisitor();
        Assert.Equal("/sign-in", (await Walk.Password(visitor, "victim", "これは泥棒のひみつの言葉")).Path);
        var row = await site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == victim.AccountNo, Cancel));
        Assert.False(await site.Do<TimeCodes, bool>(t => t.Use(row, TimeCodes.CodeAt(thief.TotpSecret!, site.Clock.GetUtcNow()), Cancel)));
        Assert.False(await site.Do<PrintedCodes, bool>(p => p.Use(row, thief.Codes[0], Cancel)));
    }
}
