using System.Data.Common;
using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Shared;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Search;

/// <summary>
/// The one search plan: SQL returns a superset (<see cref="SqlSuperset"/>), every candidate is opened and settled by the <see cref="Matcher"/> as it comes from the
/// store, and pages go on from the last key, so what is written between two pages moves nothing.
/// </summary>
/// <param name="beforeOpening">As <see cref="RecordQuery.BeforeOpening"/>.</param>
internal sealed class RecordSearch(VaultParts parts, RecordOpener opener, SessionLimit limit, Func<Error?>? beforeOpening = null)
{
    // Part of the statement's text: the planner must know that few rows are wanted, and a handful of texts are prepared once. A page of 20 or 50 looks at one row more.
    private static readonly int[] Firsts = [16, 24, 52, 64, 256, 1_024, 4_096];
    private static readonly int[] Nexts = [64, 256, 1_024, 4_096];

    // Up to here a page travels with the questions of others; more, and what the store must look for in packed tokens, has a connection of its own.
    private const int FewRows = 64;

    /// <summary>Why a walk ended before its end; then what it found is not all.</summary>
    public Error? Stopped { get; private set; }

    public static Error? Check(RecordQuery query) =>
        query.Limit is < 1 or > 1_000 ? new Error("query.limit", $"A page holds 1 to 1,000 records; {query.Limit} were asked for.")
        : PredicateCheck.Of(query.Predicate);

    /// <summary>At most <paramref name="count"/> records behind <paramref name="after"/>, and where the next page starts when there are more.</summary>
    /// <param name="gate">Asked in the round trip of the first candidates, of which none is looked at before it opened.</param>
    public async Task<(List<StoredRecord> Records, PagePosition? Next)> Page(
        RecordQuery query, ResidentKeys keys, PagePosition? after, int count, CancellationToken cancel, GateQuestion? gate = null)
    {
        var found = new List<StoredRecord>();
        var last = after ?? default;
        var more = false;
        await Walk(query.Predicate, null, query.Order, keys, after, count + 1, cancel, (row, opened) =>
        {
            if (found.Count == count)
            {
                more = true;
                return false;
            }

            found.Add(opened.Record(parts.Ids, row));
            last = PositionOf(query.Order, row);
            return true;
        }, gate);
        return (found, more ? last : null);
    }

    public async Task<int> Count(RecordPredicate predicate, ResidentKeys keys, CancellationToken cancel)
    {
        var count = 0;
        await Walk(predicate, null, RecordOrder.Stored, keys, null, int.MaxValue, cancel, (_, _) =>
        {
            count++;
            return true;
        });
        return count;
    }

    /// <summary>Everything that is found, in the order asked for, in one walk.</summary>
    public Task Each(RecordQuery query, ResidentKeys keys, Action<StoredRecord> take, CancellationToken cancel) =>
        Walk(query.Predicate, null, query.Order, keys, null, int.MaxValue, cancel, (row, opened) =>
        {
            take(opened.Record(parts.Ids, row));
            return true;
        });

    /// <summary>Hands over what is found until <paramref name="take"/> says that it is enough.</summary>
    private async Task Walk(
        RecordPredicate predicate, IReadOnlyList<string>? scope, RecordOrder order, ResidentKeys keys, PagePosition? after, int wanted, CancellationToken cancel,
        Func<RecordRow, OpenedRow, bool> take, GateQuestion? gate = null, ChainSets? chains = null)
    {
        chains = await Chains(predicate, keys, chains ?? new ChainSets(), cancel);
        if (Stopped is not null)
            return;
        var matches = new Matcher(limit, SeqOf, chains).Compile(predicate, scope);
        var superset = new SqlSuperset(parts.Records, keys, SeqOf, chains, SqlSuperset.CodeOfAll(predicate, scope));
        var condition = superset.Lower(predicate, scope);
        if (condition.Text is Condition.False)
        {
            // Nothing can be found; whether the gate opens is another question.
            if (gate is not null)
                await Few(gate, null, null);
            return;
        }

        // In an order by date those without one come last, in a statement of their own.
        var undatedFollow = order is RecordOrder.NewestDateFirst or RecordOrder.OldestDateFirst && limit.PeriodFrom is null && limit.PeriodTo is null
            && !SqlSuperset.NeedsDate(predicate, scope);
        var batch = FirstBatch(wanted);
        var position = after;
        List<RecordRow>? behind = null;
        // Two walks of an index find a code, unless the resident has records of which the columns do not know all codes.
        if (superset.MainCode is not null && batch > FewRows && await AnyOfManyCodes(keys))
            InTokens();
        while (true)
        {
            var read = 0;
            var statement = Candidates(keys, condition, superset, order, position, batch);
            if (behind is not null)
            {
                if (behind.Exists(row => !Look(row)))
                    return;
                (read, behind) = (behind.Count, null);
            }
            else if (batch <= FewRows && !superset.Scans)
            {
                // Of one code there are often fewer than a page: those without a date come along.
                Statement? undated = superset.MainCode is not null && undatedFollow && position is not { Undated: true } ? Candidates(keys, condition, superset, order, FirstUndated(order), batch) : null;
                var few = await Few(gate, superset.MainCode is null ? null : OfManyCodes(keys), statement, undated);
                if (gate is { Opened: false })
                    return;
                gate = null;
                if (few.OfMany)
                {
                    InTokens();
                    continue;
                }

                if (few.Rows.Exists(row => !Look(row)))
                    return;
                read = few.Rows.Count;
                behind = undated is null || read == batch ? null : few.Undated;
            }
            else
            {
                await using var work = await parts.Records.Read(cancel);
                await using var asked = await work.Ask(gate?.Statement, statement, cancel);
                if (gate is not null && !await gate.Opens(asked.Reader, cancel))
                    return;
                for (; await asked.Reader.ReadAsync(cancel); read++)
                {
                    if (!Look(RecordRow.Read(opener.Resident, asked.Reader)))
                        return;
                }
            }

            gate = null;
            if (read < batch)
            {
                if (!undatedFollow || position is { Undated: true })
                    return;
                position = FirstUndated(order);
            }
            else
            {
                batch = Array.Find(Nexts, size => size > batch) is > 0 and var next ? next : batch;
            }
        }

        void InTokens()
        {
            superset = new SqlSuperset(parts.Records, keys, SeqOf, chains);
            condition = superset.Lower(predicate, scope);
        }

        bool Look(RecordRow row)
        {
            position = PositionOf(order, row);
            if ((Stopped = beforeOpening?.Invoke()) is not null)
                return false;
            return opener.Row(keys, row, RecordRow.Current) is not { } opened || !matches(new Candidate(row, opened.Class, opened.Resource.Json.Span, opened.Resource.Json.Span)) || take(row, opened);
        }
    }

