using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Requests;

/// <summary>What is asked for under the Act. The numbers are stored: never renumber.</summary>
public enum RequestKind : byte
{
    /// <summary>開示</summary>
    Disclosure = 1,

    /// <summary>訂正、追加、削除</summary>
    Correction = 2,

    /// <summary>利用停止、消去、提供の停止</summary>
    Stop = 3,
}

/// <summary>The numbers are stored: never renumber.</summary>
public enum RequestBy : byte
{
    Person = 1,

    /// <summary>法定代理人</summary>
    LegalRepresentative = 2,

    /// <summary>委任を受けた代理人</summary>
    Agent = 3,
}

/// <summary>The numbers are stored: never renumber.</summary>
public enum RequestChannel : byte
{
    Counter = 1,
    Post = 2,
    Online = 3,
}

/// <summary>The numbers are stored: never renumber.</summary>
public enum RequestState : byte
{
    Received = 1,

    /// <summary>A correction of the request is awaited: the clock stands.</summary>
    Correcting = 2,
    Decided = 3,

    /// <summary>What was granted was handed over or carried out; or nothing was granted and nothing is left to do.</summary>
    Done = 4,
    Withdrawn = 5,

    /// <summary>Given to the municipality that entrusted the work.</summary>
    PassedOn = 6,
}

/// <summary>How the identity of whoever asks was checked. The numbers are stored: never renumber.</summary>
public enum IdentityCheck : byte
{
    NotYet = 0,

    /// <summary>One official document with a photograph.</summary>
    Photo = 1,

    /// <summary>Two official documents without one.</summary>
    TwoDocuments = 2,

    /// <summary>Copies by post, with a recent certificate of residence.</summary>
    Copies = 3,

    /// <summary>The person's own session, signed in with a strong factor.</summary>
    SignedIn = 4,
}

/// <summary>The numbers are stored: never renumber.</summary>
public enum RequestExtension : byte
{
    None = 0,

    /// <summary>By days (art. 83(2), 94(2), 102(2)).</summary>
    Days = 1,

    /// <summary>To a day that is named, of a very large set or a matter that takes particularly long (art. 84, 95, 103).</summary>
    Long = 2,
}

/// <summary>The numbers are stored: never renumber.</summary>
public enum RequestDecision : byte
{
    None = 0,
    Granted = 1,
    Partly = 2,
    Refused = 3,
}

/// <summary>
/// How what was granted reached the person. No way lets an officer open a record on a page: records are opened by the person's own session, or by a job that makes one file.
/// The numbers are stored: never renumber.
/// </summary>
public enum RequestWay : byte
{
    None = 0,

    /// <summary>The person took it out themselves (/take-out).</summary>
    TakeOut = 1,

    /// <summary>Looked at by the person on a screen at the office.</summary>
    Inspection = 2,

    /// <summary>On paper, printed by the person's own session.</summary>
    Paper = 3,

    /// <summary>As a file, taken out by the person's own session.</summary>
    Electronic = 4,

    /// <summary>Of a correction or a stop: it was carried out.</summary>
    CarriedOut = 5,

    /// <summary>One file that a job made and a second officer handed over.</summary>
    Pack = 6,
}

/// <summary>By which way a disclosure was made ready. The numbers are stored: never renumber.</summary>
public enum RequestRelease : byte
{
    None = 0,

    /// <summary>On the person's own page.</summary>
    Account = 1,

    /// <summary>As a file that another officer than who released it takes and hands over, for somebody who does not sign in or wants paper.</summary>
    Pack = 2,
}

/// <summary>One step of a request's history. Public because components of pages are. The numbers are stored: never renumber.</summary>
public enum RequestAct : byte
{
    Entered = 1,
    IdentityChecked = 2,
    RepresentativeConfirmed = 3,
    CorrectionAsked = 4,
    Corrected = 5,
    Extended = 6,
    Noted = 7,
    Decided = 8,
    HandedOver = 9,
    Withdrawn = 10,
    PassedOn = 11,

