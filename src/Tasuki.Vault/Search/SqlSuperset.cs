using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Search;

/// <summary>A condition over the columns of <c>record</c>, never null for a row. Text null: always true.</summary>
/// <param name="IsExact">It holds for exactly the records for which the predicate holds, not for more of them: so it can be negated.</param>
internal readonly record struct Condition(string? Text, bool IsExact)
{
    public const string False = "1 = 0";

    public static Condition True(bool exact) => new(null, exact);

    public static Condition Never { get; } = new(False, IsExact: true);
}

/// <summary>
/// Lowers a tree to SQL that returns a superset of what it finds. Values travel as parameters and lists are filled up to a few sizes, so one shape of query is one
/// text and the store prepares it once.
/// </summary>
/// <param name="byMainCode">One code that everything found must have is looked for in the columns of codes (<see cref="MainCode"/>) instead of in the tokens.</param>
internal sealed class SqlSuperset(Database database, ResidentKeys keys, Func<string, long> seqOf, ChainSets chains, RecordPredicate.Parameter? byMainCode = null)
{
    // Beyond this many, a list narrows less than it costs.
    private const int MostTokens = 16;
    private const int MostSeqs = 256;
    private const int MostInARow = 8;

    private readonly List<(string Name, object? Value)> _parameters = [];
    private int _alternatives;

    public IReadOnlyList<(string Name, object? Value)> Parameters => _parameters;

    /// <summary>The store looks into the tokens of row after row: it may look long before it finds.</summary>
    public bool Scans { get; private set; }

    /// <summary>
    /// The condition that the main code is the one asked for; null when no such stands in the text. The rows that have it as their other code are found by
    /// <see cref="AsOtherCode"/>, and what is not known to have no more codes by neither.
    /// </summary>
    public string? MainCode { get; private set; }

    /// <summary>The text of a condition with <see cref="MainCode"/>, asked of the other code.</summary>
    public string AsOtherCode(string text) => text.Replace(MainCode!, MainCode!.Replace("code", "other_code", StringComparison.Ordinal), StringComparison.Ordinal);

    /// <summary>A code that everything found must have, and that stands nowhere but where the main code is taken from; null when there is none.</summary>
    public static RecordPredicate.Parameter? CodeOfAll(RecordPredicate predicate, IReadOnlyList<string>? scope) => predicate switch
    {
        RecordPredicate.And and => and.Parts.Select(part => CodeOfAll(part, TypeScope.Of(and, scope))).FirstOrDefault(one => one is not null),
        RecordPredicate.Parameter { Test: TokenTest } parameter when scope is { Count: > 0 } && scope.All(type =>
            SearchParameters.Find(type, parameter.Name).Value is { FollowsMainCode: true } known && known.NeedsCode(parameter.Test) is not null) => parameter,
        _ => null,
    };

    public Condition Lower(RecordPredicate predicate, IReadOnlyList<string>? scope) => predicate switch
    {
        RecordPredicate.Everything => Condition.True(exact: true),
        RecordPredicate.And and => All(and, TypeScope.Of(and, scope)),
        RecordPredicate.Or or => Alternative(() => Some([.. or.Parts.Select(part => Lower(part, scope))])),
        RecordPredicate.Not not => Alternative(() => Negated(not.Part, scope)),
        RecordPredicate.OfType of => Types(of.Types),
        RecordPredicate.InCategory of => Classes(of),
        RecordPredicate.HasCode code => code.Codes.Count == 0 ? Condition.Never
            : new($"(code is not null and code in ({List(code.Codes.Select(one => (object)keys.Token(TokenKind.Code, one.Code)).Distinct())}))", IsExact: false),
        RecordPredicate.HasCoding coding => Holding(TokenKind.Code, coding.Coding.Code),
        RecordPredicate.Identifier identifier => Holding(TokenKind.Identifier, identifier.Value),
        RecordPredicate.Reference reference => Holding(TokenKind.Reference, reference.Target),
        RecordPredicate.DateOverlaps date => Overlaps(date),
        RecordPredicate.CareOverlaps care => InCare(care),
        RecordPredicate.UpdatedBetween updated => Updated(updated),
        RecordPredicate.ById ids => Seqs(ids.Ids.Select(seqOf).ToHashSet(), exact: true),
        RecordPredicate.Parameter parameter => Value(parameter, scope),
        RecordPredicate.ReferenceTo to => Pointing(to, scope),
        RecordPredicate.ReferencedBy by => Seqs([.. chains.Sources(by).Select(one => one.Seq)], exact: false),
        _ => Condition.True(exact: false),
    };

