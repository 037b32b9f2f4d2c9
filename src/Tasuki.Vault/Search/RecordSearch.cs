using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Search;

/// <summary>
/// The one search plan: SQL returns a superset by resident, limit, type, code token, packed tokens, date and time; every candidate is opened and settled by the
/// <see cref="Matcher"/>; pages go on from the last key, so what is written between two pages moves nothing.
/// </summary>
internal sealed class RecordSearch(VaultParts parts, RecordOpener opener, SessionLimit limit)
{
    private const int SmallestBatch = 64;
    private const int LargestBatch = 2_000;

    public static Error? Check(RecordQuery query)
    {
        if (query.Limit is < 1 or > 1_000)
            return new Error("query.limit", $"A page holds 1 to 1,000 records; {query.Limit} were asked for.");
        return query.Types.All(ResourceTypes.IsKnown) ? null : new Error("query.type", "A type asked for is not one of FHIR R4.");
    }

    /// <summary>At most <paramref name="count"/> records behind <paramref name="after"/>, and where the next page starts when there are more.</summary>
    public async Task<(List<StoredRecord> Records, PagePosition? Next)> Page(RecordQuery query, ResidentKeys keys, PagePosition? after, int count, CancellationToken cancel)
    {
        var matcher = new Matcher(query, limit);
        var found = new List<StoredRecord>();
        var last = after ?? new PagePosition(Undated: false, 0, 0);
        var position = after;
        var batch = Math.Max(SmallestBatch, Math.Min(count + 1, LargestBatch));
        await using var work = await parts.Records.Read(cancel);
        while (true)
        {
            var rows = await Candidates(work, query, keys, position, batch, cancel);
            foreach (var row in rows)
            {
                position = PositionOf(query, row);
                if (opener.Open(keys, row, RecordRow.Current) is not { } record || !matcher.Matches(row, record))
                    continue;
                if (found.Count == count)
                    return (found, last);
                found.Add(record);
                last = position.Value;
            }

            if (rows.Count < batch)
            {
                // The dated ones are through; those without a date follow.
                if (query.Order is RecordOrder.Stored || position is { Undated: true } || query.DateFrom is not null || query.DateTo is not null
                    || limit.PeriodFrom is not null || limit.PeriodTo is not null)
                {
                    return (found, null);
                }

                position = new PagePosition(Undated: true, 0, query.Order is RecordOrder.NewestDateFirst ? long.MaxValue : -1);
            }

            batch = Math.Min(batch * 2, LargestBatch);
        }
    }

    private static PagePosition PositionOf(RecordQuery query, RecordRow row) =>
        query.Order is RecordOrder.Stored ? new PagePosition(Undated: false, 0, row.Seq) : new PagePosition(row.DateFrom is null, row.DateFrom ?? 0, row.Seq);

    private async Task<List<RecordRow>> Candidates(DbWork work, RecordQuery query, ResidentKeys keys, PagePosition? after, int batch, CancellationToken cancel)
    {
        var sql = new StringBuilder($"select {RecordRow.Select} from record where resident_no = @resident and deleted = 0");
        var parameters = new List<(string, object?)> { ("@resident", opener.Resident.Value) };
        LimitSql.Append(sql, parameters, limit, keys, Mask(query));
        if (query.Types.Count > 0)
            sql.Append(" and type in (").AppendJoin(',', query.Types.Select(t => ResourceTypes.NumberOf(t).ToString(CultureInfo.InvariantCulture))).Append(')');
        if (query.Codes.Count > 0)
        {
            sql.Append(" and code in (");
            for (var i = 0; i < query.Codes.Count; i++)
            {
                sql.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"@code{i}");
                parameters.Add(($"@code{i}", keys.Token(TokenKind.Code, query.Codes[i].Code)));
            }

            sql.Append(')');
        }

        Packed(sql, parameters, keys, TokenKind.Code, query.AnyCoding?.Code, "@anycode");
        Packed(sql, parameters, keys, TokenKind.Identifier, query.Identifier, "@identifier");
        Packed(sql, parameters, keys, TokenKind.Reference, query.Reference, "@reference");
        if (query.DateFrom is { } from)
            Add(sql, parameters, " and date_to > @from", "@from", Time.MillisDown(from));
        if (query.DateTo is { } to)
            Add(sql, parameters, " and date_from < @to", "@to", Time.MillisUp(to));
        if (query.UpdatedSince is { } since)
            Add(sql, parameters, " and updated >= @since", "@since", Time.Micros(since));
        Order(sql, parameters, query.Order, after);
        Add(sql, parameters, " limit @batch", "@batch", batch);
        return await work.Query(sql.ToString(), row => RecordRow.Read(opener.Resident, row), cancel, [.. parameters]);
    }

    private ulong Mask(RecordQuery query)
    {
        if (query.Categories.Count == 0)
            return limit.Classes.Bits;
        ulong asked = 0;
        foreach (var category in query.Categories)
            asked |= 3UL << ((int)category << 1);
        return limit.Classes.Bits & asked;
    }

    private void Packed(StringBuilder sql, List<(string, object?)> parameters, ResidentKeys keys, TokenKind kind, string? text, string name)
    {
        if (text is null)
            return;
        sql.Append(" and ").Append(parts.Records.Contains("tokens", name));
        parameters.Add((name, PackedTokens.Bytes(keys.Token(kind, text))));
    }

    private static void Order(StringBuilder sql, List<(string, object?)> parameters, RecordOrder order, PagePosition? after)
    {
        if (order is RecordOrder.Stored)
        {
            Add(sql, parameters, " and seq > @afterseq", "@afterseq", after?.Seq ?? -1);
            sql.Append(" order by seq");
            return;
        }

        var (sign, word) = order is RecordOrder.NewestDateFirst ? ("<", "desc") : (">", "asc");
        if (after is { Undated: true } undated)
        {
            Add(sql, parameters, $" and date_from is null and seq {sign} @afterseq", "@afterseq", undated.Seq);
            sql.Append(CultureInfo.InvariantCulture, $" order by seq {word}");
            return;
        }

        sql.Append(" and date_from is not null");
        if (after is { } dated)
        {
            Add(sql, parameters, $" and (date_from {sign} @afterdate or (date_from = @afterdate and seq {sign} @afterseq))", "@afterdate", dated.Date);
            parameters.Add(("@afterseq", dated.Seq));
        }

        sql.Append(CultureInfo.InvariantCulture, $" order by date_from {word}, seq {word}");
    }

    private static void Add(StringBuilder sql, List<(string, object?)> parameters, string text, string name, long value)
    {
        sql.Append(text);
        parameters.Add((name, value));
    }
}