    /// <summary>What is disclosed was made ready for the person.</summary>
    Released = 12,

    /// <summary>An officer took the file to hand it over.</summary>
    Taken = 13,
}

internal sealed class RequestRow
{
    /// <summary>Random, so that the sealed columns know their row before it is stored.</summary>
    [Clear]
    public required long No { get; init; }

    [Clear("six random letters and digits of our own, which say nothing")]
    public required string Number { get; init; }

    /// <summary>Null when no account is known, or the person was erased.</summary>
    [Clear]
    public required long? ResidentNo { get; set; }

    [Clear]
    public required RequestKind Kind { get; init; }

    [Clear]
    public required RequestBy By { get; init; }

    [Clear]
    public required RequestChannel Channel { get; init; }

    [Clear]
    public required RequestState State { get; set; }

    /// <summary>The day it came, from which the clock runs.</summary>
    [Clear]
    public required DateOnly Received { get; init; }

    [Clear]
    public required DateTimeOffset Entered { get; init; }

    /// <summary>The operator under whose law it came. A later change of the operator does not change it.</summary>
    [Clear]
    public required OperatorKind Operator { get; init; }

    /// <summary>Of a correction or stop: the day of the disclosure it follows.</summary>
    [Clear]
    public required DateOnly? Disclosed { get; init; }

    /// <summary>The last day on which it could be asked after that disclosure.</summary>
    [Clear]
    public required DateOnly? AskedUntil { get; init; }

    /// <summary>Days of the clock as the ordinance had them when it came; null: without delay.</summary>
    [Clear]
    public required int? Days { get; init; }

    [Clear]
    public required int MaximumExtension { get; init; }

    /// <summary>Pairs of days, <c>2026-11-02/2026-11-10</c>, the newest last and open while a correction is awaited.</summary>
    [Clear("days of our own: when a correction was asked for and came")]
    public string? Stops { get; set; }

    [Clear]
    public RequestExtension Extension { get; set; }

    [Clear]
    public int ExtendedDays { get; set; }

    /// <summary>Of a long extension: the day that was named.</summary>
    [Clear]
    public DateOnly? ExtendedTo { get; set; }

    [Clear]
    public IdentityCheck Identity { get; set; }

    /// <summary>The officer who checked the identity.</summary>
    [Clear]
    public long? CheckedBy { get; set; }

    /// <summary>The second officer, who checked that a representative may act.</summary>
    [Clear]
    public long? ConfirmedBy { get; set; }

    [Clear]
    public RequestDecision Decision { get; set; }

    [Clear]
    public DateOnly? Decided { get; set; }

    [Clear]
    public RequestWay Way { get; set; }

    [Clear]
    public DateOnly? Settled { get; set; }

    /// <summary>Of a disclosure in part: one bit for each <see cref="DataCategory"/> that is withheld as a whole.</summary>
    [Clear]
    public int Withheld { get; set; }

    [Clear]
    public RequestRelease Release { get; set; }

    /// <summary>The officer who made it ready.</summary>
    [Clear]
    public long? ReleasedBy { get; set; }

    /// <summary>How many steps its history has: it grows with each, so that a step taken away by SQL is missed.</summary>
    [Clear]
    public required int Steps { get; set; }

    /// <summary><see cref="RequestAbout"/>. Null when the person was erased.</summary>
    [Sealed]
    public byte[]? About { get; set; }

    /// <summary>Binds the whole row.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    public IReadOnlyList<DataCategory> WithheldData => [.. Enum.GetValues<DataCategory>().Where(c => (Withheld >> (int)c & 1) != 0)];

    /// <summary>What is disclosed.</summary>
    public AccessClasses Disclosing => WithheldData.Aggregate(AccessClasses.All, static (all, c) => all.Without(c));

    /// <summary>Whether the person may take what is disclosed from their own page, again too.</summary>
    public bool IsOpenToPerson => Kind is RequestKind.Disclosure && Release is RequestRelease.Account && (State is RequestState.Decided || this is { State: RequestState.Done, Way: RequestWay.Electronic });

