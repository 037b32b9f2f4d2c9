using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.Compliance.Controls;

/// <summary>What a check of the whole chain found, in sentences with numbers only.</summary>
/// <param name="Open">Rows after the newest that the access log names: not sealed yet.</param>
public sealed record EvidenceReport(long Rows, int Anchors, long Open, IReadOnlyList<string> Findings)
{
    public bool IsWhole => Findings.Count == 0;
}

/// <summary>The one place where evidence is added and read. A row that was altered is not there; <see cref="Check"/> says which it is.</summary>
internal sealed class EvidenceBook(TasukiDb db, ISeal seal, RecordVault vault, PublicState shown, TimeProvider clock)
{
    /// <summary>Adds one piece and writes the chain's head into the access log.</summary>
    public Task Add<T>(EvidenceKind kind, string subject, T content, Actor actor, long? by, CancellationToken cancel, bool holds = true) =>
        Add([new NewEvidence(kind, subject, holds, JsonSerializer.SerializeToUtf8Bytes(content))], actor, by, cancel);

    /// <summary>Adds all of them or none, in this order. Two servers at once wait for each other by the number, which is unique.</summary>
    public async Task Add(IReadOnlyList<NewEvidence> pieces, Actor actor, long? by, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var last = await db.Set<EvidenceRow>().AsNoTracking().OrderByDescending(e => e.No).Select(e => new { e.No, e.Hash }).FirstOrDefaultAsync(cancel);
            var (no, hash) = (last?.No ?? 0, last?.Hash ?? new byte[32]);
            var at = Micros(clock.GetUtcNow());
            var rows = new List<EvidenceRow>();
            foreach (var piece in pieces)
            {
                hash = HashOf(hash, ++no, at, piece.Kind, piece.Subject, by, piece.Holds, piece.Content);
                rows.Add(new EvidenceRow
                {
                    No = no, At = at, Kind = piece.Kind, Subject = piece.Subject, By = by, Holds = piece.Holds, Content = seal.SealForMunicipality(PlaceOf(no), piece.Content), Hash = hash, Mac = MacOf(hash),
                });
            }

            db.Set<EvidenceRow>().AddRange(rows);
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateException) when (attempt < 5)
            {
                foreach (var row in rows)
                    db.Entry(row).State = EntityState.Detached;
                continue;
            }

