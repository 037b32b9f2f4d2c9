using System.IO.Compression;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Exchange.Probes;
using Tasuki.Kernel.Evidence;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;

namespace Tasuki.Exchange.Tests.Probes;

/// <summary>The probe of taking out: green on a fresh site, and red with counts for whatever an export, or the vault under it, loses.</summary>
public sealed class ExportProbeTests
{
    public static TheoryData<StoreKind> Stores => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory, MemberData(nameof(Stores))]
    public async Task On_a_fresh_site_everything_comes_out_and_the_second_look_writes_nothing(StoreKind store)
    {
        await using var host = await ExchangeHost.Start(store);
        Assert.Equal("complete 6 1 1", await Look(host));
        var before = await Seen(host);
        host.Clock.Now += TimeSpan.FromDays(1);
        Assert.Equal("complete 6 1 1", await Look(host));
        Assert.Equal(before, await Seen(host));
        var own = await Open(host);
        await foreach (var record in own.All(new RecordQuery(), ExchangeHost.Cancel))
            Assert.Contains("\"HTEST\"", Encoding.UTF8.GetString(record.Resource.Json.Span), StringComparison.Ordinal);
        Assert.Single(await own.AccessLog(1_000, ExchangeHost.Cancel), e => e.Action is "keep-file");
        // No upload is left in the list of what was brought in.
        Assert.Empty(await host.Imports.List(own, ExchangeHost.Cancel));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_record_that_is_gone_from_the_vault_or_does_not_open_is_red(StoreKind store)
    {
        await using var host = await ExchangeHost.Start(store);
        Assert.Equal("complete 6 1 1", await Look(host));
        host.RecordSql("delete from record where seq = (select max(seq) from record)");
        Assert.Equal("lost 1 7", await Look(host));
        host.RecordSql("update record set date_from = date_from + 1 where seq = (select max(seq) from record)");
        Assert.Equal("lost 2 7", await Look(host));
    }

    [Theory]
    [InlineData("fhir/Immunization.ndjson", "unread archive.missing")]
    [InlineData("samples/2026-04.json", "missing 1 8")]
    [InlineData("originals/", "missing 1 8")]
    [InlineData("manifest.json", "unread import.samples")]
    public async Task What_is_not_in_the_archive_is_red(string path, string expected)
    {
        await using var host = await ExchangeHost.Start();
        Assert.Equal(expected, await Look(host, archive => archive.Entries.Single(e => e.FullName[(e.FullName.IndexOf('/', StringComparison.Ordinal) + 1)..].StartsWith(path, StringComparison.Ordinal)).Delete()));
    }

    [Theory]
    [InlineData("fhir/Observation.ndjson", "5.60", "5.6", "missing 1 8")]
    [InlineData("fhir/Observation.ndjson", "試験用保険者", "試験用", "missing 1 8")]
    [InlineData("fhir/Patient.ndjson", "HTEST", "HOTHER", "missing 1 8")]
    [InlineData("fhir/MedicationStatement.ndjson", "\"Medication\"", "\"Chart\"", "missing 1 8")]
    [InlineData("samples/2026-04.json", "7.50", "7.5", "missing 1 8")]
    [InlineData("fhir/Immunization.ndjson", "{", "[", "unread *")]
    public async Task What_comes_out_changed_is_red(string path, string old, string changed, string expected)
    {
        await using var host = await ExchangeHost.Start();
        var found = await Look(host, archive => Rewrite(archive, path, text => text.Replace(old, changed, StringComparison.Ordinal)));
        Assert.True(expected.EndsWith('*') ? found.StartsWith(expected[..^1], StringComparison.Ordinal) : found == expected, found);
    }

    [Fact]
    public async Task A_record_that_an_export_drops_is_red()
    {
        await using var host = await ExchangeHost.Start();
        Assert.Equal("missing 1 8", await Look(host, archive => Rewrite(archive, "fhir/Observation.ndjson", text => text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..])));
    }

    [Fact]
    public async Task What_comes_out_and_is_not_stored_is_red()
    {
        await using var host = await ExchangeHost.Start();
        Assert.Equal("extra 1", await Look(host, archive => Rewrite(archive, "fhir/Immunization.ndjson", text => text + text)));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_record_that_would_come_in_a_second_time_is_red(StoreKind store)
    {
        await using var host = await ExchangeHost.Start(store);
        Assert.Equal("complete 6 1 1", await Look(host));
        // Between the export and the question what bringing it in would do, the vault forgets one.
        Assert.Equal("differs 1 5", await Look(host, _ => host.RecordSql("delete from record where seq = (select max(seq) from record)")));
    }

    [Fact]
    public async Task A_resident_that_does_not_open_is_red()
    {
        await using var host = await ExchangeHost.Start();
        Assert.Equal("complete 6 1 1", await Look(host));
        await host.Services.GetRequiredService<Data.TasukiDb>().Database.ExecuteSqlRawAsync("update account set resident_no = 2 where no = 2", ExchangeHost.Cancel);
        Assert.Equal("resident synthetic.altered", await Look(host));
    }

    private static async Task<string> Look(ExchangeHost host, Action<ZipArchive>? damage = null)
    {
        await using var scope = host.NewScope();
        var entry = scope.ServiceProvider.GetServices<ProbeEntry>().Single(p => p.Id == "export.complete");
        Finding found;
        if (damage is null)
        {
            found = await entry.Look(scope.ServiceProvider, ExchangeHost.Cancel);
        }
        else
        {
            var probe = scope.ServiceProvider.GetRequiredService<ExportProbe>();
            probe.AfterWriting = bytes =>
            {
                using var zip = new MemoryStream();
                zip.Write(bytes);
                using (var archive = new ZipArchive(zip, ZipArchiveMode.Update, leaveOpen: true))
                    damage(archive);
                return zip.ToArray();
            };
            found = await probe.Look(ExchangeHost.Cancel);
        }

        Assert.Equal(found.Code is "complete", found.Holds);
        Assert.NotEmpty(entry.Words(scope.ServiceProvider, $"probe-{entry.Id}", []));
        Assert.NotEmpty(entry.Words(scope.ServiceProvider, $"probe-{entry.Id}-{found.Code}", found.Values));
        return string.Join(' ', found.Values.Prepend(found.Code));
    }

    private static void Rewrite(ZipArchive archive, string path, Func<string, string> change)
    {
        var entry = archive.Entries.Single(e => e.FullName.EndsWith(path, StringComparison.Ordinal));
        string text;
        using (var reader = new StreamReader(entry.Open()))
            text = reader.ReadToEnd();
        var changed = change(text);
        Assert.False(text.Equals(changed, StringComparison.Ordinal));
        var name = entry.FullName;
        entry.Delete();
        using var writer = new StreamWriter(archive.CreateEntry(name).Open(), new UTF8Encoding(false));
        writer.Write(changed);
    }

    private static async Task<Session> Open(ExchangeHost host)
    {
        await using var scope = host.NewScope();
        return (await scope.ServiceProvider.GetRequiredService<ProbeResident>().Open(Purpose.OwnUse, ExchangeHost.Cancel)).Value;
    }

    private static async Task<List<string>> Seen(ExchangeHost host)
    {
        var seen = new List<string>();
        await foreach (var record in (await Open(host)).All(new RecordQuery { Order = RecordOrder.Stored }, ExchangeHost.Cancel))
            seen.Add($"{record.Id} {record.Version} {record.Updated.UtcTicks}");
        return seen;
    }
}