    private static PagePosition FirstUndated(RecordOrder order) => new(Undated: true, 0, order is RecordOrder.NewestDateFirst ? long.MaxValue : -1);

    // The gate's answer and the rows behind it, which stay closed unless it opened.
    private async Task<(List<RecordRow> Rows, bool OfMany, List<RecordRow> Undated)> Few(GateQuestion? gate, Statement? ofMany, Statement? statement, Statement? undated = null)
    {
        var (rows, found, behind) = (new List<RecordRow>(), false, new List<RecordRow>());
        Statement?[] places = [gate?.Statement, ofMany, statement, undated];
        int[] asked = [.. Enumerable.Range(0, places.Length).Where(i => places[i] is not null)];
        await parts.Records.Ask(new Question([.. asked.Select(i => places[i]!.Value)], Forget, (place, row) =>
        {
            switch (asked[place])
            {
                case 0: gate!.Look(row); break;
                case 1: found = true; break;
                case 2: rows.Add(RecordRow.Read(opener.Resident, row)); break;
                default: behind.Add(RecordRow.Read(opener.Resident, row)); break;
            }
        }));
        gate?.Decide();
        return (rows, found, behind);

        void Forget()
        {
            gate?.Forget();
            found = false;
            rows.Clear();
            behind.Clear();
        }
    }

