using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Npgsql;
using NpgsqlTypes;
using Tasuki.Bench.Report;
using Tasuki.Bench.Vault;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Sandbox.Receivers;

namespace Tasuki.Bench.Desk;

/// <summary>
/// Notices to many residents on PostgreSQL: queued (inbox and delivery rows, each sealed for its person), and handed to a mail server on the loopback. The floors are the same rows
/// written bare, and the same number of mails sent by a bare loop over as many connections.
/// </summary>
internal static class DeskBench
{
    private const int Connections = 16;

    public static Task<IReadOnlyList<Measure>> Run(bool quick, TextWriter progress, CancellationToken cancel) =>
        Run(quick ? 20_000 : 100_000, quick ? 2_000 : 10_000, listed: quick ? 20_000 : 100_000, lists: quick ? 2 : 10, progress, cancel);

    /// <param name="listed">Lines of one list of eligible residents.</param>
    /// <param name="lists">How many such lists are in the register when it is searched.</param>
    public static async Task<IReadOnlyList<Measure>> Run(int notices, int mails, int listed, int lists, TextWriter progress, CancellationToken cancel)
    {
        await Say($"{notices} residents with an e-mail address");
        await using var city = await City.Make(cancel);
        var residents = (await city.Enrol(notices, cancel)).Select(p => p.Resident).ToList();
        await using var mail = MailReceiver.Start();
        await using var app = await AppDatabase.Make(cancel);
        var data = new DataOptions(DataStore.Postgres, app.Connection);
        await using var place = await DeskPlace.Open(city.Vault, data, mail.Port, Connections, cancel);
        await place.GiveAddresses(residents, cancel);
        var measures = new List<Measure>();

        await Say("notices queued");
        await place.Notify(residents.Take(1_000), "warm", cancel);
        await place.SendDue(cancel);
        var cpu = Environment.CpuUsage.TotalTime;
        var queued = await Seconds(() => place.Notify(residents, "campaign", cancel));
        var cpuQueued = Environment.CpuUsage.TotalTime - cpu;
        var bare = await Seconds(() => BareRows(data.Connection, notices, cancel));
        measures.Add(new Measure("notices queued, 100,000", queued * 100_000 / notices, "s", bare * 100_000 / notices, null, 30, AtMost: true));
        measures.Add(Measure.Against("  the same a second / the same rows written bare", [(notices / queued, notices / bare)], "/s", null));

        measures.Add(new Measure("  processor time of the server for each", cpuQueued.TotalMicroseconds / notices, "us"));
        await Say("handed to a mail server");
        await place.Do<TasukiDb, int>(db => KeepWaiting(db, mails, cancel));
        var before = mail.Received.Count;
        cpu = Environment.CpuUsage.TotalTime;
        var handing = await Seconds(() => place.SendDue(cancel));
        var sent = mail.Received.Count - before;
        var cpuSent = Environment.CpuUsage.TotalTime - cpu;
        var looped = await Seconds(() => BareMails(mail.Port, sent, cancel));
        measures.Add(new Measure("handed to a mail server", sent / handing, "/s", sent / looped, null, 500));
        measures.Add(Measure.Against("  the same / a bare loop on as many connections", [(sent / handing, sent / looped)], "/s", null));
        measures.Add(new Measure("  processor time of server and mail server for each", cpuSent.TotalMicroseconds / sent, "us"));
        await Say($"{listed} residents enrolled from a list, {(long)listed * lists} searched");
        await using var register = await AppDatabase.Make(cancel);
        measures.AddRange(await EnrolmentBench.Run(city.Vault, new DataOptions(DataStore.Postgres, register.Connection), listed, lists, searches: 500, cancel));
        return measures;

        Task Say(string what) => progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():HH:mm:ss} {what}"));
    }

    /// <summary>So many stay due; the rest is not this measure's business.</summary>
    private static Task<int> KeepWaiting(TasukiDb db, int mails, CancellationToken cancel) =>
        db.Database.ExecuteSqlAsync($"delete from delivery where no not in (select no from delivery order by no limit {mails})", cancel);

    /// <summary>Rows of the same size in the same two tables without their indexes' meaning: 1,000 in a statement, one connection.</summary>
    private static async Task BareRows(string connection, int rows, CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var one = await source.OpenConnectionAsync(cancel);
        await Execute("create table bare_inbox (like inbox_message including all); create table bare_delivery (like delivery including all)");
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        for (var done = 0; done < rows; done += 1_000)
        {
            var count = Math.Min(1_000, rows - done);
            var numbers = Enumerable.Range(done, count).Select(_ => RandomNumberGenerator.GetInt32(int.MaxValue) * 4_294_967_296L + RandomNumberGenerator.GetInt32(int.MaxValue)).ToArray();
            var keys = numbers.Select(_ => RandomNumberGenerator.GetBytes(32)).ToArray();
            var contents = numbers.Select(_ => RandomNumberGenerator.GetBytes(250)).ToArray();
            await using var transaction = await one.BeginTransactionAsync(cancel);
            await Insert("insert into bare_inbox (no, resident_no, key, sent, content) select n, n, k, $4, c from unnest($1, $2, $3) as r(n, k, c)", numbers, keys, contents);
            await Insert(
                "insert into bare_delivery (no, resident_no, channel_no, kind, \"check\", message, urgent, state, attempts, created, due) select n, n, n, 1, false, k, false, 0, 0, $4, $4 from unnest($1, $2, $3) as r(n, k, c)",
                numbers, keys, contents);
            await transaction.CommitAsync(cancel);

            async Task Insert(string sql, long[] nos, byte[][] tokens, byte[][] bodies)
            {
                await using var command = new NpgsqlCommand(sql, one, transaction);
                command.Parameters.Add(new NpgsqlParameter { Value = nos, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
                command.Parameters.Add(new NpgsqlParameter { Value = tokens, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
                command.Parameters.Add(new NpgsqlParameter { Value = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
                command.Parameters.Add(new NpgsqlParameter { Value = now });
                await command.ExecuteNonQueryAsync(cancel);
            }
        }

        async Task Execute(string sql)
        {
            await using var command = new NpgsqlCommand(sql, one);
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    private static Task BareMails(int port, int mails, CancellationToken cancel)
    {
        var next = 0;
        return Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var client = new SmtpClient();
            await client.ConnectAsync("127.0.0.1", port, SecureSocketOptions.None, cancel);
            while (Interlocked.Increment(ref next) <= mails)
            {
                using var message = new MimeMessage { Subject = "ひびき市からのお知らせが届きました", Body = new TextPart("plain") { Text = "新しいお知らせが届きました。アプリにサインインして、受信箱をご覧ください。" } };
                message.From.Add(new MailboxAddress("ひびき市", "post@hibiki.test"));
                message.To.Add(new MailboxAddress("", "floor@example.test"));
                await client.SendAsync(message, cancel);
            }

            await client.DisconnectAsync(quit: true, cancel);
        }, cancel)));
    }

    private static async Task<double> Seconds(Func<Task> act)
    {
        var watch = Stopwatch.StartNew();
        await act();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>A database of the bench's own, dropped at the end.</summary>
    private sealed class AppDatabase(string server, string name) : IAsyncDisposable
    {
        public string Connection { get; } = new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 50 }.ConnectionString;

        public static async Task<AppDatabase> Make(CancellationToken cancel)
        {
            var server = Environment.GetEnvironmentVariable("TASUKI_BENCH_POSTGRES") ?? throw new InvalidOperationException("TASUKI_BENCH_POSTGRES is not set: start the benchmark with ./bench.");
            var name = string.Create(CultureInfo.InvariantCulture, $"bench{Environment.ProcessId}_{Guid.CreateVersion7():N}_app");
            await City.Run(server, $"create database {name} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template template0", cancel);
            return new AppDatabase(server, name);
        }

        public async ValueTask DisposeAsync() => await City.Run(server, $"drop database {name} with (force)", CancellationToken.None);
    }
}
