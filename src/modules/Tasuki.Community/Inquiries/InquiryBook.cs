using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.Community.Inquiries;

/// <summary>A step as a page shows it. Public because components of pages are.</summary>
public sealed record ShownStep(InquiryAct Act, DateTimeOffset At, long? By, string? Text, string? Value)
{
    /// <summary>What the person reads: what they wrote, and what was said to them.</summary>
    public bool IsForPerson => Act is InquiryAct.Asked or InquiryAct.Wrote or InquiryAct.AskedBack or InquiryAct.Answered or InquiryAct.Closed;
}

/// <summary>An inquiry with what stands in it. <see cref="About"/> is null when that cannot be opened any more.</summary>
/// <param name="Missing">Steps that are not there or do not open, though the row counts them.</param>
internal sealed record OpenedInquiry(InquiryRow Row, InquiryAbout? About, IReadOnlyList<ShownStep> Steps, int Missing);

/// <summary>All inquiries, for reading. A row that was altered in the database is not there.</summary>
internal sealed class InquiryBook(TasukiDb db, InquirySeals seals)
{
    private const int Newest = 200;

    public async Task<InquiryRow?> Find(string? number, CancellationToken cancel)
    {
        var stored = InquiryCodes.Number(number);
        return stored is not null && await db.Set<InquiryRow>().AsNoTracking().SingleOrDefaultAsync(i => i.Number == stored, cancel) is { } row && seals.IsWhole(row) ? row : null;
    }

    /// <summary>The inquiry of this resident under that number.</summary>
    public async Task<InquiryRow?> Find(ResidentNo resident, string? number, CancellationToken cancel) => await Find(number, cancel) is { } row && row.ResidentNo == resident.Value ? row : null;

    /// <summary>The inquiry that this code opens. A wrong number, a wrong code and no number at all are answered alike; a wrong code is counted where the number is right.</summary>
    public async Task<InquiryRow?> FindByCode(string? number, string? code, CancellationToken cancel)
    {
        var stored = InquiryCodes.Number(number) ?? "";
        var hash = InquiryCodes.HashOf(code) ?? [];
        var row = await db.Set<InquiryRow>().AsNoTracking().SingleOrDefaultAsync(i => i.Number == stored && i.CodeHash != null, cancel);
        if (CryptographicOperations.FixedTimeEquals(row?.CodeHash ?? new byte[32], hash) && row is not null && seals.IsWhole(row))
            return row;
        await db.Set<InquiryRow>().Where(i => i.Number == stored && i.CodeHash != null).ExecuteUpdateAsync(s => s.SetProperty(i => i.WrongCodes, i => i.WrongCodes + 1), cancel);
        return null;
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<InquiryRow>> Of(ResidentNo resident, CancellationToken cancel) =>
        Whole(await db.Set<InquiryRow>().AsNoTracking().Where(i => i.ResidentNo == resident.Value).OrderByDescending(i => i.Received).ToListAsync(cancel)).Rows;

    /// <summary>Everything that is neither answered nor closed, the earliest due first; and how many rows were left out because they were altered.</summary>
    public async Task<(IReadOnlyList<InquiryRow> Rows, int Altered)> Active(CancellationToken cancel) =>
        Whole(await db.Set<InquiryRow>().AsNoTracking().Where(i => i.State == InquiryState.New || i.State == InquiryState.Open || i.State == InquiryState.Waiting)
            .OrderBy(i => i.Due).ThenBy(i => i.Received).ToListAsync(cancel));

    /// <summary>The newest that are answered or closed.</summary>
    public async Task<(IReadOnlyList<InquiryRow> Rows, int Altered)> Settled(CancellationToken cancel) =>
        Whole(await db.Set<InquiryRow>().AsNoTracking().Where(i => i.State == InquiryState.Answered || i.State == InquiryState.Closed)
            .OrderByDescending(i => i.Since).Take(Newest).ToListAsync(cancel));

    /// <summary>The log of complaints, newest first.</summary>
    public async Task<(IReadOnlyList<InquiryRow> Rows, int Altered)> Complaints(CancellationToken cancel) =>
        Whole(await db.Set<InquiryRow>().AsNoTracking().Where(i => i.Kind == InquiryKind.Complaint).OrderByDescending(i => i.Received).ToListAsync(cancel));

    /// <summary>Opens what stands in it. Whoever shows it to an officer goes through <see cref="OpenAtDesk"/>, which writes the log first.</summary>
    public async Task<OpenedInquiry> Open(InquiryRow row, CancellationToken cancel)
    {
        var about = await seals.Open(row, cancel);
        var steps = new List<ShownStep>();
        foreach (var step in await db.Set<InquiryStepRow>().AsNoTracking().Where(s => s.InquiryNo == row.No).OrderBy(s => s.Step).ToListAsync(cancel))
        {
            if (await seals.Open(step, cancel) is { IsOk: true, Value: var opened })
                steps.Add(new ShownStep(opened.Act, step.At, opened.By, opened.Text, opened.Value));
        }

        return new OpenedInquiry(row, about.IsOk ? about.Value : null, steps, row.Steps - steps.Count);
    }

    private (IReadOnlyList<InquiryRow> Rows, int Altered) Whole(List<InquiryRow> rows)
    {
        var whole = rows.Where(seals.IsWhole).ToList();
        return (whole, rows.Count - whole.Count);
    }
}
