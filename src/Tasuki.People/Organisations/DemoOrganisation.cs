using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>The register of a demo: an organisation goes the whole way under the names of two officers, by the same steps and rules as at the desk. In a municipality that is no demo it does nothing.</summary>
public sealed class DemoOrganisation
{
    private readonly Municipality _municipality;
    private readonly EnterOrganisation _entering;
    private readonly DecideOrganisation _decide;
    private readonly ConfirmOrganisation _confirming;

    internal DemoOrganisation(Municipality municipality, EnterOrganisation entering, DecideOrganisation decide, ConfirmOrganisation confirming) =>
        (_municipality, _entering, _decide, _confirming) = (municipality, entering, decide, confirming);

    /// <summary>The number of the confirmed organisation. Errors of the steps, and <c>demo.only</c>.</summary>
    public async Task<Result<long>> Make(StaffMember first, StaffMember second, TypedOrganisation typed, CancellationToken cancel)
    {
        if (!_municipality.IsDemo)
            return new Error("demo.only", "Organisations are let in at the desk.");
        var entered = await _entering.Enter(first, typed, cancel);
        if (!entered.IsOk)
            return entered.Error;
        var approved = await _decide.Approve(second, entered.Value, cancel);
        if (!approved.IsOk)
            return approved.Error;
        var letter = await _decide.PrintLetter(second, entered.Value, cancel);
        if (!letter.IsOk)
            return letter.Error;
        var confirmed = await _confirming.Confirm(letter.Value.Code, typed.Contact, cancel);
        return confirmed.IsOk ? entered.Value : confirmed.Error;
    }
}
