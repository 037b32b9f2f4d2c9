using System.Globalization;
using Npgsql;
using Tasuki.Bench.Report;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Bench.Faults;

/// <summary>
/// Kills a server, or its database, without warning, at a random moment of many operations side by side (writes, deletions, grants, enrolments, erasures, key
/// rotations, seals), again and again, and holds what was acknowledged against what is there: everything once, nothing else, nothing half.
/// </summary>
internal sealed class FaultRun : IAsyncDisposable
{
    private const int Lanes = 8;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);
    private readonly Random _random;
    private readonly VaultOptions _options;
    private readonly PostgresProcess? _postgres;
    private readonly string _folder;
    private readonly Dictionary<long, Ledger> _ledgers = [];
    private readonly List<string> _faults = [];
    private long _number;
    private int _acknowledged;

    private FaultRun(int seed, VaultOptions options, PostgresProcess? postgres, string folder)
    {
        _random = new Random(seed);
        _options = options;
        _postgres = postgres;
        _folder = folder;
    }

    public int Acknowledged => _acknowledged;

    public int WithoutAnswer { get; private set; }

    public int Kills { get; private set; }

    public IReadOnlyList<string> Faults => _faults;

    public static async Task<IReadOnlyList<Measure>> Run(bool quick, TextWriter progress, CancellationToken cancel)
    {
        var measures = new List<Measure>();
        foreach (var (store, kills) in new[] { (StoreKind.Postgres, quick ? 10 : 140), (StoreKind.Sqlite, quick ? 10 : 60) })
        {
            await using var run = await Make(store, seed: 20260401, cancel);
            for (var kill = 0; kill < kills; kill++)
            {
                var before = run.Faults.Count;
                await run.Once(cancel);
                foreach (var fault in run.Faults.Skip(before))
                    await progress.WriteLineAsync(fault);
                await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{store}: {run.Kills} kills, {run.Acknowledged} operations acknowledged, {run.WithoutAnswer} without answer, {run.Faults.Count} faults"));
            }

            measures.Add(new Measure($"{store}: kills of server or database", run.Kills, ""));
            measures.Add(new Measure($"{store}: operations acknowledged", run.Acknowledged, ""));
            measures.Add(new Measure($"{store}: operations cut off", run.WithoutAnswer, ""));
            measures.Add(new Measure($"{store}: acknowledged and lost, doubled or half there", run.Faults.Count, "", Target: 0, AtMost: true));
        }

        return measures;
    }

    public static async Task<FaultRun> Make(StoreKind store, int seed, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-faults-").FullName;
        var postgres = store is StoreKind.Postgres ? await PostgresProcess.Make(cancel) : null;
        var options = new VaultOptions
        {
            Municipality = MunicipalityId.Parse("hibiki").Value, Store = store, Create = true, WaitingDays = 0, Ring = Path.Combine(folder, "ring"),
            Records = await Place("records"), Keys = await Place("keys"), Log = await Place("log"),
        };
        return new FaultRun(seed, options, postgres, folder);

        async Task<string> Place(string name)
        {
            if (postgres is null)
                return Path.Combine(folder, "data", name + ".db");
            await Vault.City.Run(postgres.Connection, $"create database {name}", cancel);
            return new NpgsqlConnectionStringBuilder(postgres.Connection) { Database = name, Timeout = 5, CommandTimeout = 20 }.ConnectionString;
        }
    }

    /// <summary>Starts the server, lets it work, kills, starts everything again, and settles.</summary>
    public async Task Once(CancellationToken cancel)
    {
        using (var worker = await Worker.Start(_options))
        {
            // The moment of the kill must fall anywhere: after so many answers, however fast the machine is today, and some milliseconds of real time.
            var (answers, milliseconds) = (Acknowledged + _random.Next(1, 250), _random.Next(0, 40));
            using var time = new CancellationTokenSource(LongestWait);
            var lanes = Enumerable.Range(0, Lanes).Select(lane => Lane(worker, new Random(_random.Next()), lane, time.Token)).ToArray();
            while (Volatile.Read(ref _acknowledged) < answers && !time.IsCancellationRequested)
                await Task.Delay(1, cancel);
            await Task.Delay(milliseconds, cancel);
            var what = _postgres is null ? Victim.Server : (Victim)_random.Next(3);
            if (what is not Victim.Server)
                await _postgres!.Kill(cancel);
            if (what is Victim.Database)
            {
                // The server lives on and must serve again.
                await _postgres!.Start(cancel);
                await ServesAgain(worker);
            }

            await time.CancelAsync();
            await worker.Kill();
            await Task.WhenAll(lanes);
            if (what is Victim.Both)
                await _postgres!.Start(cancel);
            Kills++;
        }

        NpgsqlConnection.ClearAllPools();
        await Settle(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _postgres?.Dispose();
        Directory.Delete(_folder, recursive: true);
        await Task.CompletedTask;
    }

    private async Task ServesAgain(Worker worker)
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            if (Count(await worker.Ask("enrol", Next())) is { Done: true } enrolled)
            {
                Add(new Ledger(long.Parse(enrolled.Words[0], CultureInfo.InvariantCulture)));
                return;
            }
        }

        _faults.Add("the server does not serve again after its database came back");
    }

    private async Task Settle(CancellationToken cancel)
    {
        var started = await RecordVault.Start(_options, TimeProvider.System, cancel);
        if (!started.IsOk)
        {
            _faults.Add($"the vault does not start: {started.Error.Message}");
            return;
        }

        await using (var vault = started.Value)
            await Settle(vault, cancel);
        await CheckLog(cancel);
    }

    // The log must be whole, and every row must be one that it knows: no fault found, and no false alarm either.
    private async Task CheckLog(CancellationToken cancel)
    {
        await using var audit = (await LogAudit.Open(_options with { Create = false }, TimeProvider.System, cancel)).Value;
        _faults.AddRange((await audit.Verify([], withRecords: true, cancel)).Value.Findings.Select(finding => $"verify-log: {finding}"));
    }

    private async Task Settle(RecordVault vault, CancellationToken cancel)
    {
        _faults.AddRange(await new Settlement(vault).Of(_ledgers.Values, cancel));
        // Whoever was closed is erased by the next run of the job, wherever it was cut off.
        await vault.EraseDue(Actor.Job("faults", "a fault run"), cancel);
        foreach (var ledger in _ledgers.Values.Where(ledger => ledger is { Closed: true, Erased: false }))
            await MustBeGone(ledger, cancel);
    }

    private async Task MustBeGone(Ledger ledger, CancellationToken cancel)
    {
        ledger.Erased = true;
        if (_postgres is null)
            return;
        foreach (var table in new[] { "record", "record_history", "access_grant", "resident_lookup" })
        {
            var rows = await Vault.City.Number(_options.Records, $"select count(*) from vault.{table} where resident_no = {ledger.Resident.ToString(CultureInfo.InvariantCulture)}", cancel);
            if (rows != 0)
                _faults.Add($"resident {ledger.Resident}: {rows} rows of {table} outlived the erasure");
        }
    }

    // One lane has one resident in hand at a time, so that of each at most one operation is open.
    private async Task Lane(Worker worker, Random random, int lane, CancellationToken time)
    {
        while (!time.IsCancellationRequested)
        {
            if (lane == 0 && random.Next(4) == 0)
            {
                var kind = random.Next(3) switch { 0 => "rotate", 1 => "seal", _ => "erase" };
                Count(await worker.Ask(kind, Next()));
                continue;
            }

            var ledger = Pick(random, lane);
            if (ledger is null)
            {
                if (Count(await worker.Ask("enrol", Next())) is { Done: true } enrolled)
                    Add(new Ledger(long.Parse(enrolled.Words[0], CultureInfo.InvariantCulture)));
                else
                    await Task.Delay(5, CancellationToken.None);
                continue;
            }

            await Operate(worker, random, ledger);
        }
    }

    private async Task Operate(Worker worker, Random random, Ledger ledger)
    {
        var number = Next();
        switch (random.Next(20))
        {
            case 0 when ledger.Records.Count > 20:
                ledger.Open = new OpenOperation("close", [], null);
                ledger.Closed |= Told(ledger, await worker.Ask("close", number, ledger.Resident));
                break;
            case 1 or 2 when ledger.Records.Count > 0:
                var (identifier, id) = ledger.Records.ElementAt(random.Next(ledger.Records.Count));
                ledger.Open = new OpenOperation("delete", [], identifier);
                if (Told(ledger, await worker.Ask("delete", number, ledger.Resident, id)) && ledger.Records.Remove(identifier))
                    ledger.Deleted.Add(identifier);
                break;
            case 3:
                ledger.Open = new OpenOperation("grant", [], null);
                var granted = await worker.Ask("grant", number, ledger.Resident, $"c{number}");
                if (Told(ledger, granted))
                    ledger.Grants[$"c{number}"] = long.Parse(granted.Words[0], CultureInfo.InvariantCulture);
                break;
            case 4 when ledger.Grants.Count > 0:
                var (clinician, grant) = ledger.Grants.ElementAt(random.Next(ledger.Grants.Count));
                ledger.Open = new OpenOperation("revoke", [], clinician);
                if (Told(ledger, await worker.Ask("revoke", number, ledger.Resident, grant)) && ledger.Grants.Remove(clinician))
                    ledger.Revoked.Add(clinician);
                break;
            default:
                var count = random.Next(1, 12);
                var identifiers = Enumerable.Range(0, count).Select(i => $"{number}-{i}").ToList();
                ledger.Open = new OpenOperation("write", identifiers, null);
                var written = await worker.Ask("write", number, ledger.Resident, count);
                if (Told(ledger, written))
                {
                    foreach (var (one, at) in identifiers.Select((one, at) => (one, at)))
                        ledger.Records[one] = written.Words[at];
                }

                break;
        }
    }

    private bool Told(Ledger ledger, Answer answer)
    {
        if (Count(answer).Done)
            ledger.Open = null;
        return answer.Done;
    }

    private Answer Count(Answer answer)
    {
        lock (_ledgers)
        {
            _acknowledged += answer.Done ? 1 : 0;
            WithoutAnswer += answer.Done ? 0 : 1;
        }

        return answer;
    }

    // Residents belong to lanes by their number; one whose last operation has no answer rests until it is settled.
    private Ledger? Pick(Random random, int lane)
    {
        lock (_ledgers)
        {
            var mine = _ledgers.Values.Where(ledger => ledger.Resident % Lanes == lane && ledger is { Closed: false, Open: null }).ToList();
            return mine.Count < 3 ? null : mine[random.Next(mine.Count)];
        }
    }

    private void Add(Ledger ledger)
    {
        lock (_ledgers)
            _ledgers[ledger.Resident] = ledger;
    }

    private long Next() => Interlocked.Increment(ref _number);

    private enum Victim
    {
        Server,
        Database,
        Both,
    }
}
