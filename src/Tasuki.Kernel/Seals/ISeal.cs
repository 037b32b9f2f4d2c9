namespace Tasuki.Kernel.Seals;

/// <summary>Where a sealed value stands. It is bound into the value: moved to another table, column or row it does not open.</summary>
public readonly record struct SealPlace(string Table, string Column, string Row);

/// <summary>
/// Seals what is no record: contacts, names, free text, file names, payloads, second factors. Implemented by the vault. What is sealed for a
/// resident lies under that resident's body key and dies with it; what is sealed for the municipality (staff, organisations, shops) under its field key.
/// </summary>
public interface ISeal
{
    /// <summary>Error <c>seal.gone</c>: the resident's key is destroyed or on the erasure list.</summary>
    ValueTask<Result<byte[]>> Seal(ResidentNo resident, SealPlace place, ReadOnlyMemory<byte> plain, CancellationToken cancel);

    /// <summary>Error <c>seal.gone</c> as above; <c>seal.broken</c>: the value was altered, or belongs elsewhere.</summary>
    ValueTask<Result<byte[]>> Open(ResidentNo resident, SealPlace place, ReadOnlyMemory<byte> sealedValue, CancellationToken cancel);

    byte[] SealForMunicipality(SealPlace place, ReadOnlySpan<byte> plain);

    Result<byte[]> OpenForMunicipality(SealPlace place, ReadOnlySpan<byte> sealedValue);

    /// <summary>A look-up token across residents: 128 bits, HMAC-SHA-256 under a municipal key of its own for each kind.</summary>
    byte[] LookupToken(LookupKind kind, ReadOnlySpan<byte> value);

    /// <summary>An HMAC under a ring key for secrets that must not be usable from a dump: recovery, counter and postal codes, the password pepper.</summary>
    byte[] SecretMac(string purpose, ReadOnlySpan<byte> value);
}

/// <summary>What may be found across residents. Never a surname, a given name, a birth date or a prefix alone; another kind needs an ADR.</summary>
public enum LookupKind : byte
{
    SignInAddress = 1,
    Phone = 2,
    NumberAtFacility = 3,
    KanaNameWithBirthDate = 4,

    /// <summary>A passkey's credential id: random, found at sign-in before the person is known (ADR 0007).</summary>
    PasskeyCredential = 5,
}
