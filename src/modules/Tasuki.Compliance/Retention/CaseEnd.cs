using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;

namespace Tasuki.Compliance.Retention;

/// <summary>When something closed is kept no longer. A municipality counts from the April after the year it was closed in, a company from the day itself; both to be checked against the document rules (文書管理規程).</summary>
internal static class CaseEnd
{
    /// <summary>Days after which something that should have gone is overdue.</summary>
    public const int Late = 2;

    /// <summary>From that day on something closed on a day is not kept any more.</summary>
    public static DateOnly Of(DateOnly closed, int years, OperatorKind kind)
    {
        var from = LegalRegime.For(kind, new OrdinanceSettings()).IsPublic ? new DateOnly(closed.Month >= 4 ? closed.Year + 1 : closed.Year, 4, 1) : closed;
        return from.AddYears(years);
    }
}