    /// <summary>Whether a record without a date can never be found.</summary>
    public static bool NeedsDate(RecordPredicate predicate, IReadOnlyList<string>? scope) => predicate switch
    {
        RecordPredicate.And and => and.Parts.Any(part => NeedsDate(part, TypeScope.Of(and, scope))),
        RecordPredicate.Or or => or.Parts.All(part => NeedsDate(part, scope)),
        RecordPredicate.DateOverlaps date => date.From is not null || date.To is not null,
        RecordPredicate.Parameter { Test: DateTest } parameter => FollowMainDate(parameter.Name, scope),
        _ => false,
    };

    private Condition All(RecordPredicate.And and, IReadOnlyList<string>? scope)
    {
        var conditions = and.Parts.Select(part => Lower(part, scope)).ToList();
        string[] texts = [.. conditions.Where(one => one.Text is not null).Select(one => one.Text!)];
        return new Condition(texts.Length switch { 0 => null, 1 => texts[0], _ => Joined(" and ", texts) }, conditions.All(one => one.IsExact));
    }

    private static Condition Some(List<Condition> conditions)
    {
        if (conditions.Count == 0)
            return Condition.Never;
        var exact = conditions.All(one => one.IsExact);
        if (conditions.Any(one => one.Text is null))
            return Condition.True(exact);
        return new Condition(conditions.Count == 1 ? conditions[0].Text : Joined(" or ", [.. conditions.Select(one => one.Text!)]), exact);
    }

    // SQLite takes expressions of 1,000 levels, and in a row each word is one: many are joined as a tree.
    private static string Joined(string word, ReadOnlySpan<string> texts) =>
        texts.Length <= MostInARow ? $"({string.Join(word, texts)})" : $"({Joined(word, texts[..(texts.Length / 2)])}{word}{Joined(word, texts[(texts.Length / 2)..])})";

    private Condition Negated(RecordPredicate part, IReadOnlyList<string>? scope)
    {
        var mark = _parameters.Count;
        var inner = Lower(part, scope);
        if (inner.IsExact)
            return inner.Text is null ? Condition.Never : new Condition($"not {inner.Text}", IsExact: true);
        _parameters.RemoveRange(mark, _parameters.Count - mark);
        return Condition.True(exact: false);
    }

    private static Condition Types(IReadOnlyList<string> types) =>
        types.Count == 0 ? Condition.Never
        : new(
            types.Count == 1 ? string.Create(CultureInfo.InvariantCulture, $"type = {ResourceTypes.NumberOf(types[0])}")
            : $"type in ({string.Join(',', types.Select(ResourceTypes.NumberOf).Distinct().Order().Select(one => one.ToString(CultureInfo.InvariantCulture)))})",
            IsExact: true);

    private Condition Classes(RecordPredicate.InCategory of)
    {
        ulong asked = 0;
        foreach (var category in of.Categories)
            asked |= 3UL << ((int)category << 1);
        return new Condition($"(({Add((long)keys.Classes.ApplyMask(asked))} >> class) & 1) <> 0", IsExact: true);
    }

    private Condition Overlaps(RecordPredicate.DateOverlaps date)
    {
        if (date is { From: null, To: null })
            return Condition.True(exact: true);
        var text = new StringBuilder("(date_from is not null");
        if (date.From is { } from)
            text.Append(" and date_to > ").Append(Add(Time.MillisDown(from)));
        if (date.To is { } to)
            text.Append(" and date_from < ").Append(Add(Time.MillisUp(to)));
        return new Condition(text.Append(')').ToString(), IsExact: true);
    }

    // What the column does not know is looked at itself.
    private Condition InCare(RecordPredicate.CareOverlaps care)
    {
        var overlaps = Overlaps(new RecordPredicate.DateOverlaps(care.From, care.To));
        return overlaps.Text is null ? overlaps : new Condition($"(date_from is null or {overlaps.Text} or {Types(CareTime.Apart).Text})", IsExact: false);
    }

    private Condition Updated(RecordPredicate.UpdatedBetween updated)
    {
        if (updated is { From: null, To: null })
            return Condition.True(exact: true);
        var from = updated.From is { } since ? $"updated >= {Add(MicrosUp(since))}" : null;
        var to = updated.To is { } until ? $"updated < {Add(MicrosUp(until))}" : null;
        return new Condition($"({string.Join(" and ", new[] { from, to }.Where(one => one is not null))})", IsExact: true);
    }

    /// <summary>Stored times are whole microseconds: at or after an instant is at or after the next whole one.</summary>
    public static long MicrosUp(DateTimeOffset time) => Time.Micros(time.AddTicks(TimeSpan.TicksPerMicrosecond - 1));

