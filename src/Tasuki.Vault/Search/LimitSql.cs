using System.Globalization;
using System.Text;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.Search;

/// <summary>The session's limit as a predicate. It stands in every statement over records, on every way to them.</summary>
internal static class LimitSql
{
    /// <param name="mask">The classes of the limit, narrowed by a query where it names categories; not yet permuted.</param>
    public static void Append(StringBuilder sql, List<(string, object?)> parameters, SessionLimit limit, ResidentKeys keys, ulong mask, string alias = "")
    {
        // "<> 0", not "= 1": PostgreSQL takes an equality of which it knows nothing for rare, and then sorts a resident's records instead of walking an index.
        sql.Append(CultureInfo.InvariantCulture, $" and ((@classes >> {alias}class) & 1) <> 0");
        parameters.Add(("@classes", (long)keys.Classes.ApplyMask(mask)));
        if (limit.PeriodFrom is { } from)
        {
            sql.Append(CultureInfo.InvariantCulture, $" and {alias}date_to > @periodfrom");
            parameters.Add(("@periodfrom", from));
        }

        if (limit.PeriodTo is { } to)
        {
            sql.Append(CultureInfo.InvariantCulture, $" and {alias}date_from < @periodto");
            parameters.Add(("@periodto", to));
        }
    }
}
