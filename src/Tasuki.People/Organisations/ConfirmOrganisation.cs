using System.Globalization;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// Somebody of the organisation enters the code of the letter and a name, which the administrator of staff sees. Only with that is it confirmed. Whatever is wrong with a code, the
/// answer is the same.
/// </summary>
internal sealed class ConfirmOrganisation(TasukiDb db, Organisations organisations, OrganisationLetters letters, RecordVault vault, TimeProvider clock)
{
    public const string Path = "/organisation/confirm";

    private static readonly Actor ByLetter = Actor.Job("organisation-letter", "The code of a letter to an organisation came back.");
    private static readonly Error Wrong = new("organisation.letter", "No code that counts: wrong, used, ended, replaced, guessed at too often, or of another municipality.");

    /// <summary>The registered name. Errors <c>organisation.confirmed-name</c>, <c>mynumber.found</c>, <c>organisation.letter</c>.</summary>
    public async Task<Result<string>> Confirm(string? typedCode, string? typedName, CancellationToken cancel)
    {
        var name = OrganisationText.Line(typedName, "organisation.confirmed-name", OrganisationDetails.MaximumContact);
        if (!name.IsOk)
            return name.Error;
        // A letter of before the approval went to what was approved then.
        if (await letters.Find(typedCode, cancel) is not { } code || await organisations.Find(code.OrganisationNo, cancel) is not { Row.State: OrganisationState.Approved } one || code.Printed < one.Row.Approved)
            return Wrong;
        await vault.LogDesk(ByLetter, string.Create(CultureInfo.InvariantCulture, $"organisation {one.No} confirmed"), cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (!await letters.Spend(code, cancel)
            || !await organisations.Change(one, one.Content with { ConfirmedName = name.Value }, row => (row.State, row.Confirmed) = (OrganisationState.Confirmed, clock.GetUtcNow()), cancel))
            return Wrong;
        await transaction.CommitAsync(cancel);
        return one.Details.Name;
    }
}
