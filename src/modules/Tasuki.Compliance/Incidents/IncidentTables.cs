using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Incidents;

/// <summary>What became of the data. The numbers are stored: never renumber.</summary>
public enum IncidentEvent : byte
{
    /// <summary>Not classified yet.</summary>
    None = 0,

    /// <summary>漏えい</summary>
    Leak = 1,

    /// <summary>滅失</summary>
    Loss = 2,

    /// <summary>毀損</summary>
    Damage = 3,

    /// <summary>None of them: the service stood still, or nothing happened to the data.</summary>
    NoBreach = 4,
}

/// <summary>The numbers are stored: never renumber.</summary>
public enum IncidentCause : byte
{
    Unknown = 0,
    Attack = 1,
    Mistake = 2,
    LostThing = 3,
    Insider = 4,
    Fault = 5,
}

/// <summary>Whether the incident is reported. The numbers are stored: never renumber.</summary>
public enum IncidentDecision : byte
{
    None = 0,
    Report = 1,
    NoReport = 2,
}

/// <summary>How the persons heard of it. The numbers are stored: never renumber.</summary>
public enum IncidentNotice : byte
{
    None = 0,

    /// <summary>Each was told.</summary>
    Each = 1,

    /// <summary>Telling each was hard, and other measures protect them: publication and a desk.</summary>
    Instead = 2,
}

/// <summary>The nine items of a report (Rules art. 8(1)), in their order. The numbers are stored: never renumber.</summary>
public enum IncidentItem : byte
{
    Outline = 0,
    DataItems = 1,
    Persons = 2,
    Cause = 3,
    SecondaryDamage = 4,
    ResponseToPersons = 5,
    Publication = 6,
    Prevention = 7,
    Other = 8,
}

/// <summary>One step of the timeline. Public because components of pages are. The numbers are stored: never renumber.</summary>
public enum IncidentAct : byte
{
    Entered = 1,
    Classified = 2,
    Written = 3,
    Decided = 4,
    PreliminarySent = 5,
    FinalSent = 6,
    Told = 7,
    Noted = 8,
    Closed = 9,

    /// <summary>Whose records are affected was found in the access log.</summary>
    AffectedFound = 10,

    /// <summary>Notices went to those who have an inbox; of an exercise: they would have.</summary>
    NoticesSent = 11,
}

internal sealed class IncidentRow
{
    /// <summary>Random, so that the sealed columns know their row before it is stored.</summary>
    [Clear]
    public required long No { get; init; }

    [Clear("six random letters and digits of our own, which say nothing")]
    public required string Number { get; init; }

    /// <summary>An exercise: marked wherever it stands, and never counted.</summary>
    [Clear]
    public required bool Drill { get; init; }

    /// <summary>The operator under whose law it is, since it was known.</summary>
    [Clear]
    public required OperatorKind Operator { get; init; }

    /// <summary>When the first unit knew: the clocks run from that day.</summary>
    [Clear]
    public required DateTimeOffset Known { get; init; }

    [Clear]
    public required DateTimeOffset Entered { get; init; }

    [Clear]
    public IncidentEvent Event { get; set; }

    [Clear]
    public IncidentCause Cause { get; set; }

    /// <summary>It may be one, and is not certain.</summary>
    [Clear]
    public bool Suspected { get; set; }

    [Clear]
    public bool Protected { get; set; }

    [Clear]
    public bool Sensitive { get; set; }

    [Clear]
    public bool PropertyDamage { get; set; }

    [Clear]
    public bool ImproperPurpose { get; set; }

    [Clear]
    public bool OrdinanceSensitive { get; set; }

    /// <summary>How many persons, as far as known.</summary>
    [Clear]
    public int? Persons { get; set; }

    /// <summary>One bit for each <see cref="DataCategory"/> that is affected.</summary>
    [Clear]
    public int Categories { get; set; }

    [Clear]
    public IncidentDecision Decision { get; set; }

    [Clear]
    public DateOnly? Preliminary { get; set; }

    [Clear]
    public DateOnly? Final { get; set; }

    [Clear]
    public IncidentNotice Notice { get; set; }

    [Clear]
    public DateOnly? Told { get; set; }

    [Clear]
    public int? ToldPersons { get; set; }

    [Clear]
    public DateOnly? Closed { get; set; }

