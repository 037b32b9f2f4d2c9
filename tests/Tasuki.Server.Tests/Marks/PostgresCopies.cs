using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Tasuki.Server.Municipalities;
using Tasuki.Testing;
using Tasuki.Testing.Marks;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Marks;

/// <summary>What somebody holds of a PostgreSQL who is no part of the house: real dumps, and the files of the cluster, write-ahead log among them.</summary>
internal sealed class PostgresCopies
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";

    private readonly IReadOnlyList<NpgsqlConnectionStringBuilder> _databases;
    private readonly string _folder;
    private readonly string _firstSegment;

    private PostgresCopies(IReadOnlyList<NpgsqlConnectionStringBuilder> databases, string folder, string firstSegment) =>
        (_databases, _folder, _firstSegment) = (databases, folder, firstSegment);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Called before anything is planted: other tests fill the log of a shared cluster too, and theirs is not looked at. Null for another store.</summary>
    public static async Task<PostgresCopies?> Begin(MunicipalityFolder town)
    {
        if (town.Store is not StoreKind.Postgres)
            return null;
        var at = town.Connections;
        await using var open = await StoredMarks.Open(town.Store, at.Records);
        return new PostgresCopies(
            [.. new[] { at.Records, at.Keys, at.Log, at.App }.Select(c => new NpgsqlConnectionStringBuilder(c))],
            await Text(open, "show data_directory"), await Text(open, "select pg_walfile_name(pg_current_wal_lsn())"));
    }

    /// <summary>Every database as <c>pg_dump</c> writes it, as SQL and in its own packed format.</summary>
    public async Task Dump(string folder, MarkSearch search)
    {
        if (!File.Exists($"{Binaries}/pg_dump"))
            Missing.Tool("pg_dump 15");
        Directory.CreateDirectory(folder);
        await Task.WhenAll(_databases.SelectMany(_ => new[] { "plain", "custom" }, (database, format) => (database, format)).Select(async one =>
        {
            using var process = Process.Start(new ProcessStartInfo($"{Binaries}/pg_dump",
            [
                "--host", one.database.Host!, "--port", one.database.Port.ToString(CultureInfo.InvariantCulture), "--username", one.database.Username!, "--format", one.format,
                "--file", Path.Combine(folder, $"{one.database.Database}.{one.format}"), one.database.Database!,
            ])
            { UseShellExecute = false })!;
            await process.WaitForExitAsync(Cancel);
            Assert.Equal(0, process.ExitCode);
        }));
        search.Folder(folder);
    }

    /// <summary>The files of our databases and the write-ahead log since <see cref="Begin"/>, with what the cluster wrote about itself.</summary>
    public async Task Files(MarkSearch search, bool afterCheckpoint)
    {
        if (!Directory.Exists(_folder))
            Missing.Tool("the files of the PostgreSQL cluster");
        await using var open = await StoredMarks.Open(StoreKind.Postgres, _databases[0].ConnectionString);
        if (afterCheckpoint)
            await StoredMarks.Number(open, "checkpoint; select 1");
        // What all suites write makes the cluster reuse the files of its log within minutes: a text that is looked for there to know that it was looked at has to be new.
        await StoredMarks.Number(open, "select count(pg_logical_emit_message(true, 'tasuki', code)) from vault.purpose");
        var when = afterCheckpoint ? "after a checkpoint" : "before a checkpoint";
        foreach (var database in _databases)
        {
            var number = await StoredMarks.Number(open, $"select oid::bigint from pg_database where datname = '{database.Database}'");
            Parallel.ForEach(Directory.EnumerateFiles(Path.Combine(_folder, "base", number.ToString(CultureInfo.InvariantCulture))), file => search.File(file, $"{database.Database} base {Path.GetFileName(file)} {when}"));
        }

        Parallel.ForEach(Directory.EnumerateFiles(Path.Combine(_folder, "pg_wal")).Where(f => string.CompareOrdinal(Path.GetFileName(f), _firstSegment) >= 0), file => search.File(file, $"pg_wal {Path.GetFileName(file)} {when}"));
        foreach (var written in new[] { Path.Combine(_folder, "..", "pg.log"), Path.Combine(_folder, "postgresql.auto.conf") }.Where(File.Exists))
            search.File(written);
        foreach (var more in new[] { "log", "pg_stat", "pg_stat_tmp", "pg_replslot", Path.Combine("base", "pgsql_tmp") }.Select(f => Path.Combine(_folder, f)).Where(Directory.Exists))
            search.Folder(more);
    }

    private static async Task<string> Text(DbConnection open, string sql)
    {
        await using var command = open.CreateCommand();
        command.CommandText = sql;
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
