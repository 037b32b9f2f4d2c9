using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.History;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Search;

namespace Tasuki.Vault;

/// <summary>What the log says of the resident.</summary>
public sealed partial class Session
{
    private const string GrantWord = "grant ";

    /// <summary>Whether what is on record about the person's data beside the records themselves may be read: by their own sessions, and in a disclosure of everything, which holds what their own export does.</summary>
    public bool SeesWhoLooked => _actor.Self == Resident || (_purpose is Purpose.LegalRequest && _limit.IsWhole);

    /// <summary>Who looked, newest first. Only the resident's own sessions see it, and a disclosure of everything.</summary>
    public async Task<IReadOnlyList<AccessEntry>> AccessLog(int limit, CancellationToken cancel)
    {
        await Log(LogAction.AccessLog, null);
        if (!SeesWhoLooked)
            return [];
        var entries = await _parts.LogReader.Of(Resident, Math.Clamp(limit, 1, 10_000), cancel);
        var parties = await Parties(entries.Select(one => GrantIn(one.Action, one.Detail)), cancel);
        return parties.Count == 0 ? entries : [.. entries.Select(one => GrantIn(one.Action, one.Detail) is { } grant && parties.TryGetValue(grant, out var party) ? one with { Party = party } : one)];
    }

    /// <summary>
    /// The same lines with the hashes that lead from each to a seal, as JSON that <see cref="HistoryCheck"/> reads. Returns how many lines are proven; nothing is
    /// written for other sessions and before the first seal.
    /// </summary>
    /// <param name="againstSeal">The seal the person holds; null for the newest.</param>
    public async Task<int> AccessLogProofs(int limit, long? againstSeal, Stream output, CancellationToken cancel)
    {
        await Log(LogAction.AccessLog, null);
        if (!SeesWhoLooked
            || await new HistoryProofs(_parts.LogStore, _parts.Ring, _parts.Municipality).Of(Resident, Math.Clamp(limit, 1, 10_000), againstSeal, cancel) is not { } history)
            return 0;
        await JsonSerializer.SerializeAsync(output, history, HistoryJson.Default.ProvenHistory, cancel);
        return history.Lines.Count;
    }

    /// <summary>
    /// The log as far as this session sees what it speaks of, newest first: an entry about a hidden record is left out, or, where this actor itself asked for it, names
    /// nothing. Entries about files are shown to whole sessions alone, those of the vault's own upkeep to none.
    /// </summary>
    /// <param name="ofOthers">Also what others did: for an app that stands in for the resident.</param>
    /// <param name="until">Not newer than this.</param>
    public async IAsyncEnumerable<SeenAccess> Accesses(bool ofOthers, DateTimeOffset? until, [EnumeratorCancellation] CancellationToken cancel)
    {
        const int Chunk = 1_000;
        await Log(LogAction.AccessLog, null);
        var seen = new HashSet<(long, long)>();
        for (var at = until is { } time ? SqlSuperset.MicrosUp(time) : long.MaxValue; await KeysNow(cancel) is { } keys;)
        {
            var entries = await _parts.LogReader.Opened(Resident, Chunk, at, cancel);
            var fresh = entries.Where(one => seen.Add((one.Entry.WriterNo, one.Entry.EntryNo))).ToList();
            foreach (var access in await Seen(fresh, ofOthers, keys, cancel))
                yield return access;
            if (fresh.Count == 0)
                yield break;
            at = fresh[^1].Entry.At;
        }
    }

    /// <summary>One of <see cref="Accesses"/>. Error <c>record.missing</c>.</summary>
    public async Task<Result<SeenAccess>> Access(string id, bool ofOthers, CancellationToken cancel)
    {
        await Log(LogAction.AccessLog, null);
        var (writer, entry) = _parts.Ids.EntryOf(Resident, id) ?? (-1, -1);
        return await KeysNow(cancel) is { } keys && await Seen(await _parts.LogReader.Opened(Resident, writer, entry, cancel), ofOthers, keys, cancel) is [var one] ? one : Missing;
    }

