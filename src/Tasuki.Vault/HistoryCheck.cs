using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.History;
using Tasuki.Vault.Log.Sealing;

namespace Tasuki.Vault;

/// <summary>What a check of an exported history found: the lines that a published seal proves, opened.</summary>
/// <param name="Findings">Lines that it does not prove, in numbers.</param>
/// <param name="Unproven">Lines the file leaves out because no seal stated them yet.</param>
public sealed record HistoryReport(IReadOnlyList<AccessEntry> Proven, IReadOnlyList<string> Findings, int Unproven, long Seal, DateTimeOffset SealTime);

/// <summary>Checks an exported history against a published seal. Needs no database, no key ring and nobody's word but the seal's.</summary>
public static class HistoryCheck
{
    /// <summary>Errors: <c>witness.format</c>, <c>history.format</c>, <c>history.municipality</c>.</summary>
    public static Result<HistoryReport> Run(string historyPath, string sealPath)
    {
        var published = WitnessedSeal.Read(sealPath);
        if (!published.IsOk)
            return published.Error;
        ProvenHistory? history;
        try
        {
            history = JsonSerializer.Deserialize(File.ReadAllBytes(historyPath), HistoryJson.Default.ProvenHistory);
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            history = null;
        }

        if (history is not { Format: 1, Municipality: not null, Lines: not null, Seals: not null }
            || history.Lines.Any(line => line is null) || history.Seals.Any(seal => seal is not { Municipality: not null, Statement.IsWellFormed: true }))
            return new Error("history.format", $"{Path.GetFileName(historyPath)} holds no history with proofs of format 1.");
        if (!string.Equals(history.Municipality, published.Value.Municipality, StringComparison.Ordinal))
            return new Error("history.municipality", "History and seal are of two municipalities.");

        var reached = Reached(published.Value, history.Seals);
        var proven = new List<AccessEntry>();
        var findings = new List<string>();
        foreach (var line in history.Lines)
        {
            if (Wrong(history, line, reached) is { } wrong)
                findings.Add($"Entry {line.Entry} of writer {line.Writer}: {wrong}");
            else if (Open(history, line) is { } opened)
                proven.Add(opened);
            else
                findings.Add($"Entry {line.Entry} of writer {line.Writer} stands in the log; its body does not open with the key in the file.");
        }

        return new HistoryReport(proven, findings, history.Unproven, published.Value.Number, published.Value.Time);
    }

    // The seals that the published one names, and those name, by hash: their own signatures are not even needed.
    private static Dictionary<long, WitnessedSeal> Reached(WitnessedSeal published, IReadOnlyList<WitnessedSeal> seals)
    {
        var given = seals.GroupBy(s => s.Number).ToDictionary(s => s.Key, s => s.First());
        var reached = new Dictionary<long, WitnessedSeal> { [published.Number] = published };
        var next = new Queue<WitnessedSeal>([published]);
        while (next.TryDequeue(out var seal))
        {
            foreach (var (number, hash) in new[] { (seal.Number - 1, seal.Previous), (LogSeal.SkipOf(seal.Number), seal.Skip) })
            {
                if (given.TryGetValue(number, out var named) && !reached.ContainsKey(number) && named.Statement.Hash().AsSpan().SequenceEqual(hash))
                {
                    reached[number] = named;
                    next.Enqueue(named);
                }
            }
        }

        return reached;
    }

    private static string? Wrong(ProvenHistory history, ProvenLine line, Dictionary<long, WitnessedSeal> reached)
    {
        if (line is not { Body: not null, Group: { Previous.Length: MerkleTree.HashSize, Place: { Root: not null, Path: not null } }, InSeal: { Path: not null } })
            return "the proof is not complete.";
        if (line.Resident is { } resident ? resident != history.Resident : !OnList(history.Resident, line.List))
            return "it is not about this resident.";
        if (line.Entry != line.Group.First + line.Group.Place.Index || line.Group.Last - line.Group.First + 1 != line.Group.Place.Size)
            return "it does not stand in that place of its group.";
        var leaf = LogHashes.Leaf(Stored(line));
        if (MerkleTree.RootFrom(leaf, line.Group.Place.Index, line.Group.Place.Size, line.Group.Place.Path) is not { } groupRoot)
            return "the way through its group does not fit.";
        var group = LogHashes.Group(line.Group.Previous, line.Writer, line.Group.Number, line.Group.First, line.Group.Last, groupRoot);
        if (!reached.TryGetValue(line.Seal, out var seal))
            return $"seal {line.Seal} is not reached from the published one; ask for the history against it.";
        return line.InSeal.Size == seal.Groups && MerkleTree.RootFrom(MerkleTree.Leaf(group), line.InSeal.Index, line.InSeal.Size, line.InSeal.Path) is { } root
            && root.AsSpan().SequenceEqual(seal.Root) ? null : $"it is not what seal {line.Seal} states.";
    }

    private static bool OnList(long resident, ProvenPlace? list) =>
        list is { Root.Length: MerkleTree.HashSize, Path: not null }
        && MerkleTree.RootFrom(ResidentList.Leaf(resident), list.Index, list.Size, list.Path) is { } root && root.AsSpan().SequenceEqual(list.Root);

    private static SealedEntry Stored(ProvenLine line) =>
        new(line.Writer, line.Entry, line.Group.Number, line.Resident, line.At, line.Actor, line.Body, line.Resident is null ? line.List?.Root : null);

    private static AccessEntry? Open(ProvenHistory history, ProvenLine line) =>
        MunicipalityId.Parse(history.Municipality) is { IsOk: true, Value: var municipality } && line.Key is { Length: 32 } key
            ? LogBody.Open(key, municipality, Stored(line))?.Line(line.At) : null;
}
