using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>
/// Sign-in by name and password, then a second factor: always both. An unknown name, a wrong password and a locked account get one answer at one price.
/// After five wrong tries the account is locked for a minute, then twice as long with each further one, up to an hour.
/// </summary>
internal sealed class CheckPassword(TasukiDb db, AccountSeals seals, Passwords passwords, TimeCodes timeCodes, PrintedCodes printedCodes, StaffStanding standing, TimeProvider clock)
{
    private const int FreeTries = 5;

    private static readonly Error Wrong = new("sign-in.wrong", "The sign-in name or the password is not right, or there were too many tries.");
    private static readonly Error WrongCode = new("sign-in.code", "The code is not right, was used before, or there were too many tries.");

    public async Task<Result<Account>> NameAndPassword(string? name, string? password, CancellationToken cancel)
    {
        var token = seals.SignInToken(Passwords.Folded(name ?? ""));
        var account = await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.SignInToken == token, cancel);
        return await Password(account, password, cancel);
    }

    /// <summary>A resident's name and a code of the printed list, without the password: opens a recovery and never a session. Error <c>sign-in.code</c>.</summary>
    public async Task<Result<Account>> NameAndPrintedCode(string? name, string? text, CancellationToken cancel)
    {
        var token = seals.SignInToken(Passwords.Folded(name ?? ""));
        var account = await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.SignInToken == token && a.Kind == AccountKind.Resident, cancel);
        var code = DigitsOf(text);
        if (await CountTry(account, cancel) is not { } tries || account is null || code.Length != PrintedCodes.Digits || !seals.IsWhole(account) || !await IsAlive(account, cancel)
            || !await printedCodes.Use(account, code, cancel))
            return WrongCode;
        await SetTries(account, tries, cancel);
        return account;
    }

    /// <summary>The password of an account already known, as <see cref="NameAndPassword"/>.</summary>
    public async Task<Result<Account>> Password(Account? account, string? password, CancellationToken cancel)
    {
        var before = await CountTry(account, cancel);
        var right = passwords.Verify(account, password is { Length: <= Passwords.MaximumLength } ? password : "");
        if (account is null || !right || before is not { } tries || !seals.IsWhole(account) || !await IsAlive(account, cancel))
            return Wrong;
        await SetTries(account, tries, cancel);
        return account;
    }

    /// <summary>Six digits from an authenticator, or eight from the printed list. Each counts once. Returns which it was.</summary>
    public async Task<Result<SecondFactor>> Code(Account account, string? text, CancellationToken cancel)
    {
        var code = DigitsOf(text);
        if (await CountTry(account, cancel) is null)
            return WrongCode;
        var right = code.Length switch
        {
            6 => await timeCodes.Use(account, code, cancel),
            PrintedCodes.Digits => await printedCodes.Use(account, code, cancel),
            _ => false,
        };
        if (!right)
            return WrongCode;
        // Every factor was proved.
        await SetTries(account, 0, cancel);
        return code.Length == PrintedCodes.Digits ? SecondFactor.PrintedCode : SecondFactor.Authenticator;
    }

    private static string DigitsOf(string? text) => new([.. JapaneseText.Fold(text ?? "").Where(char.IsAsciiDigit)]);

    private Task SetTries(Account account, int tries, CancellationToken cancel) => db.Set<Account>().Where(a => a.No == account.No)
        .ExecuteUpdateAsync(s => s.SetProperty(a => a.FailedTries, tries).SetProperty(a => a.LockedUntil, (DateTimeOffset?)null), cancel);

    // The try is counted before it is made and taken back by success, so that a hundred at once do not get a hundred tries. Returns the tries before this one;
    // null when the account is locked or there is none.
    private async Task<int?> CountTry(Account? account, CancellationToken cancel)
    {
        var no = account?.No ?? 0;
        var now = clock.GetUtcNow();
        while (true)
        {
            var state = await db.Set<Account>().AsNoTracking().Where(a => a.No == no).Select(a => new { a.FailedTries, a.LockedUntil }).SingleOrDefaultAsync(cancel);
            var tries = state?.FailedTries ?? 0;
            var locked = state?.LockedUntil > now;
            DateTimeOffset? until = tries + 1 < FreeTries ? null : now + TimeSpan.FromMinutes(Math.Min(60, Math.Pow(2, Math.Min(10, tries + 1 - FreeTries))));
            var counted = await db.Set<Account>().Where(a => a.No == no && a.FailedTries == tries && !locked)
                .ExecuteUpdateAsync(s => s.SetProperty(a => a.FailedTries, tries + 1).SetProperty(a => a.LockedUntil, until), cancel);
            if (counted == 1)
                return tries;
            if (locked || state is null)
                return null;
        }
    }

    /// <summary>Whether the account may open anything: a resident who lives and is not erased, staff who may act.</summary>
    public async Task<bool> IsAlive(Account account, CancellationToken cancel)
    {
        if (account.Resident is not { } resident)
            return await standing.RoleOf(account.No, cancel) is not null;
        // What is sealed for an erased resident does not open any more: the account is as if it were not there.
        var row = await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == resident.Value, cancel);
        return row is { Standing: not ResidentStanding.Died } && seals.IsWhole(row) && (await seals.Open<SealedProfile>(resident, "resident", "profile", resident.Value, row.Profile, cancel)).IsOk;
    }
}

internal enum SecondFactor
{
    Authenticator,
    PrintedCode,
}
