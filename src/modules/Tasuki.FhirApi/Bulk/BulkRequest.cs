using System.Text.Json;
using System.Text.RegularExpressions;
using Tasuki.Fhir;
using Tasuki.FhirApi.Interactions;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Bulk;

/// <summary>What an app asked to be exported, as it was understood. Lies sealed: a filter's values may be a person's.</summary>
/// <param name="Url">The whole address of the kick-off, as it was sent, for the manifest.</param>
/// <param name="Scopes">Of the token it was asked with.</param>
/// <param name="Filters">Pairs of type and query.</param>
/// <param name="LeftOut">With <c>handling=lenient</c>: sentences for the manifest's errors.</param>
internal sealed partial record BulkRequest(string Url, string Root, string Scopes, string[] Types, DateTimeOffset? Since, string[][] Filters, string[] LeftOut)
{
    public const string Ndjson = "application/fhir+ndjson";

    private static readonly string[] Once = ["_since", "_outputFormat"];

    private static readonly string[] NdjsonNames = [Ndjson, "application/ndjson", "ndjson"];

    /// <summary>
    /// From the parameters of a GET or of a POST's Parameters. Errors: <c>query.parameter</c>, <c>query.value</c>, <c>scope.insufficient</c> (a type asked for by name that the scopes do not
    /// cover), <c>resource.json</c>, and those of a search for a filter.
    /// </summary>
    public static Result<BulkRequest> Parse(Call call, Interaction kickOff)
    {
        var parameters = kickOff.Body.IsEmpty ? Result.Of(kickOff.Query) : FromBody(kickOff.Body);
        if (!parameters.IsOk)
            return parameters.Error;
        if (Once.FirstOrDefault(once => parameters.Value.Count(one => string.Equals(one.Name, once, StringComparison.Ordinal)) > 1) is { } twice)
            return new Error("query.value", $"The parameter '{twice}' is given once.");
        var lenient = kickOff.Prefer.Lenient;
        var url = kickOff.Url ?? $"{call.Root}/{string.Join('/', kickOff.Path)}{PageLink.Query(kickOff.Query)}";
        var request = new BulkRequest(url, call.Root, call.Caller.Scopes.ToString(), [], null, [], []);
        foreach (var (name, value) in parameters.Value)
        {
            var read = Read(call, request, name, value, lenient);
            if (read.IsOk)
                request = read.Value;
            else if (lenient && read.Error.Code is "query.parameter" or "query.modifier" or "type.unknown")
                request = request with { LeftOut = [.. request.LeftOut, "Left out of the export: " + read.Error.Message] };
            else
                return read.Error;
        }

        var open = ExportScopes.Open(call).ToHashSet(StringComparer.Ordinal);
        if (request.Types.Length == 0 && !parameters.Value.Any(one => one.Name is "_type"))
            request = request with { Types = [.. HeldTypes.Records.Where(open.Contains)] };
        else if (request.Types.Length == 0)
            return new Error("query.value", "The parameter '_type' names no type that this server exports: nothing would be left to be exported.");
        if (request.Types.Length == 0 || !request.Types.All(open.Contains))
            return new Error("scope.insufficient", "The token's scopes do not cover reading and searching what was asked for.");
        return request.Filters.FirstOrDefault(filter => !request.Types.Contains(filter[0], StringComparer.Ordinal)) is null ? request
            : new Error("query.value", "The parameter '_typeFilter' names a type that '_type' leaves out.");
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static BulkRequest FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<BulkRequest>(json)!;

    /// <summary>What of one resident's records is exported: the types, within the scopes and filters.</summary>
    public RecordPredicate Where(Call call)
    {
        var narrowed = new List<RecordPredicate>();
        foreach (var type in Types)
        {
            List<RecordPredicate> parts = [new RecordPredicate.OfType([type])];
            if (ExportScopes.Within(call, type) is not RecordPredicate.Everything and { } within)
                parts.Add(within);
            var filters = Filters.Where(filter => filter[0] == type).Select(filter => Filter(call, type, filter[1], lenient: true).Value.Where).ToList();
            if (filters.Count > 0)
                parts.Add(new RecordPredicate.Or(filters));
            narrowed.Add(parts is [var only] ? only : new RecordPredicate.And(parts));
        }

        RecordPredicate where = narrowed.TrueForAll(one => one is RecordPredicate.OfType) ? new RecordPredicate.OfType(Types) : new RecordPredicate.And([new RecordPredicate.OfType(Types), new RecordPredicate.Or(narrowed)]);
        return Since is { } since ? new RecordPredicate.And([where, new RecordPredicate.UpdatedBetween(since, null)]) : where;
    }

    private static Result<BulkRequest> Read(Call call, BulkRequest request, string name, string value, bool lenient)
    {
        switch (name)
        {
            case "_outputFormat":
                return NdjsonNames.Contains(value.Replace(' ', '+'), StringComparer.Ordinal) ? request : new Error("query.value", $"The parameter '_outputFormat' is {Ndjson}.");
            case "_since":
                return FhirDate.Parse(value.Replace(' ', '+')) is { } since ? request with { Since = since.From } : new Error("query.value", "The parameter '_since' is a date or time.");
            case "_type":
                foreach (var type in value.Split(',', StringSplitOptions.TrimEntries))
                {
                    if (HeldTypes.IsRecord(type))
                        request = request with { Types = [.. request.Types.Append(type).Distinct(StringComparer.Ordinal)] };
                    else if (lenient)
                        request = request with { LeftOut = [.. request.LeftOut, "Left out of the export: a type in '_type' that is not exported here."] };
                    else
                        return new Error("query.value", "The parameter '_type' names a type this server does not export.");
                }

                return request;
            case "_typeFilter":
                return AddFilters(call, request, value, lenient);
            default:
                return name is "_format" or "_pretty" ? request : new Error("query.parameter", $"The export does not know the parameter '{ValueParser.Harmless(name)}'.");
        }
    }

    // A comma stands between queries as well as within them: a new query starts with a type and a question mark.
    private static Result<BulkRequest> AddFilters(Call call, BulkRequest request, string value, bool lenient)
    {
        foreach (var one in BetweenFilters().Split(value))
        {
            var question = one.IndexOf('?', StringComparison.Ordinal);
            if (question < 0 || !HeldTypes.IsRecord(one[..question]))
                return new Error("query.value", "The parameter '_typeFilter' reads Type?parameter=value, with a type this server holds.");
            var (type, query) = (one[..question], one[(question + 1)..]);
            if (QueryText.Fault(query) is { } broken)
                return broken;
            var filter = Filter(call, type, query, lenient);
            if (!filter.IsOk)
                return filter.Error;
            request = request with
            {
                Filters = [.. request.Filters, [type, query]], LeftOut = [.. request.LeftOut, .. filter.Value.LeftOut.Select(sentence => "Left out of the export: " + sentence)],
            };
        }

        return request;
    }

    private static Result<SearchRequest> Filter(Call call, string type, string query, bool lenient)
    {
        var parameters = QueryText.Parse(query);
        // What shapes an answer, instead of choosing records, has no meaning in a file.
        if (parameters.Any(one => one.Name.StartsWith('_') && one.Name is not ("_id" or "_lastUpdated" or "_tag" or "_profile" or "_security" or "_source") && !one.Name.StartsWith("_has:", StringComparison.Ordinal)))
            return new Error("query.value", "A query in '_typeFilter' takes search parameters only, none that shapes or orders an answer.");
        return new SearchParser(call, lenient).Parse([type], parameters);
    }

    private static Result<IReadOnlyList<(string Name, string Value)>> FromBody(ReadOnlyMemory<byte> body)
    {
        if (JsonText.Fault(body.Span) is { } fault)
            return fault;
        var wrong = new Error("resource.json", "The body of a kick-off is a Parameters resource whose parameters have a name and a value each.");
        var found = new List<(string, string)>();
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("resourceType", out var type) || !type.ValueEquals("Parameters"u8))
                return wrong;
            if (!root.TryGetProperty("parameter", out var list))
                return found;
            foreach (var one in list.EnumerateArray())
            {
                var value = one.EnumerateObject().FirstOrDefault(property => property.Name.StartsWith("value", StringComparison.Ordinal)).Value;
                if (one.TryGetProperty("name", out var name) && name.GetString() is { } word && value.ValueKind is JsonValueKind.String)
                    found.Add((word, value.GetString()!));
                else if (name.ValueKind is JsonValueKind.String && value.ValueKind is not JsonValueKind.String)
                    found.Add((name.GetString()!, ""));
                else
                    return wrong;
            }

            return found;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return wrong;
        }
    }

    [GeneratedRegex(",(?=[A-Z][A-Za-z]+\\?)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BetweenFilters();
}
