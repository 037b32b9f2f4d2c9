using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Tasuki.Bench.Report;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Bench.Desk;

/// <summary>
/// The desk on PostgreSQL: a list of eligible residents read, planned and taken over, a code for each of them, and the search by full kana name and birth date over everybody
/// listed. The floors are the same rows written bare, and the bare look-up of a token by its index.
/// </summary>
internal static class EnrolmentBench
{
    private static readonly string[] Kana = ["アオキ", "モリ", "タニ", "ハヤシ", "ミドリヤマ", "カワノ", "キシダ", "サワイ"];

    /// <param name="lists">How many lists of <paramref name="lines"/> are taken over; the first is measured, the others fill the register for the search.</param>
    public static async Task<IReadOnlyList<Measure>> Run(RecordVault vault, DataOptions data, int lines, int lists, int searches, CancellationToken cancel)
    {
        await using var services = Services(vault, data);
        await Do<TasukiSchema, int>(s => s.Migrate(cancel));
        var officer = new StaffMember(1, StaffRole.Desk, "窓口", "ひびき市");
        var measures = new List<Measure>();
        var list = List(0, lines);
        var taken = await Seconds(() => TakeOver(list));
        var codes = await Seconds(async () => Require(await Do<EnrolmentDesk, int>(async d => (await d.Letters(officer, lines, cancel)).Count), lines));
        var bare = await Seconds(() => BareRows(data.Connection, lines, cancel));
        measures.Add(new Measure("100,000 residents enrolled from a list: taken over and a code for each", (taken + codes) * 100_000 / lines, "s", bare * 100_000 / lines, null, 180, AtMost: true));
        measures.Add(new Measure("  of it the list", taken * 100_000 / lines, "s"));
        measures.Add(new Measure("  of it the codes", codes * 100_000 / lines, "s"));
        for (var i = 1; i < lists; i++)
            await TakeOver(List(i * lines, lines));

        var (found, floor) = (new List<double>(searches), new List<double>(searches));
        await using var source = NpgsqlDataSource.Create(data.Connection);
        for (var i = 0; i < searches + 20; i++)
        {
            var (kana, birth) = (KanaOf(i * 7919 % (lines * lists)), BirthOf(i * 7919 % (lines * lists)));
            var one = await Seconds(async () => Require(await Do<EnrolmentDesk, int>(async d => (await d.Find(officer, kana, birth, cancel)).Count), 1));
            var two = await Seconds(async () =>
            {
                await using var command = source.CreateCommand("select content from eligible where person = $1");
                command.Parameters.Add(new NpgsqlParameter { Value = vault.Seal.Person(kana, birth) });
                await command.ExecuteScalarAsync(cancel);
            });
            if (i < 20)
                continue;
            found.Add(one * 1000);
            floor.Add(two * 1000);
        }

        measures.Add(new Measure(
            string.Create(CultureInfo.InvariantCulture, $"search by kana name and birth date, p99, {lines * lists:N0} listed, each an entry of the log"), Percentile(found, 0.99), "ms", Percentile(floor, 0.99), null, 20, AtMost: true));
        measures.Add(new Measure("  the median", Percentile(found, 0.5), "ms", Percentile(floor, 0.5)));
        return measures;

        async Task TakeOver(byte[] bytes)
        {
            var done = await Do<EligibleImport, Result<EligibleCounts>>(l => l.Import(Actor.Operator("bench", "bench"), bytes, look: false, cancel));
            Require(done.IsOk ? done.Value.New : 0, lines);
        }

        async Task<TOut> Do<TService, TOut>(Func<TService, Task<TOut>> act) where TService : notnull
        {
            await using var scope = services.CreateAsyncScope();
            return await act(scope.ServiceProvider.GetRequiredService<TService>());
        }
    }

    private static ServiceProvider Services(RecordVault vault, DataOptions data)
    {
        var services = new ServiceCollection();
        services.AddLogging(log => log.ClearProviders());
        services.AddSingleton(vault);
        services.AddSingleton(new Municipality(MunicipalityId.Parse("hibiki").Value, "ひびき市", "ひびき市", IsDemo: true));
        services.AddTasukiData(data);
        services.AddDelivery();
        services.AddPeople();
        return services.BuildServiceProvider();
    }

    private static byte[] List(int from, int lines)
    {
        var text = new StringBuilder().AppendCsvLine("宛名番号", "氏名", "氏名カナ", "生年月日", "性別", "郵便番号", "住所");
        for (var i = from; i < from + lines; i++)
        {
            text.AppendCsvLine(
                (1_000_000 + i).ToString(CultureInfo.InvariantCulture), "緑山 花子", KanaOf(i), BirthOf(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "女", "000-0001", "ひびき市本町一丁目二番三号");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // A name of its own for everybody: what is found is one.
    private static string KanaOf(int i)
    {
        var name = new StringBuilder(Kana[i % Kana.Length]).Append(' ');
        for (var rest = i; rest > 0; rest /= 40)
            name.Append((char)('カ' + (rest % 40)));
        return name.Append('ア').ToString();
    }

    private static DateOnly BirthOf(int i) => new DateOnly(1930, 1, 1).AddDays(i % 30_000);

    private static async Task BareRows(string connection, int rows, CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var one = await source.OpenConnectionAsync(cancel);
        await using (var make = new NpgsqlCommand("create table bare_eligible (like eligible including all); create table bare_code (like enrolment_code including all)", one))
            await make.ExecuteNonQueryAsync(cancel);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        await using var transaction = await one.BeginTransactionAsync(cancel);
        for (var done = 0; done < rows; done += 1_000)
        {
            var numbers = Enumerable.Range(done, Math.Min(1_000, rows - done)).Select(n => (long)n + 1).ToArray();
            byte[][] Bytes(int length) => [.. numbers.Select(_ => System.Security.Cryptography.RandomNumberGenerator.GetBytes(length))];
            await Insert("insert into bare_eligible (no, reference, person, state, protected, changed, mac, content) select n, r, p, 0, false, $6, m, c from unnest($1, $2, $3, $4, $5) as x(n, r, p, m, c)", Bytes(16), Bytes(16), Bytes(32), Bytes(300));
            await Insert("insert into bare_code (no, eligible_no, way, locator, code_mac, tries, created, ends, issued_by, mac) select n, n, 2, l, c, 0, $6, $6, 1, m from unnest($1, $2, $3, $4, $5) as x(n, l, c, m, d)", Bytes(16), Bytes(32), Bytes(32), Bytes(1));

            async Task Insert(string sql, params byte[][][] columns)
            {
                await using var command = new NpgsqlCommand(sql, one, transaction);
                command.Parameters.Add(new NpgsqlParameter { Value = numbers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
                foreach (var column in columns)
                    command.Parameters.Add(new NpgsqlParameter { Value = column, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
                command.Parameters.Add(new NpgsqlParameter { Value = now });
                await command.ExecuteNonQueryAsync(cancel);
            }
        }

        await transaction.CommitAsync(cancel);
    }

    private static double Percentile(List<double> values, double at)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * at))];
    }

    private static int Require(int there, int wanted) => there == wanted ? there : throw new InvalidOperationException($"{there} instead of {wanted}.");

    private static async Task<double> Seconds(Func<Task> act)
    {
        var watch = Stopwatch.StartNew();
        await act();
        return watch.Elapsed.TotalSeconds;
    }
}