    public bool IsActive => State is RequestState.Received or RequestState.Correcting;

    /// <summary>It needs a second officer: no officer alone lets somebody ask in another's name.</summary>
    public bool NeedsSecondOfficer => By is not RequestBy.Person;

    public IReadOnlyList<ClockStop> ClockStops =>
    [
        .. (Stops ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('/')).Select(s => new ClockStop(Day(s[0]), s[1].Length == 0 ? null : Day(s[1]))),
    ];

    /// <summary>Until when it is decided. Null: without delay, or the clock stands.</summary>
    public Deadline? Due => Days is not { } days ? null : ExtendedTo is { } to && Clocks.Decision(Received, ClockStops, days) is { } plain
        ? plain with { Day = to, Counted = to } : ExtendedTo is not null ? null : Clocks.Decision(Received, ClockStops, days + ExtendedDays);

    /// <summary>A file was made ready and nobody has said yet that the person has it: the request is not fulfilled.</summary>
    public bool AwaitsPack => this is { Kind: RequestKind.Disclosure, Release: RequestRelease.Pack, State: RequestState.Decided };

    /// <summary>The clock goes on until it is decided, and of a file until it was handed over.</summary>
    public bool IsOverdue(DateOnly today) => (IsActive || AwaitsPack) && Due?.IsPast(today) is true;

    public void StopClock(DateOnly day) => Stops = Stops is null ? $"{Text(day)}/" : $"{Stops};{Text(day)}/";

    public void StartClock(DateOnly day) => Stops += Text(day);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

internal sealed class RequestStepRow
{
    [Clear]
    public required long RequestNo { get; init; }

    /// <summary>Counts from 1.</summary>
    [Clear]
    public required int Step { get; init; }

    [Clear]
    public required long? ResidentNo { get; init; }

    [Clear]
    public required DateTimeOffset At { get; init; }

    /// <summary><see cref="RequestStep"/>.</summary>
    [Sealed]
    public required byte[] Content { get; init; }
}

/// <summary>What stands on the request, as it lies sealed.</summary>
/// <param name="Name">Of the person whose data it is.</param>
/// <param name="Address">Where the letter goes.</param>
/// <param name="Representative">Who asks in the person's name, and as what.</param>
internal sealed record RequestAbout(string Name, string Address, string Text, string? Representative);

/// <summary>A step as it lies sealed.</summary>
/// <param name="By">The officer's account, or <see cref="ThePerson"/>.</param>
/// <param name="Value">The way of the check, the days, the grounds, the way it was handed over.</param>
internal sealed record RequestStep(RequestAct Act, long By, string? Text, string? Value)
{
    /// <summary>Stands for the person of the request: no account has this number.</summary>
    public const long ThePerson = 0;
}

internal sealed class RequestTables : IModelPart
{
    public const string Request = "legal_request";
    public const string Step = "legal_request_step";

    public void Add(ModelBuilder model)
    {
        model.Entity<RequestRow>(e =>
        {
            e.ToTable(Request).HasKey(r => r.No);
            e.Property(r => r.No).ValueGeneratedNever();
            e.Property(r => r.Number).HasMaxLength(12);
            e.Property(r => r.Stops).HasMaxLength(1000);
            e.HasIndex(r => r.Number).IsUnique();
            e.HasIndex(r => r.ResidentNo);
            e.HasIndex(r => r.State);
            e.Ignore(r => r.IsActive);
            e.Ignore(r => r.AwaitsPack);
            e.Ignore(r => r.WithheldData);
            e.Ignore(r => r.Disclosing);
            e.Ignore(r => r.IsOpenToPerson);
            e.Ignore(r => r.NeedsSecondOfficer);
            e.Ignore(r => r.ClockStops);
            e.Ignore(r => r.Due);
        });
        model.Entity<RequestStepRow>(e =>
        {
            e.ToTable(Step).HasKey(s => new { s.RequestNo, s.Step });
            e.HasIndex(s => s.ResidentNo);
        });
    }
}