            foreach (var row in rows)
                db.Entry(row).State = EntityState.Detached;
            // Whatever was added may change what everybody reads: a sheet, a document, a row that turned red.
            shown.Drop();
            await vault.LogEvidence(actor, $"{no.ToString(CultureInfo.InvariantCulture)}:{Convert.ToHexString(hash)}", cancel);
            return;
        }
    }

    /// <summary>The newest of each subject.</summary>
    public async Task<IReadOnlyDictionary<string, Evidence<T>>> Newest<T>(EvidenceKind kind, CancellationToken cancel)
    {
        var numbers = db.Set<EvidenceRow>().Where(e => e.Kind == kind).GroupBy(e => e.Subject).Select(g => g.Max(e => e.No));
        var rows = await db.Set<EvidenceRow>().AsNoTracking().Where(e => numbers.Contains(e.No)).ToListAsync(cancel);
        return rows.Select(Open<T>).OfType<Evidence<T>>().ToDictionary(e => e.Subject, StringComparer.Ordinal);
    }

    public async Task<Evidence<T>?> Newest<T>(EvidenceKind kind, string subject, CancellationToken cancel) => await History<T>(kind, subject, 1, cancel) is [var one] ? one : null;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Evidence<T>>> History<T>(EvidenceKind kind, string subject, int most, CancellationToken cancel)
    {
        var rows = await db.Set<EvidenceRow>().AsNoTracking().Where(e => e.Kind == kind && e.Subject == subject).OrderByDescending(e => e.No).Take(most).ToListAsync(cancel);
        return [.. rows.Select(Open<T>).OfType<Evidence<T>>()];
    }

    /// <summary>The newest of a subject, told apart from one that was altered; null where there is none.</summary>
    /// <param name="holding">Only among what holds.</param>
    public async Task<KeptPiece<T>?> Kept<T>(EvidenceKind kind, string subject, CancellationToken cancel, bool holding = false)
    {
        var row = await db.Set<EvidenceRow>().AsNoTracking().Where(e => e.Kind == kind && e.Subject == subject && (!holding || e.Holds)).OrderByDescending(e => e.No).FirstOrDefaultAsync(cancel);
        return row is null ? null : new KeptPiece<T>(row.No, Open<T>(row));
    }

    /// <summary>When the first of the kind was kept; null when none was.</summary>
    public Task<DateTimeOffset?> First(EvidenceKind kind, CancellationToken cancel) =>
        db.Set<EvidenceRow>().AsNoTracking().Where(e => e.Kind == kind).OrderBy(e => e.No).Select(e => (DateTimeOffset?)e.At).FirstOrDefaultAsync(cancel);

    /// <summary>When something of that kind was said and by whom, newest first.</summary>
    public async Task<IReadOnlyList<EvidenceHead>> Heads(EvidenceKind kind, int most, CancellationToken cancel)
    {
        var rows = await db.Set<EvidenceRow>().AsNoTracking().Where(e => e.Kind == kind).OrderByDescending(e => e.No).Take(most).Select(e => new { e.No, e.At, e.Subject, e.By, e.Hash, e.Mac }).ToListAsync(cancel);
        return [.. rows.Where(r => IsWhole(r.Hash, r.Mac)).Select(r => new EvidenceHead(r.No, r.At, r.Subject, r.By))];
    }

    /// <summary>The number of the newest of that kind; 0 while there is none.</summary>
    public async Task<long> Last(EvidenceKind kind, CancellationToken cancel) => await db.Set<EvidenceRow>().Where(e => e.Kind == kind).MaxAsync(e => (long?)e.No, cancel) ?? 0;

    /// <summary>Since when it has not held without a break; null when it holds now, or nothing was ever found.</summary>
    public async Task<DateTimeOffset?> FailingSince(EvidenceKind kind, string subject, CancellationToken cancel)
    {
        var of = db.Set<EvidenceRow>().AsNoTracking().Where(e => e.Kind == kind && e.Subject == subject);
        var held = await of.Where(e => e.Holds).OrderByDescending(e => e.No).Select(e => (long?)e.No).FirstOrDefaultAsync(cancel) ?? 0;
        return await of.Where(e => e.No > held).OrderBy(e => e.No).Select(e => (DateTimeOffset?)e.At).FirstOrDefaultAsync(cancel);
    }

    /// <summary>Every piece in the order of the chain, opened, as an auditor gets it; one that does not open has no content.</summary>
    public async IAsyncEnumerable<EvidencePiece> Everything([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in db.Set<EvidenceRow>().AsNoTracking().OrderBy(e => e.No).AsAsyncEnumerable().WithCancellation(cancel))
        {
            var content = seal.OpenForMunicipality(PlaceOf(row.No), row.Content);
            yield return new EvidencePiece(
                row.No, row.At.UtcTicks / TimeSpan.TicksPerMicrosecond, (int)row.Kind, row.Subject, row.By, row.Holds, content.IsOk ? Encoding.UTF8.GetString(content.Value) : null, Convert.ToHexString(row.Hash));
        }
    }

    /// <summary>Reads the whole chain and holds it against every head the access log keeps.</summary>
    public async Task<EvidenceReport> Check(CancellationToken cancel)
    {
        const int Most = 100;
        var findings = new List<string>();
        var anchors = await Anchors(cancel);
        var (named, newest) = (anchors.Count, anchors.Keys.DefaultIfEmpty().Max());
        var (before, last, count) = (new byte[32], 0L, 0L);
        await foreach (var row in db.Set<EvidenceRow>().AsNoTracking().OrderBy(e => e.No).AsAsyncEnumerable().WithCancellation(cancel))
        {
            count++;
            foreach (var wrong in Wrong(row, last, before))
                Found(wrong);
            if (anchors.Remove(row.No, out var anchor) && anchor != Convert.ToHexString(row.Hash))
                Found(Another(row.No));
            (before, last) = (row.Hash, row.No);
        }

        foreach (var no in anchors.Keys.Order())
            Found(Missing(no));
        return new EvidenceReport(count, named, Math.Max(0, last - newest), findings);

        void Found(string sentence)
        {
            if (findings.Count < Most)
                findings.Add(sentence);
        }
    }

    /// <summary>Whether the piece of that number has that hash (hex).</summary>
    public async Task<bool> StandsAt(long no, string hash, CancellationToken cancel) =>
        await db.Set<EvidenceRow>().AsNoTracking().Where(e => e.No == no).Select(e => e.Hash).FirstOrDefaultAsync(cancel) is { } stands && Convert.ToHexString(stands) == hash;

    /// <summary>Checks the next pieces behind one that was checked before.</summary>
    public async Task<EvidenceStretch> CheckAfter(long no, string hash, int most, CancellationToken cancel)
    {
        var rows = await db.Set<EvidenceRow>().AsNoTracking().Where(e => e.No > no).OrderBy(e => e.No).Take(most).ToListAsync(cancel);
        var (last, before, broken) = (no, Convert.FromHexString(hash), (string?)null);
        foreach (var row in rows)
        {
            broken ??= Wrong(row, last, before).FirstOrDefault();
            (last, before) = (row.No, row.Hash);
        }

        return new EvidenceStretch(last, Convert.ToHexString(before), rows.Count, broken);
    }

    /// <summary>Holds heads the access log names against the pieces that stand: the first that differs or is missing, null where all agree.</summary>
    public async Task<string?> CheckHeads(IReadOnlyList<string> heads, CancellationToken cancel)
    {
        foreach (var some in heads.Select(Anchor).OfType<KeyValuePair<long, string>>().Chunk(500))
        {
            var numbers = some.Select(a => a.Key).ToList();
            var there = await db.Set<EvidenceRow>().AsNoTracking().Where(e => numbers.Contains(e.No)).ToDictionaryAsync(e => e.No, e => Convert.ToHexString(e.Hash), cancel);
            foreach (var (no, hash) in some)
            {
                if (!there.TryGetValue(no, out var stands))
                    return Missing(no);
                if (stands != hash)
                    return Another(no);
            }
        }

        return null;
    }

    private async Task<Dictionary<long, string>> Anchors(CancellationToken cancel)
    {
        var anchors = new Dictionary<long, string>();
        for (var place = LogPlace.Start; ;)
        {
            var page = await vault.EvidenceHeads(place, cancel);
            foreach (var (no, hash) in page.Heads.Select(Anchor).OfType<KeyValuePair<long, string>>())
                // Two pieces of one number: whichever stands, the log knows another.
                anchors[no] = anchors.TryGetValue(no, out var known) && known != hash ? "" : hash;
            if (page.AtEnd)
                return anchors;
            place = page.Next;
        }
    }

    private static KeyValuePair<long, string>? Anchor(string head) =>
        head.Split(':') is [var number, var hash] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var no) ? KeyValuePair.Create(no, hash) : null;

    private IEnumerable<string> Wrong(EvidenceRow row, long last, byte[] before)
    {
        if (row.No != last + 1)
            yield return $"Evidence {last + 1} to {row.No - 1} is missing.";
        var content = seal.OpenForMunicipality(PlaceOf(row.No), row.Content);
        if (!content.IsOk || !HashOf(before, row.No, row.At, row.Kind, row.Subject, row.By, row.Holds, content.Value).AsSpan().SequenceEqual(row.Hash) || !IsWhole(row))
            yield return $"Evidence {row.No} was altered, or what stood before it.";
    }

    private static string Another(long no) => $"Evidence {no} is another than the access log says.";

    private static string Missing(long no) => $"Evidence {no}, which the access log names, is missing.";

    private Evidence<T>? Open<T>(EvidenceRow row) =>
        IsWhole(row) && seal.OpenForMunicipality(PlaceOf(row.No), row.Content) is { IsOk: true } plain && JsonSerializer.Deserialize<T>(plain.Value) is { } content
            ? new Evidence<T>(row.No, row.At, row.Subject, row.By, row.Holds, content, row.Hash) : null;

    private bool IsWhole(EvidenceRow row) => IsWhole(row.Hash, row.Mac);

    private bool IsWhole(byte[] hash, byte[] mac) => CryptographicOperations.FixedTimeEquals(mac, MacOf(hash));

    private byte[] MacOf(byte[] hash) => seal.SecretMac("evidence", hash);

    private static byte[] HashOf(byte[] before, long no, DateTimeOffset at, EvidenceKind kind, string subject, long? by, bool holds, byte[] content)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{Convert.ToHexString(before)}|{no}|{at.UtcTicks / TimeSpan.TicksPerMicrosecond}|{kind:D}|{subject}|{by}|{(holds ? 1 : 0)}|{Convert.ToHexString(SHA256.HashData(content))}");
        return SHA256.HashData(Encoding.UTF8.GetBytes(line));
    }

    private static SealPlace PlaceOf(long no) => new(EvidenceTables.Table, "content", no.ToString(CultureInfo.InvariantCulture));

    // PostgreSQL keeps microseconds; what is hashed is what comes back.
    private static DateTimeOffset Micros(DateTimeOffset at) => at.AddTicks(-(at.UtcTicks % TimeSpan.TicksPerMicrosecond)).ToUniversalTime();
}

/// <summary>What checking some pieces found.</summary>
/// <param name="No">The last of them, and its hash (hex).</param>
/// <param name="Rows">0: there is nothing behind.</param>
internal sealed record EvidenceStretch(long No, string Hash, int Rows, string? Broken);

/// <param name="Piece">Null: it does not open, or its MAC does not hold.</param>
internal sealed record KeptPiece<T>(long No, Evidence<T>? Piece);

/// <summary>A piece of evidence without what it says.</summary>
internal sealed record EvidenceHead(long No, DateTimeOffset At, string Subject, long? By);

/// <param name="Content">JSON.</param>
internal sealed record NewEvidence(EvidenceKind Kind, string Subject, bool Holds, byte[] Content);

/// <param name="At">Microseconds since the year 1, UTC, as they are hashed.</param>
/// <param name="Content">The JSON that was sealed, byte for byte: its SHA-256 is part of the hash.</param>
internal sealed record EvidencePiece(long No, long At, int Kind, string Subject, long? By, bool Holds, string? Content, string Hash);
