using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>The record that a condition stands for, in an address or in <c>If-None-Exist</c>, among those the caller may see.</summary>
internal sealed class ByCondition(Call call)
{
    /// <summary>Null when there is none. Error <c>change.ambiguous</c> when there are several, and those of <see cref="Query"/> and of the search.</summary>
    public async Task<Result<StoredRecord?>> Find(string type, IReadOnlyList<(string Name, string Value)> parameters, CancellationToken cancel)
    {
        var condition = Query(type, parameters);
        if (!condition.IsOk)
            return condition.Error;
        var residents = await call.Residents(cancel);
        if (!residents.IsOk)
            return residents.Error;
        var found = new List<StoredRecord>();
        foreach (var resident in residents.Value)
        {
            var page = await call.Vault.Search(call.Caller.Actor, resident, call.Caller.ReadPurpose, condition.Value with { Limit = 2, BeforeOpening = call.Cost.Walk(resident) }, cancel);
            // A condition that was not looked at to the end has not found nothing.
            if (!page.IsOk && page.Error.Code is not "gate.refused")
                return page.Error;
            if (page.IsOk)
                found.AddRange(page.Value.Records);
        }

        return found.Count > 1 ? new Error("change.ambiguous", "The condition finds more than one record.") : Result.Of(found.FirstOrDefault());
    }

    /// <summary>What a condition asks, within the scopes: it is computed over what the caller may see, as a search is.</summary>
    public Result<RecordQuery> Query(string type, IReadOnlyList<(string Name, string Value)> parameters)
    {
        var within = call.Within(type, ScopeActions.Search);
        if (!within.IsOk)
            return within.Error;
        // Left out, they would make the condition another one than was asked; what they do to an answer, a condition has no use for.
        foreach (var (name, _) in parameters)
        {
            if (name.Split(':')[0] is "_include" or "_revinclude" or "_sort" or "_count" or "_total" or "_elements" or "_summary" or "_type" or PageLink.Parameter)
                return new Error("query.parameter", $"The parameter '{name.Split(':')[0]}' shapes the answer of a search; a condition takes search parameters alone.");
        }

        var parsed = new SearchParser(call, lenient: false).Parse([type], parameters);
        if (!parsed.IsOk)
            return parsed.Error;
        return parsed.Value.Where is RecordPredicate.And { Parts.Count: > 1 } where
            ? new RecordQuery { Where = new RecordPredicate.And([where, within.Value]), Order = RecordOrder.Stored }
            : new Error("query.value", "A condition names at least one search parameter.");
    }
}
