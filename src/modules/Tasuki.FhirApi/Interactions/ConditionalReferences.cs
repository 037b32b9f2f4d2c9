using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// References of a transaction that are searches, <c>Type?parameters</c> (R4, http, 3.1.0.11.2): each must find exactly one record, a person's or a shared one, that the caller may search.
/// One that says what another entry is created or updated by leads to that entry.
/// </summary>
internal sealed class ConditionalReferences(Call call)
{
    private readonly Dictionary<string, (string Reference, string? Id)> _found = new(StringComparer.Ordinal);
    private IReadOnlyList<ResidentNo>? _residents;

    /// <summary>Puts what they find into the entries that create or update. The first that cannot be resolved is the answer.</summary>
    /// <param name="referred">The persons' records that were found, each with the entry that refers to it.</param>
    public async Task<(int Index, Answer Refused)?> Resolve(List<Interaction> entries, List<(int Index, string Id)> referred, CancellationToken cancel)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Method is not ("POST" or "PUT"))
                continue;
            var searches = Searches(entries[i].Body);
            foreach (var search in searches)
            {
                if (await Resolve(search, entries, cancel) is { } refused)
                    return (i, refused);
                if (_found[search].Id is { } one)
                    referred.Add((i, one));
            }

            if (searches.Count == 0)
                continue;
            entries[i] = entries[i] with
            {
                Body = ResourceLinks.Rewrite(entries[i].Body, link => link.IsReference && _found.TryGetValue(WrittenReferences.Own(link.Text, call.Root), out var found) ? found.Reference : null),
            };
        }

        return null;
    }

    private static Answer None(string type) => new(422, Outcome.Of(new Issue("error", "not-found", $"A reference that is a search ({type}?…) finds no record that this caller may search.")));

    private List<string> Searches(ReadOnlyMemory<byte> body)
    {
        var searches = new List<string>();
        if (body.Span.Contains((byte)'?'))
        {
            ResourceLinks.Rewrite(body, link =>
            {
                if (link.IsReference && WrittenReferences.Own(link.Text, call.Root) is var own && WrittenReferences.IsConditional(own))
                    searches.Add(own);
                return null;
            });
        }

        return searches;
    }

    private async Task<Answer?> Resolve(string search, List<Interaction> entries, CancellationToken cancel)
    {
        if (_found.ContainsKey(search))
            return null;
        var question = search.IndexOf('?', StringComparison.Ordinal);
        var (type, text) = (search[..question], search[(question + 1)..]);
        if (QueryText.Fault(text) is { } broken)
            return Failures.Answer(broken);
        var parameters = QueryText.Parse(text);
        for (var i = 0; i < entries.Count; i++)
        {
            if (!IsAskedBy(entries[i], type, parameters))
                continue;
            _found[search] = (BundleReferences.NameOf(i), null);
            return null;
        }

        if (!HeldTypes.IsRecord(type))
            return Failures.Answer(new Error("type.unknown", $"A reference that is a search asks for {type}, and records of this type are not held here."));
        var found = await Find(type, parameters, entries, cancel);
        if (!found.IsOk)
            return Failures.Answer(found.Error);
        if (found.Value is not [var one])
        {
            return found.Value.Count > 1 ? Failures.Answer(new Error("change.ambiguous", $"A reference that is a search ({type}?…) finds more than one record.")) : None(type);
        }

        _found[search] = (one.Reference, one.IsShared ? null : one.Id);
        return null;
    }

    private static bool IsAskedBy(Interaction entry, string type, IReadOnlyList<(string Name, string Value)> parameters) =>
        entry is { Path: [var of] } && string.Equals(of, type, StringComparison.Ordinal)
        && (entry.Method is "PUT" ? entry.Query : entry is { Method: "POST", IfNoneExist: { } text } && QueryText.Fault(text) is null ? QueryText.Parse(text) : []).SequenceEqual(parameters);

    private async Task<Result<List<StoredRecord>>> Find(string type, IReadOnlyList<(string Name, string Value)> parameters, List<Interaction> entries, CancellationToken cancel)
    {
        var condition = new ByCondition(call).Query(type, parameters);
        if (!condition.IsOk)
            return condition.Error;
        if (_residents is null)
        {
            var residents = await Residents(entries, cancel);
            if (!residents.IsOk)
                return residents.Error;
            _residents = residents.Value;
        }

        var records = new List<StoredRecord>();
        foreach (var resident in _residents)
        {
            var page = await call.Vault.Search(call.Caller.Actor, resident, call.Caller.ReadPurpose, condition.Value with { Limit = 2, BeforeOpening = call.Cost.Walk(resident) }, cancel);
            if (!page.IsOk && page.Error.Code is not "gate.refused")
                return page.Error;
            if (page.IsOk)
                records.AddRange(page.Value.Records);
        }

        if (!SharedTypes.Has(type))
            return records;
        var shared = await call.Shared.Search(condition.Value with { Limit = 2 }, cancel);
        return shared.Map(page => (List<StoredRecord>)[.. records, .. page.Records]);
    }

    // The one person whom the entries name, where they name one: another person's record is nothing to them.
    private async Task<Result<IReadOnlyList<ResidentNo>>> Residents(List<Interaction> entries, CancellationToken cancel)
    {
        var named = new HashSet<ResidentNo>();
        foreach (var entry in entries)
        {
            if (entry is { Method: not "GET", Path: [_, var id] } && call.ResidentOf(id) is { } changed)
                named.Add(changed);
            if (entry.Method is not ("POST" or "PUT"))
                continue;
            ResourceLinks.Rewrite(entry.Body, link =>
            {
                if (link.IsReference && WrittenReferences.Own(link.Text, call.Root).Split('/') is ["Patient", var patient, ..] && call.ResidentOf(patient) is { } one)
                    named.Add(one);
                return null;
            });
        }

        return named.Count == 1 ? Result.Of<IReadOnlyList<ResidentNo>>([.. named]) : await call.Residents(cancel);
    }
}
