using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Tasuki.People;

/// <summary>
/// PBKDF2-SHA512 over what <see cref="Passwords"/> made of a password. How often it is gone through is a number of the code: no setting and no option reaches it, for who
/// could lower it would make a stolen table worth guessing at. Only a program this floor opens its internals to can put another in place, before the floor is added.
/// </summary>
internal sealed class PasswordHashes
{
    public const int Rounds = 600_000;

    private readonly PasswordHasher<Account> _hasher;

    // A hash of nothing in particular: an unknown name costs as much as a wrong password.
    private readonly Lazy<string> _nobody;

    public PasswordHashes(int rounds = Rounds)
    {
        _hasher = new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = rounds }));
        _nobody = new Lazy<string>(() => Hash("nobody"));
    }

    public string Hash(string text) => _hasher.HashPassword(null!, text);

    /// <summary>Takes the same time whether there is a hash or not.</summary>
    public bool Verify(string? hash, string text)
    {
        var right = _hasher.VerifyHashedPassword(null!, hash ?? _nobody.Value, text) is not PasswordVerificationResult.Failed;
        return right && hash is not null;
    }
}
