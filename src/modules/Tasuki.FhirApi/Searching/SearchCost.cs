using System.Globalization;
using System.Runtime.InteropServices;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Searching;

/// <summary>
/// Counts what the searches of one request open and ends the one that is too dear: beyond <see cref="SearchLimits.Most"/> records of a person in one walk over them, or ten times as many of all persons
/// (<c>query.costly</c>), or when the request has become heavy and the caller's budget is used up or too many others run (<c>query.wait</c>).
/// </summary>
internal sealed class SearchCost(Call call, SearchBudget budget) : IDisposable
{
    // Of all persons together, in times of what may be opened of one.
    private const int MostPersons = 10;

    private readonly Dictionary<ResidentNo, int> _opened = [];
    private long _all;
    private bool _runs;

    /// <summary>Seconds after which what had to wait may be asked for again; null when nothing had to.</summary>
    public int? RetryAfter { get; private set; }

    private SearchLimits Limits => budget.Limits;

    /// <summary>To be asked before each record is opened in one walk over this person's records.</summary>
    public Func<Error?> Walk(ResidentNo resident)
    {
        var (opened, started) = (0, false);
        return () =>
        {
            if (++opened > Limits.Most)
                return TooCostly;
            if (++_all > (long)Limits.Most * MostPersons)
                return TooManyPersons;
            var all = ++CollectionsMarshal.GetValueRefOrAddDefault(_opened, resident, out _);
            if (all <= Limits.Heavy)
                return null;
            if (!started && Start(resident) is { } wait)
                return wait;
            started = true;
            // What was opened before the request became heavy counts too, once.
            budget.Draw(call.Caller.Actor, resident, all == Limits.Heavy + 1 ? all : 1);
            return null;
        };
    }

    public void Dispose()
    {
        if (_runs)
            budget.End();
        _runs = false;
    }

    private Error? Start(ResidentNo resident)
    {
        if (budget.Start(call.Caller.Actor, resident, alreadyRuns: _runs) is { } wait)
        {
            RetryAfter = (int)Math.Ceiling(wait.TotalSeconds);
            return new Error("query.wait", string.Create(CultureInfo.InvariantCulture,
                $"This search must look through more than {Limits.Heavy} records of one person, and such searches are as many as they may be: ask again in {RetryAfter} s, or narrow it by code or date."));
        }

        _runs = true;
        return null;
    }

    private Error TooManyPersons => new("query.costly", string.Create(CultureInfo.InvariantCulture,
        $"This request would look through more than {(long)Limits.Most * MostPersons} records of all persons together: name fewer persons, or narrow it by code or date."));

    private Error TooCostly => new("query.costly", string.Create(CultureInfo.InvariantCulture,
        $"This search would look through more than {Limits.Most} records of one person: narrow it by type, code or date."));
}
