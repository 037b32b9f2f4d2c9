using System.Buffers;
using System.Globalization;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>High-frequency measurements: one sealed chunk for each metric and day in Tokyo. The metric is a token in the column and stands in words inside.</summary>
internal sealed class SampleChunks(VaultParts parts, Actor actor, ResidentNo resident, string purpose, SessionLimit limit)
{
    private const int DaysABatch = 200;

    // Samples are a diary: no code lists are held against them.
    private static readonly AccessClass Class = new(DataCategory.Lifelog, Sensitive: false);

    public bool Visible => limit.Classes.Contains(Class);

    public async Task<bool> Write(IReadOnlyList<SampleDay> days, ResidentKeys keys, WriteLog log, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open } row)
            return false;
        var updated = row.NextUpdated(parts.Clock);
        var tags = WrittenRows.Samples();
        var stored = new List<object?[]>(days.Count);
        foreach (var day in days.GroupBy(d => (d.Metric, d.Day)).Select(same => same.Last()))
        {
            var metric = keys.Token(TokenKind.Metric, day.Metric);
            var version = 1 + await work.Number(
                "select coalesce(max(version), 0) from sample_chunk where resident_no = @resident and metric = @metric and day = @day", cancel,
                ("@resident", resident.Value), ("@metric", metric), ("@day", (long)day.Day.DayNumber));
            if (version > 1)
            {
                await work.Execute(
                    "delete from sample_chunk where resident_no = @resident and metric = @metric and day = @day", cancel,
                    ("@resident", resident.Value), ("@metric", metric), ("@day", (long)day.Day.DayNumber));
            }

            var body = BodyFormat.Seal(keys, Pack(day), Bound(metric, day.Day.DayNumber, version!.Value, updated));
            WrittenRows.AddSample(tags, metric, day.Day.DayNumber, version.Value, body);
            stored.Add([resident.Value, metric, (long)day.Day.DayNumber, version, updated, body]);
        }

        await log.Commit(
            work, tags.WrittenMemory,
            async () =>
            {
                await parts.Records.InsertMany(work, VaultColumns.SampleChunk, stored, cancel);
                await ResidentRow.Move(work, resident, row.NextSeq, updated, cancel);
            },
            cancel);
        return true;
    }

    public async IAsyncEnumerable<SampleDay> Read(
        string? metric, DateOnly? from, DateOnly? to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var (low, high) = Within(from, to);
        long afterDay = low, afterMetric = long.MinValue;
        while (true)
        {
            // The keys are asked for again at every batch: an export of years must not outlive an erasure.
            if (await parts.ResidentKeys.Get(resident, cancel) is not { } keys)
                yield break;
            var rows = await Batch(keys, metric, afterDay, afterMetric, high, cancel);
            foreach (var (token, day, version, updated, body) in rows)
            {
                if (BodyFormat.Open(keys, body, Bound(token, day, version, updated)) is { } plain)
                    yield return Unpack(DateOnly.FromDayNumber((int)day), plain);
                else
                    parts.Alarm(actor, resident, purpose, "sample_chunk", day);
            }

            if (rows.Count < DaysABatch)
                yield break;
            (afterMetric, afterDay) = (rows[^1].Metric, rows[^1].Day);
            if (afterMetric == long.MaxValue)
                (afterDay, afterMetric) = (afterDay + 1, long.MinValue);
            else
                afterMetric++;
        }
    }

    private (long Low, long High) Within(DateOnly? from, DateOnly? to)
    {
        long low = from?.DayNumber ?? 0, high = to?.DayNumber ?? DateOnly.MaxValue.DayNumber;
        if (limit.PeriodFrom is { } periodFrom)
            low = Math.Max(low, TokyoDay.Of(Time.FromMillis(periodFrom)).DayNumber);
        if (limit.PeriodTo is { } periodTo)
            high = Math.Min(high, TokyoDay.Of(Time.FromMillis(periodTo - 1)).DayNumber);
        return (low, high);
    }

    private async Task<List<(long Metric, long Day, long Version, long Updated, byte[] Body)>> Batch(
        ResidentKeys keys, string? metric, long day, long token, long high, CancellationToken cancel)
    {
        var parameters = new List<(string, object?)> { ("@resident", resident.Value), ("@day", day), ("@token", token), ("@high", high) };
        var one = "";
        if (metric is not null)
        {
            one = " and metric = @metric";
            parameters.Add(("@metric", keys.Token(TokenKind.Metric, metric)));
        }

        await using var work = await parts.Records.Read(cancel);
        return await work.Query(
            $"select metric, day, version, updated, body from sample_chunk where resident_no = @resident and (day > @day or (day = @day and metric >= @token)) and day <= @high{one} order by day, metric limit {DaysABatch.ToString(CultureInfo.InvariantCulture)}",
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.Bytes(4)), cancel, [.. parameters]);
    }

    private Binding Bound(long metric, long day, long version, long updated) => Bound(parts.Municipality, resident, metric, day, version, updated);

    internal static Binding Bound(MunicipalityId municipality, ResidentNo resident, long metric, long day, long version, long updated) =>
        new Binding(municipality, "sample_chunk").Number(resident.Value).Number(metric).Number(day).Number(version).Number(updated);

    // metric | unit | count | (first second, last second, value)*, texts with their length, numbers as varints.
    private static byte[] Pack(SampleDay day)
    {
        var output = new ArrayBufferWriter<byte>(16 + (day.Samples.Count * 8));
        Text(output, day.Metric);
        Text(output, day.Unit);
        Varint.Write(output, (ulong)day.Samples.Count);
        foreach (var sample in day.Samples)
        {
            Varint.Write(output, (ulong)sample.FromSecond);
            Varint.Write(output, (ulong)sample.ToSecond);
            Text(output, sample.Value);
        }

        return output.WrittenSpan.ToArray();
    }

    private static SampleDay Unpack(DateOnly day, byte[] bytes)
    {
        var at = 0;
        var metric = Text(bytes, ref at);
        var unit = Text(bytes, ref at);
        var samples = new Sample[(int)Next(bytes, ref at)];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = new Sample((int)Next(bytes, ref at), (int)Next(bytes, ref at), Text(bytes, ref at));
        return new SampleDay(metric, unit, day, samples);
    }

    private static void Text(ArrayBufferWriter<byte> output, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Varint.Write(output, (ulong)bytes.Length);
        output.Write(bytes);
    }

    private static string Text(byte[] bytes, ref int at)
    {
        var length = (int)Next(bytes, ref at);
        at += length;
        return Encoding.UTF8.GetString(bytes, at - length, length);
    }

    private static ulong Next(byte[] bytes, ref int at)
    {
        var value = Varint.Read(bytes.AsSpan(at), out var length);
        at += length;
        return value;
    }
}
