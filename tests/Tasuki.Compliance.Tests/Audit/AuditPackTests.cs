using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tasuki.Compliance.Audit;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel.Evidence;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Audit;

/// <summary>What an auditor is handed can be checked without us.</summary>
public sealed class AuditPackTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_chain_of_evidence_in_the_pack_is_computed_again_from_the_pack_alone(DataStore store)
    {
        await using var site = await Start(store);
        await site.NewResident();
        await site.Do<ScopeBook, bool>(async b => { await Controls.ProbeTests.Decide(b); return true; });
        await site.Do<LookAtEverything, IReadOnlyList<(ProbeEntry, Finding)>>(l => l.Run(Actor.Job("test", "A test."), null, Cancel));
        var files = Open(await site.Do<AuditPack, byte[]>(p => p.Make(Cancel)));

        var manifest = JsonDocument.Parse(files["manifest.json"]).RootElement.GetProperty("sha256");
        Assert.Equal(files.Keys.Where(k => k is not "manifest.json").Order(StringComparer.Ordinal), manifest.EnumerateObject().Select(p => p.Name), StringComparer.Ordinal);
        foreach (var (name, content) in files.Where(f => f.Key is not "manifest.json"))
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), manifest.GetProperty(name).GetString());

        var (before, count) = (new string('0', 64), 0);
        foreach (var line in Encoding.UTF8.GetString(files["evidence.ndjson"]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var piece = JsonDocument.Parse(line).RootElement;
            var by = piece.GetProperty("by").ValueKind is JsonValueKind.Number ? piece.GetProperty("by").GetInt64().ToString(CultureInfo.InvariantCulture) : "";
            var content = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(piece.GetProperty("content").GetString()!)));
            var bound = string.Create(
                CultureInfo.InvariantCulture,
                $"{before}|{piece.GetProperty("no").GetInt64()}|{piece.GetProperty("at").GetInt64()}|{piece.GetProperty("kind").GetInt32()}|{piece.GetProperty("subject").GetString()}|{by}|{(piece.GetProperty("holds").GetBoolean() ? 1 : 0)}|{content}");
            before = piece.GetProperty("hash").GetString()!;
            Assert.Equal(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(bound))), before);
            count++;
        }

        Assert.True(count > 5);
        var checks = JsonDocument.Parse(files["verification.json"]).RootElement;
        Assert.True(checks.GetProperty("evidence").GetProperty("isWhole").GetBoolean());
        Assert.Equal(count, checks.GetProperty("evidence").GetProperty("rows").GetInt32());
        Assert.Equal(JsonValueKind.Null, checks.GetProperty("accessLog").GetProperty("firstBreak").ValueKind);
    }

    [Fact]
    public async Task The_pack_says_what_is_broken_and_holds_nothing_of_a_resident()
    {
        await using var site = await Start(DataStore.Sqlite);
        await site.NewResident();
        await site.Do<ScopeBook, bool>(async b => { await Controls.ProbeTests.Decide(b); return true; });
        await site.Raw(site.Options.Log, "update log_entry set at = at + 1 where entry_no = 1");
        var files = Open(await site.Do<AuditPack, byte[]>(p => p.Make(Cancel)));
        Assert.Equal(JsonValueKind.String, JsonDocument.Parse(files["verification.json"]).RootElement.GetProperty("accessLog").GetProperty("firstBreak").ValueKind);
        Assert.All(files.Values, content =>
        {
            // A hash may hold any four digits.
            var text = Regex.Replace(Encoding.UTF8.GetString(content), "[0-9A-Fa-f]{64}", "", RegexOptions.None, TimeSpan.FromSeconds(10));
            Assert.DoesNotContain("緑山", text, StringComparison.Ordinal);
            Assert.DoesNotContain("1955", text, StringComparison.Ordinal);
        });

        // The picture shows what is configured, and no channel that is not.
        var picture = XDocument.Parse(Encoding.UTF8.GetString(files["data-flow.svg"]));
        var words = picture.Descendants().Where(e => e.Name.LocalName is "text").Select(e => e.Value).ToList();
        Assert.Contains("健康記録（暗号化、SQLite）", words, StringComparer.Ordinal);
        Assert.DoesNotContain("メール", words, StringComparer.Ordinal);
        Assert.DoesNotContain("ウイルス検査", words, StringComparer.Ordinal);
    }

    [Fact]
    public async Task It_is_handed_to_who_may_read_audits_and_proved_it_just_now()
    {
        await using var site = await Start(DataStore.Sqlite);
        var member = await site.NewStaff(StaffRole.Auditor, "audit1", "監 査子");
        using var stale = site.AsStale(member);
        using var fresh = site.As(member);
        var page = await stale.Get("/staff/compliance");
        Assert.Contains("監査用のまとめ", page.Text, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in/confirm", (await stale.Submit(page, AuditPack.Path)).Path, StringComparison.Ordinal);
        Assert.Equal("application/zip", (await fresh.Submit(await fresh.Get("/staff/compliance"), AuditPack.Path)).Type);
    }

    private static Dictionary<string, byte[]> Open(byte[] pack)
    {
        using var zip = new ZipArchive(new MemoryStream(pack), ZipArchiveMode.Read);
        return zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var content = e.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            return copy.ToArray();
        }, StringComparer.Ordinal);
    }
}
