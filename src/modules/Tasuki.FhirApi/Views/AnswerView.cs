using Tasuki.FhirApi.Interactions;
using Tasuki.FhirApi.Operations;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>Whatever is asked of a view at its own address.</summary>
internal sealed class AnswerView(Call call, ISeal seal)
{
    private static readonly Error Unknown = new("interaction.unknown", "There is no such address. A view is read and searched; it has no versions.");

    public Task<Answer> Run(IView view, Interaction request, CancellationToken cancel) => (request.Method, request.Path) switch
    {
        ("GET", [_]) or ("POST", [_, "_search"]) when request.Query.Any(one => one.Name is "_type") => Task.FromResult(Failures.Answer(Dispatcher.OneType)),
        ("GET", [_]) or ("POST", [_, "_search"]) => new SearchView(call, seal).Run(view, request.Query, new SearchPlace(view.Type), request.Prefer.Lenient, cancel),
        ("POST", [_]) => Task.FromResult(Ruled(view, RuledAction.Create, ScopeActions.Create)),
        ("PUT", [_]) => Task.FromResult(Ruled(view, RuledAction.Create, ScopeActions.Update)),
        ("POST", [var type, "$validate"]) => new Validate(call).Run(type, null, request, cancel),
        ("GET", [_, "_history"] or [_, ['$', ..]]) => Task.FromResult(Failures.Answer(Unknown)),
        ("GET", [_, var id]) => Read(view, id, request, cancel),
        ("PUT", [_, var id]) => new EndConsent(call).Run(view, id, RuledAction.Update, request, cancel),
        ("PATCH", [_, var id]) => new EndConsent(call).Run(view, id, RuledAction.Patch, request, cancel),
        ("DELETE", [_, var id]) => new EndConsent(call).Run(view, id, RuledAction.Delete, request, cancel),
        _ => Task.FromResult(Failures.Answer(Unknown)),
    };

    private async Task<Answer> Read(IView view, string id, Interaction request, CancellationToken cancel)
    {
        var within = call.Within(view.Type, ScopeActions.Read);
        if (!within.IsOk)
            return Failures.Answer(within.Error);
        return await Patients.Find(call, view, id, cancel) is var (found, of) && new ViewMatch(view, of.Patient).Holds(within.Value, found)
            ? ReadRecords.Shown(call, found, request) : Failures.Answer(Failures.Missing);
    }

    private Answer Ruled(IView view, RuledAction action, ScopeActions scope) =>
        Failures.Answer(call.Within(view.Type, scope).Error ?? WriteRules.Refusal(view.Type, action, call.Caller.Kind, RecordStanding.New) ?? Unknown);
}

internal static class Patients
{
    /// <summary>A view's resource and whose it is; null for all that is not there or not open.</summary>
    public static async Task<(StoredRecord Found, ViewOf Of)?> Find(Call call, IView view, string id, CancellationToken cancel) =>
        view.ResidentOf(call, id) is { } resident && call.May(resident) && await Of(call, resident, cancel) is { } of && await view.One(of, id, cancel) is { } found ? (found, of) : null;

    /// <summary>Null when the gate does not open.</summary>
    public static async Task<ViewOf?> Of(Call call, ResidentNo resident, CancellationToken cancel)
    {
        var session = await call.Session(resident, write: false, cancel);
        if (!session.IsOk)
            return null;
        if (call.Caller.Resident == resident && call.Caller.Patient is { } launched)
            return new ViewOf(call, session.Value, resident, launched);
        // The first record of every account is the person's own.
        var own = await session.Value.Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, cancel);
        return new ViewOf(call, session.Value, resident, own is { IsOk: true, Value.Records: [var patient] } ? patient.Id : null);
    }
}
