using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>Names of texts for what the register says.</summary>
internal static class OrganisationWords
{
    public static string State(OrganisationState state) => "state-" + state.ToString().ToLowerInvariant();

    public static string Kind(OrganisationKind kind) => "kind-" + kind.ToString().ToLowerInvariant();

    public static string Problem(Error error) => error.Code is "organisation.missing" ? "problem-again" : "problem-" + error.Code.Replace('.', '-');

    /// <summary>Of the badge.</summary>
    public static string KindOf(OrganisationState state) => state switch
    {
        OrganisationState.Confirmed => "success", OrganisationState.Suspended or OrganisationState.LiftAsked => "error", OrganisationState.Ended => "neutral", _ => "warning",
    };
}
