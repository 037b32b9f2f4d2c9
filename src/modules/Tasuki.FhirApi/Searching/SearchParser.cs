using System.Globalization;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

/// <summary>
/// From the parameters of a search to one predicate. Whatever is not understood is refused with its name (never with its value), or with <c>handling=lenient</c> said
/// and left out: an answer is never wider than what was asked without a word about it.
/// </summary>
internal sealed class SearchParser(Call call, bool lenient)
{
    public const int LargestCount = 1_000;

    private const int MostSortKeys = 5;

    // A chain goes level by level into the stack, and every value becomes a part of the question.
    private const int LongestName = 500;
    private const int LongestSearch = 256 * 1024;
    private const int MostIncludes = 30;

    // Of these one is meant, and which would be a guess.
    private static readonly HashSet<string> Once = new(StringComparer.Ordinal) { "_count", "_sort", "_total", "_summary", "_elements", "_type" };
    private static readonly HashSet<string> Formats = new(StringComparer.Ordinal) { "_format", "_pretty" };

    private readonly List<string> _leftOut = [];
    private readonly List<(string Name, string Value)> _understood = [];

    /// <param name="types">One for a search of a type, several for one of the whole.</param>
    public Result<SearchRequest> Parse(IReadOnlyList<string> types, IReadOnlyList<(string Name, string Value)> parameters)
    {
        if (parameters.Any(one => one.Name.Length > LongestName) || parameters.Sum(one => (long)one.Name.Length + one.Value.Length) > LongestSearch)
            return new Error("query.size", $"The name of a parameter has at most {LongestName} characters, and all parameters of a search together {LongestSearch / 1024} KB.");
        if (parameters.Select(one => one.Name).Where(Once.Contains).GroupBy(one => one, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any()) is { Key: var twice })
            return new Error("query.value", $"The parameter '{twice}' is given once; several values stand in it with commas between.");
        if (parameters.Where(one => one.Name is "_type").Select(one => one.Value).LastOrDefault() is { } wanted)
        {
            var named = wanted.Split(',');
            if (named.FirstOrDefault(type => !HeldTypes.Has(type)) is not null)
                return new Error("query.value", "The parameter '_type' names a type this server does not hold.");
            if (named.FirstOrDefault(HeldTypes.IsView) is { } view)
                return new Error("query.value", $"The parameter '_type' names {view} beside other types: it is a view, and asked for alone.");
            types = named;
        }

        var parts = new List<RecordPredicate> { new RecordPredicate.OfType(types) };
        var request = new SearchRequest(types, new RecordPredicate.Everything(), null);
        HashSet<ResidentNo>? residents = null;
        foreach (var (name, value) in parameters)
        {
            var result = name is "_type" ? Result.Of(request) : name.StartsWith('_') ? Control(request, name, value) : new Error("query.parameter", "");
            if (result.Error is { Message.Length: 0 })
            {
                var predicate = Predicate(types, name, value);
                if (predicate.IsOk)
                {
                    parts.Add(predicate.Value);
                    Narrow(types, name, value, ref residents);
                    _understood.Add((name, value));
                    continue;
                }

                result = predicate.Error;
            }

            if (result.IsOk)
            {
                request = result.Value;
                _understood.Add((name, value));
            }
            else if (lenient && result.Error.Code is "query.parameter" or "query.modifier" or "query.sort")
            {
                _leftOut.Add(result.Error.Message);
            }
            else
            {
                return result.Error;
            }
        }

        return request with { Where = new RecordPredicate.And(parts), Residents = residents, LeftOut = _leftOut, Understood = _understood };
    }

