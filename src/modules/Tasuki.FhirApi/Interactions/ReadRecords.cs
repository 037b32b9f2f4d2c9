using System.Buffers;
using System.Globalization;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>read, vread and history.</summary>
internal sealed class ReadRecords(Call call)
{
    private static readonly Error PastNeedsWhole = new("scope.insufficient", "The past is shown to scopes without conditions only.");

    public async Task<Answer> Read(string type, string id, Interaction interaction, CancellationToken cancel)
    {
        var found = await Find(type, id, cancel);
        if (found.IsOk)
            return Shown(call, found.Value, interaction);
        return await WentFrom(type, id, found.Error, cancel) is not null ? Deleted : Failures.Answer(found.Error);
    }

    /// <summary>What was found, in the shape that was asked for.</summary>
    public static Answer Shown(Call call, StoredRecord found, Interaction interaction)
    {
        var shape = RecordShapes.Whole;
        foreach (var (name, value) in interaction.Query.Where(one => one.Name is not ("_format" or "_pretty")))
        {
            var request = name is "_summary" or "_elements" ? new SearchParser(call, lenient: false).Parse([found.Type], [(name, value)]) : new Error("query.parameter", "A read takes the parameters '_summary', '_elements' and '_format'.");
            if (!request.IsOk)
                return Failures.Answer(request.Error);
            shape = RecordShapes.Of(request.Value);
        }

        return interaction.IfNoneMatch is { } known && Tags.Hold(known, found.Version)
            ? new Answer(304, default) { Version = found.Version, LastModified = found.Updated } : Answered(found, shape);
    }

    public async Task<Answer> ReadVersion(string type, string id, string version, Interaction interaction, CancellationToken cancel)
    {
        // A version of another record's past would show what today's does not.
        var standing = await Find(type, id, cancel);
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return Failures.Answer(standing.Error ?? Failures.Missing);
        if (!standing.IsOk)
        {
            return await WentFrom(type, id, standing.Error, cancel) is { } gone && number >= 1 && number <= gone.Version ? Deleted : Failures.Answer(standing.Error);
        }

        if (number == standing.Value.Version)
            return Shown(call, standing.Value, interaction);
        // A condition was held against the version that stands, and an earlier one may not meet it.
        if (call.Within(type, ScopeActions.Read) is { IsOk: true, Value: not RecordPredicate.Everything })
            return Failures.Answer(PastNeedsWhole);
        // Of what is shared only the version that stands is kept.
        if (call.ResidentOf(id) is not { } whose)
            return Failures.Answer(Failures.Missing);
        var session = await call.Session(whose, write: false, cancel);
        var found = session.IsOk ? await session.Value.ReadVersion(id, number, cancel) : session.Error;
        return found.IsOk && string.Equals(found.Value.Type, type, StringComparison.Ordinal) ? Shown(call, found.Value, interaction) : Failures.Answer(Failures.Missing);
    }

    /// <summary>The version that says that a record was deleted, for a caller who sees the past of the type; null for all else, which is missing.</summary>
    public async Task<RecordVersion?> Gone(string type, string id, CancellationToken cancel)
    {
        if (call.ResidentOf(id) is not { } whose)
            return null;
        var session = await call.Session(whose, write: false, cancel);
        return session.IsOk && await session.Value.History(id, [], null, 1, null, cancel) is { IsOk: true, Value.Versions: [{ Record: null } last] } && string.Equals(last.Type, type, StringComparison.Ordinal)
            ? last : null;
    }

    /// <param name="id">Null for all records of the type; <paramref name="type"/> null for all. Of whomever shares with the caller.</param>
    public async Task<Answer> History(string? type, string? id, Interaction interaction, CancellationToken cancel)
    {
        // SMART App Launch 2.2: the past of one record is read, that of a type or of all is searched.
        var action = id is null ? ScopeActions.Search : ScopeActions.Read;
        var types = type is null ? call.Open(action) : call.Within(type, action) is { IsOk: true } within ? [(type, within.Value)] : [];
        if (types.Count == 0)
            return Failures.Answer(new Error("scope.insufficient", "The token's scopes do not cover this."));
        if (types.Any(one => one.Item2 is not RecordPredicate.Everything))
            return Failures.Answer(PastNeedsWhole);
        var options = Options(interaction);
        if (!options.IsOk)
            return Failures.Answer(options.Error);
        var residents = id is null ? await call.Residents(cancel) : call.ResidentOf(id) is { } whose ? Result.Of<IReadOnlyList<ResidentNo>>([whose]) : Failures.Missing;
        if (!residents.IsOk)
            return Failures.Answer(residents.Error);
        var (count, since, after) = options.Value;
        IReadOnlyList<string> names = id is null ? [.. types.Select(one => one.Item1)] : [];
        var found = residents.Value is [var resident] ? await Past(resident, type, id, names, options.Value, cancel) : await new PastOfMany(call, residents.Value, names, since).Page(count, after, cancel);
        if (!found.IsOk)
            return Failures.Answer(found.Error);
        var path = $"{call.Root}/{string.Join('/', new[] { type, id, "_history" }.Where(part => part is not null))}";
        var bundle = new BundleWriter("history", call.Root, RecordShapes.Whole);
        List<(string, string)> links = [("self", path + PageLink.Query(interaction.Query))];
        if (found.Value.Next is { } next)
            links.Add(("next", path + PageLink.Query([.. interaction.Query.Where(one => one.Name is not PageLink.Parameter), (PageLink.Parameter, next)])));
        bundle.Links(links);
        foreach (var version in found.Value.Versions)
            bundle.Past(version);
        return new Answer(200, bundle.Done());
    }

