using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Compliance.Purposes;

/// <summary>
/// States, changes and ends purposes. Each is the next version, and an entry under the officer's name. Errors of all: <c>purpose.right</c>, <c>purpose.moved</c>, and those named.
/// </summary>
internal sealed partial class KeepPurposes(TasukiDb db, PurposeBook book, CurrentRegime current, KnownResidents residents, RecordVault vault, TimeProvider clock)
{
    private static readonly Error NoRight = new("purpose.right", "Purposes are kept by those who keep compliance.");
    private static readonly Error Moved = new("purpose.moved", "Somebody else changed the purpose meanwhile.");
    private static readonly Error Missing = new("purpose.missing", "No such purpose.");

    /// <summary>
    /// Once a municipality holds data of anybody, a purpose that is added uses it for something else than it was taken for, and needs a ground (Act art. 69). Errors
    /// <c>purpose.code</c>, <c>purpose.there</c>, and those of <see cref="StatedPurpose.Under"/> and <see cref="OtherUse.Whole"/>.
    /// </summary>
    public async Task<Result<Done>> State(StaffMember officer, string? code, StatedPurpose stated, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        if (code is null or "new" or "ended" || !Code().IsMatch(code))
            return new Error("purpose.code", "The code is 2 to 40 lower-case letters, digits and hyphens, begins with a letter and is neither 'new' nor 'ended'.");
        var regime = await current.Get(cancel);
        var whole = stated.Under(regime);
        if (!whole.IsOk)
            return whole.Error;
        if (await db.Set<PurposeRow>().AnyAsync(p => p.Code == code, cancel))
            return new Error("purpose.there", "There is a purpose with this code.");
        var other = await Other(regime, whole.Value, cancel);
        return other.IsOk ? await Add(officer, code, 1, PurposeState.Stated, whole.Value with { Other = other.Value.Ground is OtherUseGround.None ? null : other.Value }, null, regime, cancel) : other.Error;
    }

    /// <summary>Whether a purpose that is added now comes after data it would use.</summary>
    public async Task<bool> ComesAfterData(LegalRegime regime, CancellationToken cancel) =>
        regime.Purposes.NeedsDuty && await residents.Any(cancel);

    private async Task<Result<OtherUse>> Other(LegalRegime regime, StatedPurpose stated, CancellationToken cancel)
    {
        if (stated.Other is { } said and ({ Ground: not OtherUseGround.None } or { Harms: true }))
            return said.Whole();
        return await ComesAfterData(regime, cancel) ? OtherUse.Missing : new OtherUse(OtherUseGround.None, null, Harms: false);
    }

    /// <summary>
    /// A changed text keeps the relation the law asks for to the one before, said in a sentence; what has none is another purpose, with a consent of its own. Errors
    /// <c>purpose.missing</c>, <c>purpose.relation</c>, <c>purpose.same</c>, and those of <see cref="StatedPurpose.Under"/>.
    /// </summary>
    /// <param name="seen">The version the officer saw.</param>
    public async Task<Result<Done>> Change(StaffMember officer, string code, int seen, StatedPurpose stated, string? relation, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        var regime = await current.Get(cancel);
        if (await book.Find(code, regime, cancel) is not { } kept)
            return Missing;
        if (kept.Row.Version != seen)
            return Moved;
        var whole = stated.Under(regime);
        if (!whole.IsOk)
            return whole.Error;
        var why = TypedText.Line(relation, "purpose.relation", StatedPurpose.MaximumText);
        if (!why.IsOk)
            return why.Error;
        // A related text is no other use: the ground stays what it was.
        var before = PurposeBook.As(kept.Row);
        whole = whole.Value with { Other = before.Other };
        if (kept.Row.State is PurposeState.Stated && before with { Needs = [] } == whole.Value with { Needs = [] } && before.Needs.SequenceEqual(whole.Value.Needs))
            return new Error("purpose.same", "Nothing was changed.");
        return await Add(officer, code, seen + 1, PurposeState.Stated, whole.Value, why.Value, regime, cancel);
    }

    /// <summary>Errors <c>purpose.missing</c>, <c>purpose.ended</c>, <c>purpose.relation</c> (why it ends).</summary>
    public async Task<Result<Done>> End(StaffMember officer, string code, int seen, string? why, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        var regime = await current.Get(cancel);
        if (await book.Find(code, regime, cancel) is not { } kept)
            return Missing;
        if (kept.Row.Version != seen)
            return Moved;
        if (kept.Row.State is PurposeState.Ended)
            return new Error("purpose.ended", "The purpose has ended already.");
        var reason = TypedText.Line(why, "purpose.relation", StatedPurpose.MaximumText);
        return reason.IsOk ? await Add(officer, code, seen + 1, PurposeState.Ended, PurposeBook.As(kept.Row), reason.Value, regime, cancel) : reason.Error;
    }

    private async Task<Result<Done>> Add(
        StaffMember officer, string code, int version, PurposeState state, StatedPurpose stated, string? relation, LegalRegime regime, CancellationToken cancel)
    {
        var row = new PurposeRow
        {
            Code = code, Version = version, At = clock.GetUtcNow(), Officer = officer.No, State = state, Operator = regime.Operator, Japanese = stated.Japanese!, English = stated.English!,
            Easy = stated.Easy!, Basis = stated.Basis, BasisName = stated.BasisName, BasisPlace = stated.BasisPlace, Duty = stated.Duty, Relation = relation,
            Ground = stated.Other?.Ground ?? OtherUseGround.None, GroundWhy = stated.Other?.Why,
            Categories = stated.Needs.Aggregate(0, (bits, c) => bits | 1 << (int)c), Mac = [],
        };
        row.Mac = book.MacOf(row);
        await vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"purpose {code} {version}"), cancel);
        db.Add(row);
        try
        {
            await db.SaveChangesAsync(cancel);
            return Done.Yes;
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            // Two at once: the key (code, version) is there already.
            db.Entry(row).State = EntityState.Detached;
            return Moved;
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{1,39}$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Code();
}