    private async Task<IReadOnlyList<SeenAccess>> Seen(IReadOnlyList<(SealedEntry Entry, OpenedBody Body)> entries, bool ofOthers, Keys.ResidentKeys keys, CancellationToken cancel)
    {
        var about = entries.Select(one => Touched(one.Body)).ToList();
        var visible = await VisibleAmong([.. about.SelectMany(seqs => seqs).Distinct()], keys, cancel);
        var parties = await Parties(entries.Select(one => GrantIn(one.Body.Action, one.Body.Detail)), cancel);
        var found = new List<SeenAccess>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            var (entry, body) = entries[i];
            var itself = body.Kind == _actor.Kind && string.Equals(body.ActorId, _actor.Id, StringComparison.Ordinal);
            IReadOnlyList<string> records = [.. about[i].Where(visible.ContainsKey).Select(seq => $"{visible[seq]}/{_parts.Ids.Encode(Resident, seq)}")];
            if ((itself || (ofOthers && StandsIn)) && IsShown(body, itself, about[i].Count, records.Count))
            {
                IReadOnlyList<string> types = body.Action is LogAction.Search or LogAction.History && about[i].Count == 0 ? [.. (body.Detail ?? "").Split(',').Where(ResourceTypes.IsKnown)] : [];
                found.Add(new SeenAccess(_parts.Ids.EncodeEntry(Resident, entry.WriterNo, entry.EntryNo), Time.FromMicros(entry.At), body.Kind, body.ActorId, body.Purpose, body.Action, body.Refused, records, types, body.App,
                    GrantIn(body.Action, body.Detail) is { } grant ? parties.GetValueOrDefault(grant) : null));
            }
        }

        return found;
    }

    // The grant that an entry is about.
    private static long? GrantIn(string action, string? detail) =>
        action is LogAction.Grant or LogAction.Revoke && detail is not null && detail.StartsWith(GrantWord, StringComparison.Ordinal)
        && long.TryParse(detail.AsSpan(GrantWord.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;

    // Looks, and leaves no entry: who reads that access was given is told to whom.
    private async Task<Dictionary<long, AccessParty>> Parties(IEnumerable<long?> grants, CancellationToken cancel)
    {
        var wanted = grants.OfType<long>().ToHashSet();
        if (wanted.Count == 0 || await KeysNow(cancel) is not { } keys)
            return [];
        var found = new Dictionary<long, AccessParty>();
        foreach (var row in await new Grants(_parts).Of(Resident, cancel))
        {
            if (wanted.Contains(row.GrantNo) && row.MacHolds(_parts.Ring, _parts.Municipality) && Vault.Grants.Detail(_parts, keys, row) is { } detail)
                found[row.GrantNo] = new AccessParty(detail.GranteeKind, detail.GranteeId);
        }

        return found;
    }

    private bool IsShown(OpenedBody body, bool itself, int touched, int visible) => body.Action switch
    {
        LogAction.Read or LogAction.History => touched == 0 || visible > 0 || itself,
        // What a write found to be there already it does not name.
        LogAction.Write or LogAction.Change or LogAction.Delete or LogAction.EraseRecords or LogAction.Preview => visible > 0,
        LogAction.Samples or LogAction.WriteSamples or LogAction.EraseSamples => SampleChunks.Visible,
        LogAction.KeepFile or LogAction.Files or LogAction.OpenFile or LogAction.DeleteFile => _limit.IsWhole,
        LogAction.Alarm or LogAction.Unconfirmed or LogAction.Rewrite or LogAction.ChangeKey => false,
        _ => true,
    };

    // The seqs an entry speaks of.
    private List<long> Touched(OpenedBody body) => body.Action switch
    {
        _ when LogAction.WritesRecords(body.Action) => [.. WrittenRows.ReadRecords(body.Written.Span).Select(row => row.Place).Distinct()],
        LogAction.Read or LogAction.History when body.Detail is { } id && _parts.Ids.SeqOf(Resident, id) is >= 0 and var seq => [seq],
        _ => [],
    };

    // Of a record that was deleted it may be said that it was, as its history says it.
    private async Task<Dictionary<long, string>> VisibleAmong(long[] seqs, Keys.ResidentKeys keys, CancellationToken cancel)
    {
        if (seqs.Length == 0)
            return [];
        var sql = new StringBuilder($"select seq, type from record where resident_no = @resident and {_parts.Records.AnyOf("seq", "@seqs")}");
        var parameters = new List<(string, object?)> { ("@resident", Resident.Value), ("@seqs", _parts.Records.List(seqs)) };
        LimitSql.Append(sql, parameters, _limit, keys, _limit.Classes.Bits);
        await using var work = await _parts.Records.Read(cancel);
        return (await work.Query(sql.ToString(), row => (Seq: row.GetInt64(0), Type: ResourceTypes.NameOf(row.GetInt16(1))), cancel, [.. parameters])).ToDictionary(one => one.Seq, one => one.Type);
    }
}

/// <summary>An entry of the access log as somebody else than the resident may read it.</summary>
/// <param name="Id">Opaque; it says neither writer nor place.</param>
/// <param name="Records">What it was about, as <c>Type/id</c>, as far as the session sees it.</param>
/// <param name="Types">Which types a search was over; empty for all.</param>
/// <param name="App">The app a clinician acted through.</param>
/// <param name="Party">To whom access was given, or from whom it was taken.</param>
public sealed record SeenAccess(
    string Id, DateTimeOffset At, ActorKind ActorKind, string ActorId, string Purpose, string Action, bool Refused, IReadOnlyList<string> Records, IReadOnlyList<string> Types, long? App = null,
    AccessParty? Party = null);