    // Of those the session sees: a hidden one must not change which records are opened, and so what a search costs.
    private Statement OfManyCodes(ResidentKeys keys)
    {
        var sql = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"select 1 from record where resident_no = @resident and deleted = 0 and other_code = {RecordRow.Unknown}"));
        var parameters = new List<(string, object?)> { ("@resident", opener.Resident.Value) };
        LimitSql.Append(sql, parameters, limit, keys, limit.Classes.Bits);
        return new Statement(sql.Append(" limit 1").ToString(), [.. parameters]);
    }

    private async Task<bool> AnyOfManyCodes(ResidentKeys keys) => (await parts.Records.Ask(OfManyCodes(keys), static _ => true)).Count > 0;

    private static int FirstBatch(int wanted) => Array.Find(Firsts, size => size >= wanted) is > 0 and var first ? first : Firsts[^1];

    private long SeqOf(string id) => parts.Ids.SeqOf(opener.Resident, id);

    /// <param name="chains">Takes what lies behind the references of this predicate, and those behind them: what stands within a record is held against them as well.</param>
    private async Task<ChainSets> Chains(RecordPredicate predicate, ResidentKeys keys, ChainSets chains, CancellationToken cancel)
    {
        foreach (var chain in ChainSets.In(predicate).ToHashSet(ReferenceEqualityComparer.Instance))
        {
            if (Stopped is not null)
                return chains;
            if (chain is RecordPredicate.ReferenceTo to)
            {
                var targets = new HashSet<string>(StringComparer.Ordinal);
                await Walk(to.To, null, RecordOrder.Stored, keys, null, int.MaxValue, cancel, (row, opened) =>
                {
                    if (CanonicalAddress.Has(row.TypeName))
                        targets.UnionWith(CanonicalAddress.Of(opened.Resource.Json.Span));
                    return targets.Add($"{row.TypeName}/{parts.Ids.Encode(opener.Resident, row.Seq)}");
                }, chains: chains);
                // What is about nobody is seen by all alike.
                if (NamedTypes.In(to.To).Any(SharedTypes.Has))
                    targets.UnionWith((await new SharedRecords(parts, opener.Actor).Now(cancel)).Ends(to.To, parts.Ids));
                chains.Add(to, targets);
            }
            else if (chain is RecordPredicate.ReferencedBy by)
            {
                var references = new ReferencesOf();
                var known = SearchParameters.Find(by.Type, by.Name).Value;
                var from = new RecordPredicate.And([new RecordPredicate.OfType([by.Type]), by.By]);
                await Walk(from, null, RecordOrder.Stored, keys, null, int.MaxValue, cancel, (_, opened) =>
                {
                    known.Any(opened.Resource.Json.Span, references);
                    return true;
                }, chains: chains);
                HashSet<(long, long)> sources = [.. references.Found.Select(Place).OfType<(long, long)>()];
                if (known.HasCanonicals && references.Found.Count > 0)
                    await AddNamed(known, references.Found, sources, keys, cancel);
                chains.Add(by, sources);
            }
        }

        return chains;
    }

    // What canonicals name is found by looking at all that they may name.
    private async Task AddNamed(SearchParameter known, HashSet<string> canonicals, HashSet<(long, long)> sources, ResidentKeys keys, CancellationToken cancel)
    {
        var named = new RecordPredicate.OfType([.. known.Targets.Where(CanonicalAddress.Has)]);
        await Walk(named, null, RecordOrder.Stored, keys, null, int.MaxValue, cancel, (row, opened) =>
        {
            if (CanonicalAddress.Of(opened.Resource.Json.Span).Any(canonicals.Contains))
                sources.Add((row.Type, row.Seq));
            return true;
        });
    }

    // Of a reference to a record of this resident its type and seq.
    private (long Type, long Seq)? Place(string reference) =>
        reference.Split('/') is [var type, var id] && ResourceTypes.IsKnown(type) && SeqOf(id) is >= 0 and var seq ? (ResourceTypes.NumberOf(type), seq) : null;

    private static PagePosition PositionOf(RecordOrder order, RecordRow row) => order switch
    {
        RecordOrder.Stored => new PagePosition(Undated: false, 0, row.Seq),
        RecordOrder.NewestUpdateFirst or RecordOrder.OldestUpdateFirst => new PagePosition(Undated: false, row.Updated, row.Seq),
        _ => new PagePosition(row.DateFrom is null, row.DateFrom ?? 0, row.Seq),
    };

    private Statement Candidates(ResidentKeys keys, Condition condition, SqlSuperset superset, RecordOrder order, PagePosition? after, int batch)
    {
        var head = new StringBuilder($"select {RecordRow.Select} from record where resident_no = @resident and deleted = 0");
        var parameters = new List<(string, object?)> { ("@resident", opener.Resident.Value) };
        LimitSql.Append(head, parameters, limit, keys, limit.Classes.Bits);
        parameters.AddRange(superset.Parameters);
        var (behind, by) = Order(parameters, order, after);
        var end = string.Create(CultureInfo.InvariantCulture, $"{by} limit {batch}");
        if (superset.MainCode is null)
            return new Statement($"{head}{(condition.Text is null ? "" : $" and {condition.Text}")}{behind}{end}", [.. parameters]);
        // Each half walks its index in order and stops; a record is in one of them.
        return new Statement(
            $"select * from ({head} and {condition.Text}{behind}{end}) a union all select * from ({head} and {superset.AsOtherCode(condition.Text!)}{behind}{end}) b{end}", [.. parameters]);
    }

    // Where the page starts, and its order.
    private static (string Behind, string By) Order(List<(string, object?)> parameters, RecordOrder order, PagePosition? after)
    {
        var sql = new StringBuilder();
        var (sign, word) = order is RecordOrder.NewestDateFirst or RecordOrder.NewestUpdateFirst ? ("<", "desc") : (">", "asc");
        if (order is RecordOrder.Stored || after is { Undated: true })
        {
            sql.Append(order is RecordOrder.Stored ? "" : " and date_from is null");
            if (after is { } row)
            {
                sql.Append(CultureInfo.InvariantCulture, $" and seq {sign} @afterseq");
                parameters.Add(("@afterseq", row.Seq));
            }

            return (sql.ToString(), $" order by seq {word}");
        }

        var column = order is RecordOrder.NewestDateFirst or RecordOrder.OldestDateFirst ? "date_from" : "updated";
        if (column is "date_from")
            sql.Append(" and date_from is not null");
        if (after is { } last)
        {
            // The first half bounds the walk of the index, which knows no seq; the second settles ties.
            sql.Append(CultureInfo.InvariantCulture, $" and {column} {sign}= @afterkey and ({column} {sign} @afterkey or seq {sign} @afterseq)");
            parameters.Add(("@afterkey", last.Date));
            parameters.Add(("@afterseq", last.Seq));
        }

        return (sql.ToString(), $" order by {column} {word}, seq {word}");
    }
}
