using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Vault.RecordStore;

/// <summary>The 32 bytes of <see cref="RecordIdentity"/>, to look up by.</summary>
internal readonly struct Identity(byte[] bytes) : IEquatable<Identity>
{
    private readonly byte[] _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public bool Equals(Identity other) => _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => obj is Identity other && Equals(other);

    public override int GetHashCode() => BitConverter.ToInt32(_bytes);
}

/// <summary>A stored record that an incoming one was recognised as.</summary>
internal sealed record KnownRecord(RecordRow Row, byte[] Payload, byte[] Content);

/// <summary>What becomes of one incoming record: the row it is, and how.</summary>
internal readonly record struct WriteTarget(long Seq, string Type, WriteOutcome Outcome);

/// <summary>One version to be stored, made from the incoming record of that index.</summary>
internal readonly record struct NewVersion(int Index, long Seq, int Version, long Updated, string Table);

/// <summary>
/// Decides for each incoming record, in order, as if each were written alone: the first of an identity is created or recognised, the same content again is
/// already there, other content is a new version. Touches no store.
/// </summary>
internal sealed class WritePlan
{
    private readonly List<NewVersion> _versions = [];
    private readonly List<KnownRecord> _replaced = [];
    private readonly WriteTarget[] _targets;

    private WritePlan(ResidentRow seen, int count)
    {
        Seen = seen;
        NextSeq = seen.NextSeq;
        LastUpdated = seen.LastUpdated;
        _targets = new WriteTarget[count];
    }

    public ResidentRow Seen { get; }

    public long NextSeq { get; private set; }

    public long LastUpdated { get; private set; }

    public IReadOnlyList<NewVersion> Versions => _versions;

    /// <summary>Stored rows that go to history.</summary>
    public IReadOnlyList<KnownRecord> Replaced => _replaced;

    public IReadOnlyList<WriteTarget> Targets => _targets;

    public static WritePlan Make(ResidentRow resident, Incoming[] incoming, Dictionary<Identity, KnownRecord> known, TimeProvider clock)
    {
        var plan = new WritePlan(resident, incoming.Length);
        var updated = resident.NextUpdated(clock);
        var pending = new Dictionary<Identity, (int Version, Incoming One)>();
        for (var i = 0; i < incoming.Length; i++)
            plan.Decide(i, incoming[i], known, pending, updated);
        return plan;
    }

    /// <summary>One version for each change: of a record that stands, or of a new one where none does. Nothing is recognised.</summary>
    public static WritePlan Make(ResidentRow resident, IReadOnlyList<(string Type, KnownRecord? Standing)> changes, TimeProvider clock)
    {
        var plan = new WritePlan(resident, changes.Count);
        var updated = resident.NextUpdated(clock);
        for (var i = 0; i < changes.Count; i++)
        {
            var (type, standing) = changes[i];
            if (standing is null)
            {
                plan.Add(i, type, plan.NextSeq++, 1, updated, WriteOutcome.Created);
                continue;
            }

            plan._replaced.Add(standing);
            plan.Add(i, type, standing.Row.Seq, (int)standing.Row.Version + 1, updated, WriteOutcome.Updated);
        }

        return plan;
    }

    public IReadOnlyList<WrittenRecord> Written(RecordIds ids, ResidentNo resident) =>
        [.. _targets.Select(target => new WrittenRecord(ids.Encode(resident, target.Seq), target.Type, target.Outcome))];

    /// <summary>What other records of this write call each record, and the reference it is stored under.</summary>
    public IReadOnlyDictionary<string, string> References(IReadOnlyList<Incoming?> incoming, RecordIds ids, ResidentNo resident)
    {
        var references = new Dictionary<string, string>(StringComparer.Ordinal);
        var twice = new HashSet<string>(StringComparer.Ordinal);
        var byOriginalId = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < incoming.Count; i++)
        {
            if (incoming[i] is not { } one || (one.LocalUrl is null && one.OriginalId is null))
                continue;
            var stored = $"{_targets[i].Type}/{ids.Encode(resident, _targets[i].Seq)}";
            if (one.LocalUrl is { } url)
                references.TryAdd(url, stored);
            // A file that names its entries by URL may still refer by Type/id; two entries of one id leave such a reference as it came.
            if (one.OriginalId is { } id && !byOriginalId.TryAdd($"{_targets[i].Type}/{id}", stored))
                twice.Add($"{_targets[i].Type}/{id}");
        }

        foreach (var (name, stored) in byOriginalId)
        {
            if (!twice.Contains(name))
                references.TryAdd(name, stored);
        }

        return references;
    }

    private void Decide(int index, Incoming one, Dictionary<Identity, KnownRecord> known, Dictionary<Identity, (int Version, Incoming One)> pending, long updated)
    {
        if (pending.TryGetValue(one.Identity, out var before))
        {
            DecideAgain(index, one, before, pending);
            return;
        }

        if (known.TryGetValue(one.Identity, out var stored))
        {
            if (stored.Content.AsSpan().SequenceEqual(one.Content))
            {
                _targets[index] = new WriteTarget(stored.Row.Seq, one.Resource.Type, WriteOutcome.AlreadyThere);
                return;
            }

            _replaced.Add(stored);
            Add(index, one.Resource.Type, stored.Row.Seq, (int)stored.Row.Version + 1, Math.Max(updated, LastUpdated), WriteOutcome.Updated);
        }
        else
        {
            Add(index, one.Resource.Type, NextSeq++, 1, Math.Max(updated, LastUpdated), WriteOutcome.Created);
        }

        pending[one.Identity] = (_versions.Count - 1, one);
    }

    // The same identity a second time in one write: what stands pending is the known record now.
    private void DecideAgain(int index, Incoming one, (int Version, Incoming One) before, Dictionary<Identity, (int Version, Incoming One)> pending)
    {
        var earlier = _versions[before.Version];
        if (before.One.Content.AsSpan().SequenceEqual(one.Content))
        {
            _targets[index] = new WriteTarget(earlier.Seq, one.Resource.Type, WriteOutcome.AlreadyThere);
            return;
        }

        _versions[before.Version] = earlier with { Table = RecordRow.History };
        Add(index, one.Resource.Type, earlier.Seq, earlier.Version + 1, LastUpdated + 1, WriteOutcome.Updated);
        pending[one.Identity] = (_versions.Count - 1, one);
    }

    private void Add(int index, string type, long seq, int version, long updated, WriteOutcome outcome)
    {
        _versions.Add(new NewVersion(index, seq, version, updated, RecordRow.Current));
        _targets[index] = new WriteTarget(seq, type, outcome);
        LastUpdated = updated;
    }
}
