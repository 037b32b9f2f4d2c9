using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Registers;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;

namespace Tasuki.Compliance.Probes;

/// <summary>Whether the scope was decided by somebody, within a year.</summary>
internal sealed class ScopeProbe(ScopeBook scopes, TimeProvider clock) : IProbe
{
    public const string Id = "scope.decided";

    public async Task<Finding> Look(CancellationToken cancel)
    {
        if ((await scopes.Now(cancel)).Taken is not { } taken)
            return Finding.Bad("undecided");
        var day = TokyoDay.Of(taken.At);
        var said = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return day.AddYears(1) <= clock.Today() ? Finding.Bad("old", said) : Finding.Good("decided", said);
    }
}

/// <summary>Whether the operator's own sheet on the basic guideline was signed, and so published, within a year.</summary>
internal sealed class SelfCheckProbe(SheetBook sheets, TimeProvider clock) : IProbe
{
    public const string Id = "sheet.signed";

    public async Task<Finding> Look(CancellationToken cancel)
    {
        if (await sheets.Newest(CheckSheet.Provider, cancel) is not { } signed)
            return Finding.Bad("never");
        var day = TokyoDay.Of(signed.At);
        var said = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return day.AddYears(1) <= clock.Today() ? Finding.Bad("old", said) : Finding.Good("signed", said);
    }
}

/// <summary>Whether the recurring jobs run, those that erase and sweep among them: none has given up, none waits for more than a day.</summary>
internal sealed class JobsProbe(TasukiDb db, TimeProvider clock) : IProbe
{
    public async Task<Finding> Look(CancellationToken cancel)
    {
        var late = clock.GetUtcNow().AddDays(-1);
        var failed = await db.Set<Job>().CountAsync(j => j.State == JobState.Failed, cancel);
        var waiting = await db.Set<Job>().CountAsync(j => j.State == JobState.Waiting && j.Due < late, cancel);
        var done = await db.Set<Job>().CountAsync(j => j.State == JobState.Done && j.Due >= late, cancel);
        return failed + waiting > 0
            ? Finding.Bad("stuck", failed.ToString(CultureInfo.InvariantCulture), waiting.ToString(CultureInfo.InvariantCulture))
            : done == 0 ? Finding.Bad("idle") : Finding.Good("run", done.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Whether the clock has not gone back behind what was already recorded: periods of the law hang on it.</summary>
internal sealed class ClockProbe(TasukiDb db, TimeProvider clock) : IProbe
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var newest = await db.Set<EvidenceRow>().OrderByDescending(e => e.No).Select(e => (DateTimeOffset?)e.At).FirstOrDefaultAsync(cancel);
        var now = clock.GetUtcNow();
        return newest > now + Slack ? Finding.Bad("back", ((int)(newest.Value - now).TotalSeconds).ToString(CultureInfo.InvariantCulture)) : Finding.Good("forward");
    }
}

/// <summary>The newest backup, and the newest that was restored to try it; both leave evidence when they are made.</summary>
internal sealed class BackupProbe(EvidenceBook book, TimeProvider clock) : IProbe
{
    public const string Made = "backup.made";
    public const string Tried = "backup.drill";

    private const int DaysBetween = 7;
    private const int DaysBetweenDrills = 190;

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var (made, tried) = (await book.Newest<ProbeContent>(EvidenceKind.Act, Made, cancel), await book.Newest<ProbeContent>(EvidenceKind.Act, Tried, cancel));
        var today = clock.Today();
        if (made is null)
            return Finding.Bad("never");
        if (TokyoDay.Of(made.At).AddDays(DaysBetween) < today)
            return Finding.Bad("old", Day(made.At));
        if (tried is null)
            return Finding.Bad("untried", Day(made.At));
        if (!tried.Holds)
            return Finding.Bad("drill-failed", Day(tried.At));
        return TokyoDay.Of(tried.At).AddDays(DaysBetweenDrills) < today ? Finding.Bad("drill-old", Day(tried.At)) : Finding.Good("kept", Day(made.At), Day(tried.At));
    }

    private static string Day(DateTimeOffset at) => TokyoDay.Of(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>Certificates in the register: none has expired or does so within thirty days. Where there is none there is nothing to warn of.</summary>
internal sealed class CertificateProbe(RegisterBook registers, TimeProvider clock) : IProbe
{
    private const int Warned = 30;

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var today = clock.Today();
        var lines = await registers.Lines(Register.Certificates, cancel);
        if (lines.Select(l => (DateOnly?)l.Content.ReviewBy).Min() is not { } first)
            return Finding.Good("none");
        var day = first.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return first <= today ? Finding.Bad("expired", day) : first.AddDays(-Warned) <= today ? Finding.Bad("soon", day) : Finding.Good("valid", day);
    }
}