    /// <summary>How many steps its timeline has: it grows with each, so that a step taken away by SQL is missed.</summary>
    [Clear]
    public required int Steps { get; set; }

    /// <summary><see cref="IncidentAbout"/>.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] About { get; set; }

    /// <summary>Binds the whole row, what is sealed in it included.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    public BreachRules Rules => LegalRegime.For(Operator, new OrdinanceSettings()).Breach;

    /// <summary>Why the law asks a report. Nothing happened to the data: none.</summary>
    public IReadOnlyList<BreachTrigger> Triggers => Event is IncidentEvent.None or IncidentEvent.NoBreach
        ? [] : Rules.Triggers(new BreachFacts(Protected, Sensitive, PropertyDamage, ImproperPurpose, OrdinanceSensitive, Persons));

    public DateOnly KnownDay => TokyoDay.Of(Known);

    public Deadline PreliminaryDue => Clocks.Preliminary(KnownDay).Late;

    public Deadline FinalDue => Rules.Final(KnownDay, ImproperPurpose);

    /// <summary>Whether reports are awaited: one was decided, or nobody has decided yet though the law asks one.</summary>
    public bool AwaitsReport => Decision is IncidentDecision.Report || (Decision is IncidentDecision.None && (Triggers.Count > 0 || Event is IncidentEvent.None));

    /// <summary>The next report, until when. Null when none is awaited.</summary>
    public Deadline? NextDue => Closed is not null || !AwaitsReport ? null : Preliminary is null ? PreliminaryDue : Final is null ? FinalDue : null;

    public bool IsOverdue(DateOnly today) => NextDue?.IsPast(today) is true;

    public IEnumerable<DataCategory> Data => Enum.GetValues<DataCategory>().Where(c => (Categories >> (int)c & 1) != 0);
}

internal sealed class IncidentStepRow
{
    [Clear]
    public required long IncidentNo { get; init; }

    /// <summary>Counts from 1.</summary>
    [Clear]
    public required int Step { get; init; }

    [Clear]
    public required DateTimeOffset At { get; init; }

    /// <summary><see cref="IncidentStep"/>.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; init; }
}

/// <summary>Whom an incident affects, as it was found by one step of the timeline. A later finding is another row.</summary>
internal sealed class IncidentAffectedRow
{
    [Clear]
    public required long IncidentNo { get; init; }

    [Clear]
    public required int Step { get; init; }

    /// <summary><see cref="Affected.AffectedList"/>: numbers of residents, no name.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; init; }
}

/// <summary>What is written of an incident, as it lies sealed.</summary>
/// <param name="Items">The nine items in their order; null for what is not known yet.</param>
internal sealed record IncidentAbout(string Title, string?[] Items)
{
    public string? this[IncidentItem item] => (int)item < Items.Length ? Items[(int)item] : null;

    public bool IsComplete => Enum.GetValues<IncidentItem>().All(i => this[i] is not null);
}

/// <summary>A step as it lies sealed.</summary>
/// <param name="By">The officer's account.</param>
/// <param name="Value">What was decided, the day, the way.</param>
internal sealed record IncidentStep(IncidentAct Act, long By, string? Text, string? Value);

internal sealed class IncidentTables : IModelPart
{
    public const string Incident = "incident";
    public const string Step = "incident_step";
    public const string AffectedTable = "incident_affected";

    public void Add(ModelBuilder model)
    {
        model.Entity<IncidentRow>(e =>
        {
            e.ToTable(Incident).HasKey(i => i.No);
            e.Property(i => i.No).ValueGeneratedNever();
            e.Property(i => i.Number).HasMaxLength(12);
            e.HasIndex(i => i.Number).IsUnique();
            e.Ignore(i => i.Rules);
            e.Ignore(i => i.Triggers);
            e.Ignore(i => i.KnownDay);
            e.Ignore(i => i.PreliminaryDue);
            e.Ignore(i => i.FinalDue);
            e.Ignore(i => i.AwaitsReport);
            e.Ignore(i => i.NextDue);
            e.Ignore(i => i.Data);
        });
        model.Entity<IncidentAffectedRow>(e => e.ToTable(AffectedTable).HasKey(a => new { a.IncidentNo, a.Step }));
        model.Entity<IncidentStepRow>(e => e.ToTable(Step).HasKey(s => new { s.IncidentNo, s.Step }));
    }
}
