using System.Security.Cryptography;

namespace Tasuki.People;

/// <summary>What a person has said so far on the way to an account. Travels protected in the form; nothing of it is stored before the last step.</summary>
internal sealed record SignUpState
{
    public const string Purpose = "sign-up";

    public static readonly TimeSpan Life = TimeSpan.FromMinutes(60);

    public NewProfile? Profile { get; init; }

    public bool Agreed { get; init; }

    /// <summary>The WebAuthn handle of the account to be, which the passkey is made for before there is an account.</summary>
    public byte[] Handle { get; init; } = RandomNumberGenerator.GetBytes(16);

    public SealedPasskey? Passkey { get; init; }

    public string? SignInName { get; init; }

    public string? Password { get; init; }

    public string? TotpSecret { get; init; }

    public IReadOnlyList<string> Codes { get; init; } = [];
}
