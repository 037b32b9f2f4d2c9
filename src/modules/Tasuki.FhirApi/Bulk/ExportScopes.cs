using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Bulk;

/// <summary>What scopes leave of a type to be exported: what they let be read and let be searched, be it said in one scope (<c>.rs</c>) or in two (<c>.r</c> and <c>.s</c>, which SMART holds for the same).</summary>
internal static class ExportScopes
{
    private static readonly ScopeActions[] Each = [ScopeActions.Read, ScopeActions.Search];

    /// <summary>Null: nothing of it.</summary>
    public static RecordPredicate? Within(Call call, string type)
    {
        var parts = new List<RecordPredicate>();
        foreach (var action in Each)
        {
            if (call.Within(type, action) is not { IsOk: true } within)
                return null;
            if (within.Value is not RecordPredicate.Everything)
                parts.Add(within.Value);
        }

        return parts.Count == 0 ? new RecordPredicate.Everything() : call.Within(type, ScopeActions.Reading) is { IsOk: true } both && IsSaidTogether(call.Caller.Scopes, type) ? both.Value : new RecordPredicate.And(parts);
    }

    /// <summary>The types of which something can be exported.</summary>
    public static IEnumerable<string> Open(Call call) => HeldTypes.Records.Where(type => Within(call, type) is not null);

    /// <summary>Whatever part of the type these scopes gave, the others give too.</summary>
    public static bool Cover(SmartScopes now, SmartScopes made, string type) =>
        Each.All(action => made.Resources.Where(scope => IsOf(scope, type) && scope.Actions.HasFlag(action)).All(scope => now.Covers(scope with { Type = type, Actions = action })));

    private static bool IsSaidTogether(SmartScopes scopes, string type) =>
        scopes.Resources.Where(scope => IsOf(scope, type)).All(scope => (scope.Actions & ScopeActions.Reading) is ScopeActions.Reading or ScopeActions.None);

    private static bool IsOf(SmartScope scope, string type) => scope.Context is ScopeContext.System && (scope.Type is null || string.Equals(scope.Type, type, StringComparison.Ordinal));
}