    // The parameters of the result, and those of every resource. An empty sentence: it is no control.
    private static Result<SearchRequest> Control(SearchRequest request, string name, string value)
    {
        switch (name)
        {
            case "_count":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                    return new Error("query.value", "The parameter '_count' is a whole number from 0.");
                return count == 0 ? request with { Summary = SummaryMode.Count } : request with { Count = Math.Min(count, LargestCount) };
            case "_sort":
                return Sorted(request, value);
            case "_total":
                return value switch
                {
                    "none" or "estimate" => request with { Total = false },
                    "accurate" => request with { Total = true },
                    _ => new Error("query.value", "The parameter '_total' is none, estimate or accurate."),
                };
            case "_summary":
                return value switch
                {
                    "true" => request with { Summary = SummaryMode.True },
                    "text" => request with { Summary = SummaryMode.Text },
                    "data" => request with { Summary = SummaryMode.Data },
                    "count" => request with { Summary = SummaryMode.Count },
                    "false" => request with { Summary = SummaryMode.None },
                    _ => new Error("query.value", "The parameter '_summary' is true, text, data, count or false."),
                };
            case "_elements":
                return Elements(request, value);
            case "_include" or "_include:iterate" or "_include:recurse":
                return Included(request, value, reverse: false, iterate: name.Length > "_include".Length);
            case "_revinclude" or "_revinclude:iterate" or "_revinclude:recurse":
                return Included(request, value, reverse: true, iterate: name.Length > "_revinclude".Length);
            default:
                return Formats.Contains(name) ? request : new Error("query.parameter", "");
        }
    }

    // Elements of the resource itself, such as 'status' or 'Observation.status'; what lies deeper comes with what it lies in.
    private static Result<SearchRequest> Elements(SearchRequest request, string value)
    {
        var elements = new List<string>();
        foreach (var one in value.Split(',', StringSplitOptions.TrimEntries))
        {
            var dot = one.IndexOf('.', StringComparison.Ordinal);
            var (of, name) = dot < 0 ? (request.Types, one) : ([one[..dot]], one[(dot + 1)..]);
            if ((dot > 0 && !request.Types.Contains(of[0], StringComparer.Ordinal)) || !of.Any(type => SummaryElements.Knows(type, name)))
                return new Error("query.value", "The parameter '_elements' is a list of elements that the types asked for have at their top, such as 'status' or 'value'.");
            elements.Add(name);
        }

        return request with { Elements = elements };
    }

    private static Result<SearchRequest> Sorted(SearchRequest request, string value)
    {
        var keys = value.Split(',').Select(one => one.StartsWith('-') ? new SortKey(one[1..], Descending: true) : new SortKey(one, Descending: false)).ToList();
        if (keys.Count > MostSortKeys || !keys.TrueForAll(key => HasOrder(request.Types, key.Name)))
        {
            return new Error("query.sort", $"Results are sorted by '_lastUpdated', '_id' or a search parameter that every type asked for has and that is no composite, or by up to {MostSortKeys} of them with "
                + "commas between; a minus before one turns it round.");
        }

        request = request with { IsSorted = true, AskedKeys = keys };
        return keys switch
        {
            [("_lastUpdated", var newest)] => request with { Order = newest ? RecordOrder.NewestUpdateFirst : RecordOrder.OldestUpdateFirst },
            [var (name, newest)] when request.Types.All(type => SearchParameters.Find(type, name) is { IsOk: true, Value.FollowsMainDate: true }) =>
                request with { Order = newest ? RecordOrder.NewestDateFirst : RecordOrder.OldestDateFirst },
            _ => request with { SortKeys = keys },
        };
    }

    private static bool HasOrder(IReadOnlyList<string> types, string name) =>
        name is "_id" or "_lastUpdated" || types.All(type => SearchParameters.Find(type, name) is { IsOk: true, Value.Kind: not SearchKind.Composite });

    private static Result<SearchRequest> Included(SearchRequest request, string value, bool reverse, bool iterate)
    {
        var parts = value.Split(':');
        var word = reverse ? "_revinclude" : "_include";
        if (request.Includes.Count >= MostIncludes)
            return new Error("query.size", $"A search has at most {MostIncludes} includes.");
        if (parts is ["*"] && reverse)
            return new Error("query.value", "The parameter '_revinclude' names a type: Type:parameter.");
        if (parts is ["*"])
            return request with { Includes = [.. request.Includes, new IncludeRule(null, null, null, reverse, iterate)] };
        if (reverse && !iterate && parts is ["Provenance", "target"])
            return request with { Includes = [.. request.Includes, new IncludeRule(parts[0], parts[1], null, reverse, iterate)] };
        if (parts.Length is < 2 or > 3 || !HeldTypes.IsRecord(parts[0]) || (parts.Length == 3 && !HeldTypes.IsRecord(parts[2])))
            return new Error("query.value", $"The parameter '{word}' reads Type:parameter or Type:parameter:TargetType, with types of records this server holds.");
        if (parts[1] is "*")
            return request with { Includes = [.. request.Includes, new IncludeRule(parts[0], null, parts.ElementAtOrDefault(2), reverse, iterate)] };
        var found = SearchParameters.Find(parts[0], parts[1]);
        if (!found.IsOk || found.Value.Kind is not SearchKind.Reference || found.Value.IsWithin)
            return new Error("query.value", $"The parameter '{word}' names a search parameter of {parts[0]} that is not known or refers to nothing.");
        return request with { Includes = [.. request.Includes, new IncludeRule(parts[0], parts[1], parts.ElementAtOrDefault(2), reverse, iterate)] };
    }

