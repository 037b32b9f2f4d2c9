using System.Globalization;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

/// <summary>What a record costs on PostgreSQL with everything that belongs to it: observations of about 700 bytes, six tokens each, every one with a number of its own.</summary>
public sealed class RecordSizeTests
{
    private const int MostBytesARecord = 530;
    private const int OfEach = 400;

    [Fact]
    public async Task A_record_takes_no_more_than_it_may_with_all_its_indexes()
    {
        // TASUKI_SIZE_RESIDENTS=500 measures 200,000 records.
        var residents = int.TryParse(Environment.GetEnvironmentVariable("TASUKI_SIZE_RESIDENTS"), CultureInfo.InvariantCulture, out var asked) ? asked : 25;
        await using var test = await Start(StoreKind.Postgres);
        for (var resident = 0; resident < residents; resident++)
        {
            var session = await test.Own(await test.Resident(), Purpose.Import);
            for (var part = 0; part < OfEach; part += OfEach / 2)
            {
                test.Clock.Pass(TimeSpan.FromSeconds(1));
                var from = (resident * OfEach) + part;
                await session.Write([.. Enumerable.Range(from, OfEach / 2).Select(i => Make.Record(Make.BigObservation(i)))], Cancel);
            }
        }

        await using (var work = await test.Vault.Parts.Records.Read(Cancel))
            await work.Execute("vacuum (analyze) record", Cancel);
        var rows = await test.Number("select count(*) from record");
        Assert.Equal(residents * OfEach, rows);
        // Six besides the identity's, which has a column of its own.
        Assert.Equal(48, await test.Number("select max(length(tokens)) from record"));
        var total = (double)await test.Number("select pg_total_relation_size('record')") / rows;
        Print($"{rows:N0} records: {total:N1} bytes each; body {await test.Number("select sum(length(body)) from record") / rows}");
        Print($"heap {await test.Number("select pg_relation_size('record')") / (double)rows:N1}");
        foreach (var index in new[] { "record_2_pkey", "record_date", "record_code", "record_updated", "record_identity", "record_other_code" })
            Print($"{index} {await test.Number($"select pg_relation_size('{index}')") / (double)rows:N1}");
        Assert.InRange(total, 1, MostBytesARecord);
    }

    private static void Print(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