    private async Task<Result<RecordHistory>> Past(
        ResidentNo resident, string? type, string? id, IReadOnlyList<string> types, (int Count, DateTimeOffset? Since, string? After) options, CancellationToken cancel)
    {
        // Each version is opened like a record that a search looks at, and counts like one.
        var walk = call.Cost.Walk(resident);
        if (walk() is { } dear)
            return dear;
        var session = await call.Session(resident, write: false, cancel);
        // Whether it is there for this caller is settled before its page: an empty one would tell of a record that is hidden.
        if (id is not null && !(session.IsOk && await session.Value.History(id, [], null, 1, null, cancel) is { IsOk: true, Value.Versions: [var newest, ..] } && string.Equals(newest.Type, type, StringComparison.Ordinal)))
            return Failures.Missing;
        var found = session.IsOk ? await session.Value.History(id, types, options.Since, options.Count, options.After, cancel) : session.Error;
        for (var i = 1; found.IsOk && i < found.Value.Versions.Count; i++)
        {
            if (walk() is { } stop)
                return stop;
        }

        return found;
    }

    /// <summary>Through the gate, within the scopes. Errors <c>record.missing</c>, <c>gate.refused</c>, which is answered alike, and <c>scope.insufficient</c>.</summary>
    public async Task<Result<StoredRecord>> Find(string type, string id, CancellationToken cancel)
    {
        var within = call.Within(type, ScopeActions.Read);
        if (!within.IsOk)
            return within.Error;
        if (call.Vault.IsShared(id))
            return await FindShared(type, id, within.Value, cancel);
        if (call.ResidentOf(id) is not { } resident)
            return Failures.Missing;
        if (within.Value is RecordPredicate.Everything)
        {
            var record = await call.Vault.Read(call.Caller.Actor, resident, call.Caller.ReadPurpose, id, cancel);
            return record is { IsOk: false, Error.Code: "gate.refused" } || (record.IsOk && string.Equals(record.Value.Type, type, StringComparison.Ordinal)) ? record : Failures.Missing;
        }

        var page = await call.Vault.Search(call.Caller.Actor, resident, call.Caller.ReadPurpose, OneOf(type, id, within.Value), cancel);
        return page is { IsOk: true, Value.Records: [var one] } ? one : Failures.Missing;
    }

    // Where the gate was closed or a condition narrows the scope, no past is seen, and so nothing that went.
    private async Task<RecordVersion?> WentFrom(string type, string id, Error notFound, CancellationToken cancel) =>
        notFound.Code is "record.missing" && call.Within(type, ScopeActions.Read) is { IsOk: true, Value: RecordPredicate.Everything } ? await Gone(type, id, cancel) : null;

    private async Task<Result<StoredRecord>> FindShared(string type, string id, RecordPredicate within, CancellationToken cancel) =>
        await call.Shared.Search(OneOf(type, id, within), cancel) is { IsOk: true, Value.Records: [var one] } ? one : Failures.Missing;

    private static RecordQuery OneOf(string type, string id, RecordPredicate within) =>
        new() { Where = new RecordPredicate.And([new RecordPredicate.OfType([type]), new RecordPredicate.ById([id]), within]), Order = RecordOrder.Stored, Limit = 1 };

    // What it said is not shown any more, not in its earlier versions either.
    private static Answer Deleted => new(410, Outcome.Of(new Issue("error", "deleted", "This record was deleted.")));

    private static Answer Answered(StoredRecord record, IRecordShape shape)
    {
        var output = new ArrayBufferWriter<byte>(record.Resource.Json.Length + 128);
        shape.Write(output, record);
        return new Answer(200, output.WrittenMemory) { Version = record.Version, LastModified = record.Updated };
    }

    private static Result<(int Count, DateTimeOffset? Since, string? After)> Options(Interaction interaction)
    {
        var (count, since, after) = (50, (DateTimeOffset?)null, (string?)null);
        foreach (var (name, value) in interaction.Query)
        {
            switch (name)
            {
                case "_count" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0:
                    count = Math.Min(number, SearchParser.LargestCount);
                    break;
                case "_since" when Fhir.FhirDate.Parse(value) is { } date:
                    since = date.From;
                    break;
                case PageLink.Parameter:
                    after = value;
                    break;
                case "_format" or "_pretty":
                    break;
                default:
                    return name is "_count" or "_since" ? new Error("query.value", $"The parameter '{name}' of a history is not of its form.")
                        : new Error("query.parameter", "A history takes the parameters '_count', '_since' and '_format'.");
            }
        }

        return (count, since, after);
    }
}