    private Result<RecordPredicate> Predicate(IReadOnlyList<string> types, string name, string value)
    {
        if (name.StartsWith("_has:", StringComparison.Ordinal))
            return Has(name, value);
        switch (name)
        {
            case "_id":
                return new RecordPredicate.ById(ValueParser.Split(value, ','));
            case "_lastUpdated":
                return Any(ValueParser.Split(value, ','), Updated);
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0)
            return Chained(types, name[..dot], name[(dot + 1)..], value);
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var (plain, modifier) = colon < 0 ? (name, null) : (name[..colon], name[(colon + 1)..]);
        if (types.Select(type => SearchParameters.Find(type, plain)).FirstOrDefault(one => !one.IsOk) is { Error: { } unknown })
            return unknown.Message.Contains('\'', StringComparison.Ordinal) ? unknown : new Error("query.parameter", $"The search parameter '{ValueParser.Harmless(plain)}' is not known for {string.Join(", ", types.Take(3))}.");
        switch (modifier)
        {
            case "missing":
                return value switch
                {
                    "true" => new RecordPredicate.Missing(plain),
                    "false" => new RecordPredicate.Not(new RecordPredicate.Missing(plain)),
                    _ => new Error("query.value", $"The search parameter '{plain}:missing' is true or false."),
                };
            case "not" when types.All(type => SearchParameters.Find(type, plain).Value.Kind is SearchKind.Token):
                return Values(types, plain, null, value).Map(RecordPredicate (some) => new RecordPredicate.Not(some));
            case "not-in":
                return Values(types, plain, "in", value).Map(RecordPredicate (some) => new RecordPredicate.Not(some));
            default:
                return Values(types, plain, modifier, value);
        }
    }

    // All values of one name side by side are an or; each must be understood for every type.
    private Result<RecordPredicate> Values(IReadOnlyList<string> types, string name, string? modifier, string value) =>
        Any(ValueParser.Split(value, ','), one =>
        {
            RecordPredicate? predicate = null;
            foreach (var type in types)
            {
                var test = ValueParser.Parse(SearchParameters.Find(type, name).Value, modifier, one, call.Root);
                if (!test.IsOk)
                    return test.Error;
                predicate ??= new RecordPredicate.Parameter(name, test.Value);
            }

            return Result.Of(predicate!);
        });

    private Result<RecordPredicate> Has(string name, string value)
    {
        // _has:Type:reference:parameter, and the last may be another _has.
        var parts = name.Split(':', 4);
        if (parts.Length < 4 || !HeldTypes.IsRecord(parts[1]))
            return new Error("query.parameter", "The parameter '_has' reads _has:Type:reference:parameter, with a type this server holds.");
        if (SearchParameters.Find(parts[1], parts[2]) is not { IsOk: true, Value.Kind: SearchKind.Reference })
            return new Error("query.parameter", $"The parameter '_has' names a search parameter of {parts[1]} that is not known or refers to nothing.");
        // Whether such a record is there is told only to whom may search for it.
        var within = call.Within(parts[1], ScopeActions.Search);
        if (!within.IsOk)
            return within.Error;
        return Predicate([parts[1]], parts[3], value).Map(RecordPredicate (by) => new RecordPredicate.ReferencedBy(parts[1], parts[2], Both(within.Value, by)));
    }

