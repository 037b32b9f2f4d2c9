using System.Diagnostics;
using System.Globalization;
using Tasuki.Fhir;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

/// <summary>Many records at once. The speed is printed, not asserted: it belongs to the machine.</summary>
public abstract class BulkWriteContract(StoreKind store)
{
    [Fact]
    public async Task Five_thousand_records_of_one_write_are_all_there_and_recognised_when_they_come_again()
    {
        await using var test = await Start(store);
        await Write(test, 500);
        var (records, session, first) = await Write(test, 5_000);
        var watch = Stopwatch.StartNew();
        var again = (await session.Write(records, Cancel)).Value;
        Print("recognised again", records.Count, watch);
        Assert.All(first, one => Assert.Equal(WriteOutcome.Created, one.Outcome));
        Assert.All(again, one => Assert.Equal(WriteOutcome.AlreadyThere, one.Outcome));
        watch.Restart();
        var read = 0;
        await foreach (var _ in session.All(new RecordQuery { Order = RecordOrder.Stored }, Cancel))
            read++;
        Print("read back", read, watch);
        Assert.Equal(5_000, read);
        watch.Restart();
        var found = (await session.Search(new RecordQuery { Codes = [new Coding(null, "8480-6")], Limit = 50 }, Cancel)).Value;
        Print("newest 50 of a code", 1, watch);
        Assert.Equal(50, found.Records.Count);
        var size = await test.Number("select sum(length(body) + length(tokens)) from record");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{store}: {size / 5_500} bytes of body and tokens a record"));
    }

    [Fact]
    public async Task Several_residents_write_many_records_and_many_residents_single_ones_at_the_same_time()
    {
        await using var test = await Start(store);
        var batches = await Sessions(test, 8);
        var parsed = Enumerable.Range(0, 4_000).Select(i => Make.Record(Make.BigObservation(i))).ToList();
        for (var round = 0; round < 2; round++)
        {
            var from = round * 2_000;
            var bulk = Stopwatch.StartNew();
            await Parallel.ForEachAsync(batches, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel }, async (session, cancel) =>
                Assert.All((await session.Write(parsed[from..(from + 2_000)], cancel)).Value, one => Assert.Equal(WriteOutcome.Created, one.Outcome)));
            Print("of several residents written", 2_000 * batches.Count, bulk);
        }

        var singles = await Sessions(test, 128);
        for (var round = 0; round < 2; round++)
        {
            var next = -1;
            var from = round * 1_000;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
            {
                while (Interlocked.Increment(ref next) is < 2_000 and var i)
                    Assert.Equal(WriteOutcome.Created, (await singles[i % singles.Count].Write([parsed[from + (i / singles.Count)]], Cancel)).Value[0].Outcome);
            }));
            Print("single ones of many residents written", 2_000, watch);
        }

        Assert.Null(await test.Vault.FindBreakInLog(Cancel));
        Assert.Equal((4_000 * batches.Count) + 4_000, await test.Number("select count(*) from record"));
    }

    private static async Task<List<Session>> Sessions(TestVault test, int count)
    {
        var sessions = new List<Session>(count);
        for (var i = 0; i < count; i++)
            sessions.Add(await test.Own(await test.Resident(), Purpose.Import));
        return sessions;
    }

    private async Task<(List<NewRecord> Records, Session Session, IReadOnlyList<WrittenRecord> Written)> Write(TestVault test, int count)
    {
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var records = Enumerable.Range(0, count).Select(i => Make.Record(Observation(i))).ToList();
        var watch = Stopwatch.StartNew();
        var written = (await session.Write(records, Cancel)).Value;
        Print("written", count, watch);
        return (records, session, written);
    }

    private void Print(string what, int count, Stopwatch watch) => TestContext.Current.TestOutputHelper?.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{store}: {what} {count:N0} in {watch.Elapsed.TotalMilliseconds:N1} ms, {count / watch.Elapsed.TotalSeconds:N0}/s"));

    private static string Observation(int i) => string.Create(CultureInfo.InvariantCulture,
        $$$"""
        {"resourceType":"Observation","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_Common"]},
        "identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51.11311234567","value":"{{{i:D10}}}"}],"status":"final",
        "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}],
        "code":{"coding":[{"system":"http://loinc.org","code":"{{{(i % 2 == 0 ? "8480-6" : "8867-4")}}}","display":"Systolic blood pressure"}],"text":"収縮期血圧"},
        "subject":{"reference":"Patient/example"},"effectiveDateTime":"{{{2020 + (i % 6)}}}-{{{1 + (i % 12):00}}}-{{{1 + (i % 28):00}}}T07:30:00+09:00",
        "issued":"2026-01-05T10:00:00+09:00","performer":[{"reference":"Organization/mi"}],
        "valueQuantity":{"value":{{{110 + (i % 40)}}},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}
        """);
}

public sealed class SqliteBulkWriteTests() : BulkWriteContract(StoreKind.Sqlite);

public sealed class PostgresBulkWriteTests() : BulkWriteContract(StoreKind.Postgres);
