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
    /// <summary>The newest ones of each section.</summary>
    public const int MostEach = 50;

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
        return more.IsOk ? new Answer(200, new SummaryWriter(call.Root, MadeId.New, call.Clock.GetUtcNow()).Write(patient.Value, sections, more.Value)) : Failures.Answer(more.Error);
    }

    private async Task<Result<IReadOnlyList<StoredRecord>>> Find(Session session, SummarySection section, CancellationToken cancel)
    {
        var open = section.Types.Select(type => (Type: type, Within: call.Within(type, ScopeActions.Search))).Where(one => one.Within.IsOk)
            .Select(RecordPredicate (one) => new RecordPredicate.And([new RecordPredicate.OfType([one.Type]), one.Within.Value, .. section.Only is { } only ? [only] : Array.Empty<RecordPredicate>()])).ToList();
        if (open.Count == 0)
            return Result.Of<IReadOnlyList<StoredRecord>>([]);
        var query = new RecordQuery { Where = new RecordPredicate.Or(open), Order = RecordOrder.NewestDateFirst, Limit = MostEach, BeforeOpening = call.Cost.Walk(session.Resident) };
        var page = await session.Search(query, cancel);
        return page.IsOk ? Result.Of<IReadOnlyList<StoredRecord>>([.. page.Value.Records.Where(record => !SummaryText.IsError(record.Resource.Json))]) : page.Error;
    }

    // What the entries refer to stands in the document too, where it is open and not too much.
    private async Task<Result<IReadOnlyList<StoredRecord>>> Referred(ResidentNo resident, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        var everything = new SearchRequest([], new RecordPredicate.Everything(), null) { Includes = [new IncludeRule(null, null, null, Reverse: false, Iterate: false)] };
        var found = await new Includes(call).Of(everything, [.. from.DistinctBy(record => record.Id, StringComparer.Ordinal).Select(record => ((ResidentNo?)resident, record))], [resident], cancel);
        return found is { IsOk: false, Error.Code: "query.size" } ? Result.Of<IReadOnlyList<StoredRecord>>([]) : found;
    }
}
