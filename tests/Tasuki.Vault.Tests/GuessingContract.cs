using System.Globalization;
using Tasuki.Kernel.Records;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteGuessingTests() : GuessingContract(StoreKind.Sqlite);

public sealed class PostgresGuessingTests() : GuessingContract(StoreKind.Postgres);

/// <summary>
/// Codes are attacked, not searched: somebody holds the dump, the public dictionary, how frequent each code is, and even the truth about half of the residents, and
/// no key. What they say about the other half is no better than what the frequencies alone say.
/// </summary>
public abstract class GuessingContract(StoreKind store)
{
    private const int Residents = 120;

    // Frequencies of the synthetic codes, out of twenty records of a resident.
    private static readonly (string Code, int Times)[] Dictionary = [("8867-4", 9), ("29463-7", 5), ("8480-6", 3), ("4548-4", 2), ("2345-7", 1)];

    [Fact]
    public async Task No_part_of_a_token_a_class_or_a_source_tells_about_another_resident()
    {
        await using var test = await Start(store);
        foreach (var resident in (await test.Vault.EnrolMany(Actor.Operator("test", "guessing"), Residents, Cancel)).Value)
        {
            var session = await test.Own(resident, Purpose.Import);
            var records = Dictionary.SelectMany(d => Enumerable.Range(0, d.Times).Select(i => Make.Record(Make.Observation($"{d.Code}-{i}", code: d.Code), i % 2 == 0 ? DataCategory.Chart : DataCategory.Lifelog)));
            Assert.True((await session.Write([.. records], Cancel)).IsOk);
        }

        // In the order they were written, every resident's records have the same truth.
        List<(long Resident, long Seq, long Code, long Class, long Source)> rows;
        await using (var work = await test.Vault.Parts.Records.Read(Cancel))
            rows = await work.Query("select resident_no, seq, code, class, source from record order by resident_no, seq", r => (r.GetInt64(0), Convert.ToInt64(r.GetValue(1), CultureInfo.InvariantCulture), r.GetInt64(2), Convert.ToInt64(r.GetValue(3), CultureInfo.InvariantCulture), Convert.ToInt64(r.GetValue(4), CultureInfo.InvariantCulture)), Cancel);
        Assert.Equal(Residents * Dictionary.Sum(d => d.Times), rows.Count);
        Assert.Equal(Residents * Dictionary.Length, rows.Select(r => r.Code).Distinct().Count());
        var truths = Dictionary.SelectMany(d => Enumerable.Repeat(d.Code, d.Times)).ToArray();
        var truth = rows.GroupBy(r => r.Resident).SelectMany(of => of.OrderBy(r => r.Seq).Select((r, i) => (Row: r, Code: truths[i]))).ToList();
        var (known, asked) = (truth.Where(t => t.Row.Resident % 2 == 0).ToList(), truth.Where(t => t.Row.Resident % 2 == 1).ToList());
        var prior = Dictionary.Max(d => d.Times) / (double)truths.Length;
        // Tokens of one resident's code are one throw of the dice, so the throws are residents times codes. Five standard deviations, for 96 guesses.
        var allowed = prior + (5 * Math.Sqrt(prior * (1 - prior) / (Residents / 2.0 * 1.7)));

        var guesses = Enumerable.Range(0, 64).Select(bit => (Name: $"bit {bit}", Feature: (Func<(long Resident, long Seq, long Code, long Class, long Source), long>)(r => (r.Code >> bit) & 1)))
            .Concat([("eighth", r => r.Code >> 61), ("byte", r => r.Code & 0xFF), ("class", r => r.Class), ("source", r => r.Source), ("class and source", r => (r.Class << 16) | r.Source)]);
        foreach (var (name, feature) in guesses)
        {
            var best = known.GroupBy(k => feature(k.Row)).ToDictionary(g => g.Key, g => g.GroupBy(k => k.Code, StringComparer.Ordinal).MaxBy(c => c.Count())!.Key);
            var right = asked.Count(a => best.GetValueOrDefault(feature(a.Row), Dictionary[0].Code) == a.Code) / (double)asked.Count;
            Assert.True(right <= allowed, string.Create(CultureInfo.InvariantCulture, $"{name}: {right:0.000}, the frequencies alone give {prior:0.000}, allowed {allowed:0.000}"));
        }

        // The same class and source of all of them is another number at each: the most frequent number is not what everybody has.
        foreach (var number in new Func<(long Resident, long Seq, long Code, long Class, long Source), long>[] { r => r.Class, r => r.Source })
        {
            var firsts = rows.GroupBy(r => r.Resident).Select(g => number(g.MinBy(r => r.Seq))).ToList();
            var most = firsts.GroupBy(n => n).Max(g => g.Count());
            Assert.InRange(firsts.Distinct().Count(), 5, Residents);
            Assert.InRange(most, 1, Residents / 2);
        }
    }
}
