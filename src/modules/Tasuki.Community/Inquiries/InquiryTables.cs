using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.Community.Inquiries;

/// <summary>What an inquiry is about. The numbers are stored: never renumber.</summary>
public enum InquiryKind : byte
{
    Question = 1,
    Technical = 2,

    /// <summary>A complaint about the handling of personal information (苦情).</summary>
    Complaint = 3,

    /// <summary>The wish to have one's personal data disclosed, corrected or no longer used. Here it is noted and handed on; the legal procedure is another's.</summary>
    Request = 4,
}

/// <summary>How it came. The numbers are stored: never renumber.</summary>
public enum InquiryChannel : byte
{
    /// <summary>A resident who was signed in.</summary>
    App = 1,

    /// <summary>Somebody who was not.</summary>
    Web = 2,
    Counter = 3,
    Phone = 4,
}

/// <summary>The numbers are stored: never renumber.</summary>
public enum InquiryState : byte
{
    New = 1,
    Open = 2,

    /// <summary>Something was asked back, and the person has not written since.</summary>
    Waiting = 3,
    Answered = 4,
    Closed = 5,
}

/// <summary>One step of an inquiry's history. Public because components of pages are. The numbers are stored: never renumber.</summary>
public enum InquiryAct : byte
{
    Asked = 1,
    Wrote = 2,
    Taken = 3,
    HandedOver = 4,
    Noted = 5,
    AskedBack = 6,
    Answered = 7,
    Closed = 8,
    KindChanged = 9,
    DueChanged = 10,
}

internal sealed class InquiryRow
{
    /// <summary>Random, so that the sealed columns know their row before it is stored.</summary>
    [Clear]
    public required long No { get; init; }

    [Clear("the receipt's number: six random letters and digits of our own, which say nothing")]
    public required string Number { get; init; }

    [Clear]
    public required long? ResidentNo { get; set; }

    [Clear]
    public required InquiryChannel Channel { get; init; }

    [Clear]
    public required InquiryKind Kind { get; set; }

    [Clear]
    public required InquiryState State { get; set; }

    [Clear]
    public required DateTimeOffset Received { get; init; }

    /// <summary>When the person wrote what is to be answered: the period runs from here.</summary>
    [Clear]
    public required DateTimeOffset Since { get; set; }

    /// <summary>The newest answer.</summary>
    [Clear]
    public DateTimeOffset? Answered { get; set; }

    [Clear]
    public DateTimeOffset? Closed { get; set; }

    [Clear]
    public required DateOnly Due { get; set; }

    /// <summary>The account of the officer with whom it lies.</summary>
    [Clear]
    public long? Owner { get; set; }

    /// <summary>How many steps its history has. It grows with each, so no two states of a row are alike and a step taken away by SQL is missed.</summary>
    [Clear]
    public required int Steps { get; set; }

    /// <summary>SHA-256 of the look-up code of somebody who was not signed in.</summary>
    [Token]
    public byte[]? CodeHash { get; set; }

    /// <summary>How often a wrong code was tried at it. 128 random bits are not guessed, so nothing is locked; the desk sees that somebody tries.</summary>
    [Clear]
    public int WrongCodes { get; set; }

    /// <summary><see cref="InquiryAbout"/>. Null when the person was erased.</summary>
    [Sealed]
    public byte[]? About { get; set; }

    /// <summary>Binds the whole row but the count of wrong codes.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    public bool IsActive => State is InquiryState.New or InquiryState.Open or InquiryState.Waiting;

    public DateOnly? DueWhileActive => IsActive ? Due : null;

    /// <summary>Late on that day: it is the desk's turn, and the day it was due has passed.</summary>
    public bool IsOverdue(DateOnly today) => State is InquiryState.New or InquiryState.Open && Due < today;
}

internal sealed class InquiryStepRow
{
    [Clear]
    public required long InquiryNo { get; init; }

    /// <summary>Counts from 1.</summary>
    [Clear]
    public required int Step { get; init; }

    [Clear]
    public required long? ResidentNo { get; init; }

    [Clear]
    public required DateTimeOffset At { get; init; }

    /// <summary><see cref="InquiryStep"/>.</summary>
    [Sealed]
    public required byte[] Content { get; init; }
}

/// <summary>What the person wrote on the form, as it lies sealed.</summary>
/// <param name="Contact">Where somebody who was not signed in is reached.</param>
/// <param name="Reading">The language of the page it was written on: <c>ja</c>, <c>en</c>, <c>easy</c>.</param>
internal sealed record InquiryAbout(string Subject, string? Contact, string Reading);

/// <summary>A step as it lies sealed.</summary>
/// <param name="By">The officer's account; null for the person.</param>
/// <param name="Value">To whom it was handed, the new kind or the new day.</param>
internal sealed record InquiryStep(InquiryAct Act, long? By, string? Text, string? Value);

internal sealed class InquiryTables : IModelPart
{
    public const string Inquiry = "inquiry";
    public const string Step = "inquiry_step";

    public void Add(ModelBuilder model)
    {
        model.Entity<InquiryRow>(e =>
        {
            e.ToTable(Inquiry).HasKey(i => i.No);
            e.Property(i => i.No).ValueGeneratedNever();
            e.Property(i => i.Number).HasMaxLength(12);
            e.HasIndex(i => i.Number).IsUnique();
            e.HasIndex(i => i.ResidentNo);
            e.HasIndex(i => new { i.State, i.Due });
            e.Ignore(i => i.IsActive);
            e.Ignore(i => i.DueWhileActive);
        });
        model.Entity<InquiryStepRow>(e =>
        {
            e.ToTable(Step).HasKey(s => new { s.InquiryNo, s.Step });
            e.HasIndex(s => s.ResidentNo);
        });
    }
}
