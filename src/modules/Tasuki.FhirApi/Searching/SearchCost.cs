using System.Globalization;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Searching;

/// <summary>
/// Counts what one search opens and ends it when it is too dear: beyond <see cref="SearchLimits.Most"/> records of a person in one walk over them (<c>query.costly</c>), or
/// when it has become heavy and the caller's budget is used up or too many others run (<c>query.wait</c>).
/// </summary>
internal sealed class SearchCost(Call call) : IDisposable
{
    private readonly Dictionary<ResidentNo, int> _drawn = [];
    private TimeSpan _wait;
    private bool _runs;

    private SearchLimits Limits => call.Budget.Limits;

    /// <summary>To be asked before each record is opened in one walk over this person's records.</summary>
    public Func<Error?> Walk(ResidentNo resident)
    {
        var opened = 0;
        return () => ++opened > Limits.Most ? TooCostly : ++call.Opened(resident) > Limits.Heavy ? Heavy(resident) : null;
    }

    /// <summary>The answer to an error, which says how long to wait where that is why.</summary>
    public Answer Refused(Error error) => error.Code is "query.wait" ? Failures.Answer(error) with { RetryAfter = (int)Math.Ceiling(_wait.TotalSeconds) } : Failures.Answer(error);

    public void Dispose()
    {
        foreach (var (resident, opened) in _drawn)
            call.Budget.Draw(call.Caller.Actor, resident, opened);
        if (_runs)
            call.Budget.End();
    }

    // What was opened before the request became heavy counts too, once.
    private Error? Heavy(ResidentNo resident)
    {
        if (_drawn.TryGetValue(resident, out var drawn))
        {
            _drawn[resident] = drawn + 1;
            return null;
        }

        if (call.Budget.Start(call.Caller.Actor, resident, alreadyRuns: _runs) is { } wait)
        {
            _wait = wait;
            return new Error("query.wait", string.Create(CultureInfo.InvariantCulture,
                $"This search must look through more than {Limits.Heavy} records of one person, and such searches are as many as they may be: ask again in {Math.Ceiling(wait.TotalSeconds)} s, or narrow it by code or date."));
        }

        _runs = true;
        var all = call.Opened(resident);
        _drawn[resident] = all == Limits.Heavy + 1 ? all : 1;
        return null;
    }

    private Error TooCostly => new("query.costly", string.Create(CultureInfo.InvariantCulture,
        $"This search would look through more than {Limits.Most} records of one person: narrow it by type, code or date."));
}