    private Result<RecordPredicate> Chained(IReadOnlyList<string> types, string head, string rest, string value)
    {
        var colon = head.IndexOf(':', StringComparison.Ordinal);
        var (name, target) = colon < 0 ? (head, null) : (head[..colon], head[(colon + 1)..]);
        var targets = new List<string>();
        foreach (var type in types)
        {
            var found = SearchParameters.Find(type, name);
            if (!found.IsOk)
                return found.Error;
            if (found.Value.Kind is not SearchKind.Reference || found.Value.IsWithin)
                return new Error("query.parameter", $"The search parameter '{name}' of {type} refers to no record, so nothing can be chained to it.");
            targets.AddRange(found.Value.Targets.Where(one => HeldTypes.IsRecord(one) && (target is null || string.Equals(one, target, StringComparison.Ordinal))));
        }

        // Of a reference to several types those are meant that have the parameter.
        var first = rest.Split(['.', ':'], 2)[0];
        var possible = targets.Distinct(StringComparer.Ordinal).Where(type => first is "_id" or "_has" or "_lastUpdated" || SearchParameters.Find(type, first).IsOk).ToList();
        if (possible.Count == 0)
            return new Error("query.parameter", $"No type that the search parameter '{name}' refers to has the parameter '{ValueParser.Harmless(first)}'.");
        // What stands in the record at the other end is told only to whom may read it.
        var open = possible.Select(type => (Type: type, Within: call.Within(type, ScopeActions.Read))).Where(one => one.Within.IsOk).ToList();
        if (open.Count == 0)
            return Call.Insufficient;
        var inner = open.Select(one => Predicate([one.Type], rest, value).Map(RecordPredicate (some) => new RecordPredicate.And([new RecordPredicate.OfType([one.Type]), Both(one.Within.Value, some)]))).ToList();
        return inner.FirstOrDefault(one => !one.IsOk) is { Error: { } wrong } ? wrong
            : new RecordPredicate.ReferenceTo(name, inner.Count == 1 ? inner[0].Value : new RecordPredicate.Or([.. inner.Select(one => one.Value)]));
    }

    private static RecordPredicate Both(RecordPredicate within, RecordPredicate asked) => within is RecordPredicate.Everything ? asked : new RecordPredicate.And([within, asked]);

    private static Result<RecordPredicate> Updated(string value)
    {
        var (prefix, rest) = ValueParser.PrefixOf(value);
        if (FhirDate.Parse(rest) is not { } date)
            return new Error("query.value", "The parameter '_lastUpdated' is a date or time, with a prefix or without.");
        return prefix switch
        {
            SearchPrefix.Equal => new RecordPredicate.UpdatedBetween(date.From, date.To),
            SearchPrefix.NotEqual => new RecordPredicate.Not(new RecordPredicate.UpdatedBetween(date.From, date.To)),
            SearchPrefix.Greater or SearchPrefix.StartsAfter => new RecordPredicate.UpdatedBetween(date.To, null),
            SearchPrefix.GreaterOrEqual => new RecordPredicate.UpdatedBetween(date.From, null),
            SearchPrefix.Less or SearchPrefix.EndsBefore => new RecordPredicate.UpdatedBetween(null, date.From),
            SearchPrefix.LessOrEqual => new RecordPredicate.UpdatedBetween(null, date.To),
            _ => new RecordPredicate.UpdatedBetween(date.From, date.To),
        };
    }

    // A search that names patients runs over those alone; whether they may be seen is the gate's.
    private void Narrow(IReadOnlyList<string> types, string name, string value, ref HashSet<ResidentNo>? residents)
    {
        var ids = name is "_id" && types is ["Patient"] ? ValueParser.Split(value, ',')
            : name is "patient" or "subject" or "patient:Patient" or "subject:Patient" && types.All(type => SearchParameters.Find(type, name.Split(':')[0]).Value.Targets.Contains("Patient", StringComparer.Ordinal))
                ? [.. ValueParser.Split(value, ',').Select(one => one[(one.LastIndexOf('/') + 1)..])] : null;
        if (ids is null)
            return;
        var named = ids.Select(call.ResidentOf).OfType<ResidentNo>().ToHashSet();
        if (residents is null)
            residents = named;
        else
            residents.IntersectWith(named);
    }

    private static Result<RecordPredicate> Any(List<string> values, Func<string, Result<RecordPredicate>> parse)
    {
        var parsed = values.ConvertAll(value => parse(value));
        return parsed.Find(one => !one.IsOk) is { Error: { } wrong } ? wrong : parsed is [var only] ? only : new RecordPredicate.Or([.. parsed.Select(one => one.Value)]);
    }
}
