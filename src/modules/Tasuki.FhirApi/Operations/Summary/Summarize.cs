using Tasuki.FhirApi.Interactions;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>
/// <c>Patient/[id]/$summary</c> (International Patient Summary 2): a document of what this caller may see, made anew each time and stored nowhere. A section that is
/// empty says "not available" whether there is nothing or nothing is open: the two look alike.
/// </summary>
internal sealed class Summarize(Call call)
{
    /// <summary>As many of each section.</summary>
    public const int MostEach = 50;

    // Of a page behind the first.
    private const int MostMore = 500;

    /// <summary>The one profile that may be asked for.</summary>
    public const string Profile = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips";

    public async Task<Answer> Run(string id, Interaction request, CancellationToken cancel)
    {
        var input = OperationInput.Parameters(request);
        if (!input.IsOk)
            return Failures.Answer(input.Error);
        foreach (var (name, value) in input.Value)
        {
            if (name is not "profile" || value.Split('|')[0] is not Profile)
                return Failures.Answer(name is "profile" ? new Error("query.value", "The one profile a summary is made by is that of the International Patient Summary.") : new Error("query.parameter", "The operation takes the parameter 'profile'."));
        }

        var patient = await new ReadRecords(call).Find("Patient", id, cancel);
        if (!patient.IsOk)
            return Failures.Answer(patient.Error);
        var resident = call.ResidentOf(id)!.Value;
        var session = await call.Session(resident, write: false, cancel);
        if (!session.IsOk)
            return Failures.Answer(session.Error);
        var sections = new List<(SummarySection, IReadOnlyList<StoredRecord>)>();
        foreach (var section in SummarySection.All)
        {
            var found = await Find(session.Value, section, cancel);
            if (!found.IsOk)
                return Failures.Answer(found.Error);
            if (found.Value.Count > 0 || section.Required)
                sections.Add((section, found.Value));
        }

        var more = await Referred(resident, [patient.Value, .. sections.SelectMany(one => one.Item2)], cancel);
        return more.IsOk ? new Answer(200, new SummaryWriter(call.Root, DrawnId.Urn, call.Clock.GetUtcNow()).Write(patient.Value, sections, more.Value)) : Failures.Answer(more.Error);
    }

    // What is so now before all others, then the newest, until the section is full: what does not stand in it takes no place.
    private async Task<Result<IReadOnlyList<StoredRecord>>> Find(Session session, SummarySection section, CancellationToken cancel)
    {
        var (now, rest) = (new List<StoredRecord>(), new List<StoredRecord>());
        var lasting = section.Kinds.Where(kind => kind.Lasts).ToList();
        if (lasting.Count > 0 && await Walk(session, lasting, (record, standing) =>
        {
            if (standing is Standing.Now)
                now.Add(record);
            else if (rest.Count < MostEach)
                rest.Add(record);
            return now.Count < MostEach;
        }, cancel) is { } wrong)
        {
            return wrong;
        }

        if (now.Count < MostEach && lasting.Count < section.Kinds.Count)
        {
            var known = now.Select(record => record.Id).ToHashSet(StringComparer.Ordinal);
            rest.Clear();
            if (await Walk(session, section.Kinds, (record, _) =>
            {
                if (known.Add(record.Id))
                    rest.Add(record);
                return now.Count + rest.Count < MostEach;
            }, cancel) is { } broken)
            {
                return broken;
            }
        }

        return Result.Of<IReadOnlyList<StoredRecord>>([.. now.Concat(rest).Take(MostEach)]);
    }

    // Newest first over what is open, page after page, until it is enough.
    private async Task<Error?> Walk(Session session, IReadOnlyList<SummaryKind> kinds, Func<StoredRecord, Standing, bool> take, CancellationToken cancel)
    {
        var open = kinds.Select(kind => (kind.Type, kind.Only, Within: call.Within(kind.Type, ScopeActions.Search))).Where(one => one.Within.IsOk)
            .Select(RecordPredicate (one) => new RecordPredicate.And([new RecordPredicate.OfType([one.Type]), one.Within.Value, .. one.Only is { } only ? [only] : Array.Empty<RecordPredicate>()])).ToList();
        if (open.Count == 0)
            return null;
        var query = new RecordQuery { Where = new RecordPredicate.Or(open), Order = RecordOrder.NewestDateFirst, Limit = MostEach, BeforeOpening = call.Cost.Walk(session.Resident) };
        while (true)
        {
            var page = await session.Search(query, cancel);
            if (!page.IsOk)
                return page.Error;
            foreach (var record in page.Value.Records)
            {
                if (SummaryText.Standing(record.Resource.Json).Standing is not Standing.Out and var standing && !take(record, standing))
                    return null;
            }

            if (page.Value.Next is null)
                return null;
            query = query with { After = page.Value.Next, Limit = MostMore };
        }
    }

    // What the entries refer to stands in the document too, where it is open; where that is too much, what names the medicines does.
    private async Task<Result<IReadOnlyList<StoredRecord>>> Referred(ResidentNo resident, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        var found = await Referred("*", resident, from, cancel);
        return found is { IsOk: false, Error.Code: "query.size" } ? await Referred("medication", resident, from, cancel) : found;
    }

    private Task<Result<IReadOnlyList<StoredRecord>>> Referred(string parameter, ResidentNo resident, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        var rule = new IncludeRule(null, parameter is "*" ? null : parameter, null, Reverse: false, Iterate: false);
        return new Includes(call).Of(
            new SearchRequest([], new RecordPredicate.Everything(), null) { Includes = [rule] }, [.. from.DistinctBy(record => record.Id, StringComparer.Ordinal).Select(record => ((ResidentNo?)resident, record))], [resident], cancel);
    }
}
