using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Search;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// The versions of records, newest change first. A version is seen only where it lies within the limit by its own class and date, and the record as it stands today
/// does too: what became sensitive hides its past, and what was sensitive once stays hidden. Of a deleted record only that it went is seen, by those whose limit knows no period.
/// </summary>
internal sealed class RecordPast(VaultParts parts, RecordOpener opener, SessionLimit limit)
{
    /// <param name="seq">One record's; null for all of the types.</param>
    public async Task<(IReadOnlyList<RecordVersion> Versions, PastPosition? Next)> Page(
        ResidentKeys keys, long? seq, IReadOnlyList<string> types, long? since, PastPosition? after, int count, CancellationToken cancel)
    {
        var parameters = new List<(string, object?)> { ("@resident", opener.Resident.Value), ("@wanted", count + 1L) };
        var narrow = new StringBuilder();
        if (seq is { } one)
        {
            narrow.Append(" and {0}seq = @seq");
            parameters.Add(("@seq", one));
        }

        if (types.Count > 0)
            narrow.Append(CultureInfo.InvariantCulture, $" and {{0}}type in ({string.Join(',', types.Select(type => (long)ResourceTypes.NumberOf(type)).Order())})");
        if (since is { } from)
        {
            narrow.Append(" and {0}updated >= @since");
            parameters.Add(("@since", from));
        }

        if (after is { } last)
        {
            narrow.Append(" and {0}updated <= @atupdated and ({0}updated < @atupdated or {0}seq < @atseq or ({0}seq = @atseq and {0}version < @atversion))");
            parameters.AddRange([("@atupdated", last.Updated), ("@atseq", last.Seq), ("@atversion", last.Version)]);
        }

        var asked = narrow.ToString();
        var allowed = new StringBuilder();
        LimitSql.Append(allowed, parameters, limit, keys, limit.Classes.Bits, "c.");
        var then = new StringBuilder();
        LimitSql.Append(then, [], limit, keys, limit.Classes.Bits, "h.");
        var sql = $"""
            select {RecordRow.SelectOf("c")}, 0 as past from record c where c.resident_no = @resident{string.Format(CultureInfo.InvariantCulture, asked, "c.")}{allowed}
            union all
            select {RecordRow.SelectOf("h")}, 1 as past from record_history h
            where h.resident_no = @resident and h.deleted = 0{string.Format(CultureInfo.InvariantCulture, asked, "h.")}{then}
            and exists (select 1 from record c where c.resident_no = @resident and c.seq = h.seq and c.deleted = 0{allowed})
            order by updated desc, seq desc, version desc limit @wanted
            """;
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(sql, row => (Row: RecordRow.Read(opener.Resident, row), IsPast: row.GetInt64(RecordRow.Selected) != 0), cancel, [.. parameters]);
        var more = rows.Count > count;
        if (more)
            rows.RemoveAt(rows.Count - 1);
        var versions = rows.Select(row => Version(keys, row.Row, row.IsPast)).OfType<RecordVersion>().ToList();
        return (versions, more ? new PastPosition(rows[^1].Row.Updated, rows[^1].Row.Seq, rows[^1].Row.Version) : null);
    }

    private RecordVersion? Version(ResidentKeys keys, RecordRow row, bool isPast)
    {
        var table = isPast ? RecordRow.History : RecordRow.Current;
        if (row.Deleted != 0)
        {
            // It opens, so it was written here and says what it says.
            return opener.Payload(keys, row, table) is not null && row.ClassOf(keys) is { } access && limit.Classes.Contains(access) ? Of(row, null) : null;
        }

        return opener.Open(keys, row, table) is { } record && limit.Allows(record.Class, row.DateFrom, row.DateTo) ? Of(row, record) : null;
    }

    private RecordVersion Of(RecordRow row, StoredRecord? record) =>
        new(parts.Ids.Encode(row.Resident, row.Seq), row.TypeName, (int)row.Version, Time.FromMicros(row.Updated), record);
}

/// <summary>Where a page of the past ended.</summary>
internal readonly record struct PastPosition(long Updated, long Seq, long Version)
{
    private const int Size = 24;

    public string Seal(KeyRing ring, Binding bound)
    {
        Span<byte> plain = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(plain, Updated);
        BinaryPrimitives.WriteInt64BigEndian(plain[8..], Seq);
        BinaryPrimitives.WriteInt64BigEndian(plain[16..], Version);
        return Base64Url.EncodeToString(Aead.Seal(ring.Key(RingPurpose.Page), [], plain, bound.Bytes));
    }

    public static PastPosition? Open(KeyRing ring, Binding bound, string token) =>
        token.Length <= 200 && Base64Url.IsValid(token) && Aead.Open(ring.Key(RingPurpose.Page), 0, Base64Url.DecodeFromChars(token), bound.Bytes) is { Length: Size } plain
            ? new PastPosition(BinaryPrimitives.ReadInt64BigEndian(plain), BinaryPrimitives.ReadInt64BigEndian(plain.AsSpan(8)), BinaryPrimitives.ReadInt64BigEndian(plain.AsSpan(16))) : null;
}