    private Condition Value(RecordPredicate.Parameter parameter, IReadOnlyList<string>? scope)
    {
        if (scope is null or { Count: 0 })
            return Condition.True(exact: false);
        if (parameter.Test is DateTest date && FollowMainDate(parameter.Name, scope))
            return MainDate(date);
        var known = scope.Select(type => SearchParameters.Find(type, parameter.Name).Value).ToList();
        return Same(known, one => one.NeedsCode(parameter.Test)) is { } code ? ReferenceEquals(parameter, byMainCode) && _alternatives == 0 && MainCode is null ? Main(code) : Holding(TokenKind.Code, code)
            : Same(known, one => one.NeedsIdentifier(parameter.Test)) is { } identifier ? Holding(TokenKind.Identifier, identifier)
            : Same(known, one => one.NeedsReference(parameter.Test)) is { } reference && !ToPatient(reference) ? Holding(TokenKind.Reference, reference)
            : Condition.True(exact: false);
    }

    // Nearly every record of a resident refers to their Patient: to look for it in the tokens of row after row narrows nothing.
    private static bool ToPatient(string reference) => reference.StartsWith("Patient/", StringComparison.Ordinal);

    private static string? Same(List<SearchParameter> known, Func<SearchParameter, string?> needs) => known.All(one => needs(one) is not null) ? needs(known[0]) : null;

    private static bool FollowMainDate(string name, IReadOnlyList<string>? scope) =>
        scope is { Count: > 0 } && scope.All(type => SearchParameters.Find(type, name).Value.FollowsMainDate);

    // As DateTest.Holds says it, over the columns.
    private Condition MainDate(DateTest test)
    {
        var (from, to) = DateTest.Millis(test.Date);
        var text = test.Prefix switch
        {
            SearchPrefix.Equal => $"date_from >= {Add(from)} and date_to <= {Add(to)}",
            SearchPrefix.NotEqual => $"not (date_from >= {Add(from)} and date_to <= {Add(to)})",
            SearchPrefix.Greater => $"date_to > {Add(to)}",
            SearchPrefix.Less => $"date_from < {Add(from)}",
            // Wider than asked for by what straddles an edge; one comparison walks an index where two joined by or do not.
            SearchPrefix.GreaterOrEqual => $"date_to >= {Add(from)}",
            SearchPrefix.LessOrEqual => $"date_from <= {Add(to)}",
            SearchPrefix.StartsAfter => $"date_from >= {Add(to)}",
            SearchPrefix.EndsBefore => $"date_to <= {Add(from)}",
            _ => $"date_from < {Add(to)} and date_to > {Add(from)}",
        };
        return new Condition($"(date_from is not null and {text})", IsExact: false);
    }

    private Condition Pointing(RecordPredicate.ReferenceTo to, IReadOnlyList<string>? scope)
    {
        // Whatever is contained may be what is asked for: only the record itself tells.
        IReadOnlyCollection<string> targets = [.. chains.Targets(to), PackedTokens.Contained];
        if (targets.Count > MostTokens || scope is null or { Count: 0 })
            return Condition.True(exact: false);
        // Asking of one target whether the parameter needs it in the index asks it of all.
        if (Same([.. scope.Select(type => SearchParameters.Find(type, to.Name).Value)], one => one.NeedsReference(new ReferenceTest("Type/id"))) is null)
            return Condition.True(exact: false);
        var tokens = Filled([.. targets.Select(target => (object)PackedTokens.Bytes(keys.Token(TokenKind.Reference, target)))]);
        return new Condition($"({string.Join(" or ", tokens.Select(token => Contains("tokens", Add(token))))})", IsExact: false);
    }

    private Condition Seqs(HashSet<long> seqs, bool exact)
    {
        seqs.Remove(-1);
        return seqs.Count == 0 ? new Condition(Condition.False, exact)
            : seqs.Count > MostSeqs ? Condition.True(exact: false)
            : new Condition($"seq in ({List(seqs.Order().Select(seq => (object)seq))})", exact);
    }

    private Condition Holding(TokenKind kind, string text) =>
        new(Contains("tokens", Add(PackedTokens.Bytes(keys.Token(kind, text)))), IsExact: false);

    private Condition Alternative(Func<Condition> lower)
    {
        _alternatives++;
        var condition = lower();
        _alternatives--;
        return condition;
    }

    private Condition Main(string code) => new(MainCode = $"(code = {Add(keys.Token(TokenKind.Code, code))})", IsExact: false);

    private string Contains(string column, string parameter)
    {
        Scans = true;
        return database.Contains(column, parameter);
    }

    private string List(IEnumerable<object> values) => string.Join(',', Filled([.. values]).Select(Add));

    // To the next power of two, by the first of them: lists of 5 to 8 are one statement.
    private static List<object> Filled(List<object> values)
    {
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)values.Count);
        while (values.Count < size)
            values.Add(values[0]);
        return values;
    }

    private string Add(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"@v{_parameters.Count}");
        _parameters.Add((name, value));
        return name;
    }
}
