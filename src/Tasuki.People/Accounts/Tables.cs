using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

internal enum AccountKind : byte
{
    Resident = 1,
    Staff = 2,

    /// <summary>The one resident the service keeps for its own probes (<see cref="ProbeResident"/>). Nobody signs in as it.</summary>
    Synthetic = 3,
}

/// <summary>Somebody who can sign in, and the one who cannot. Numbers of rows are random, so that a sealed column knows its row before it is stored.</summary>
internal sealed class Account
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required AccountKind Kind { get; init; }

    [Clear]
    public required long? ResidentNo { get; init; }

    /// <summary>What an authenticator keeps of us: 16 random bytes, the WebAuthn user handle.</summary>
    [Clear("random bytes of our own that an authenticator hands back; nothing verifies by it")]
    public required byte[] Handle { get; init; }

    /// <summary>Binds number, kind, resident and handle: an account moved to another resident by SQL is not honoured.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    [Token]
    public byte[]? SignInToken { get; set; }

    [Sealed]
    public byte[]? SignInName { get; set; }

    /// <summary>PBKDF2-SHA512 over a keyed hash of account and password.</summary>
    [Token]
    public string? PasswordHash { get; set; }

    [Sealed]
    public byte[]? TotpSeed { get; set; }

    /// <summary>The newest time step a code was taken from. A code of this step or before is refused, so none counts twice.</summary>
    [Clear]
    public long TotpLastStep { get; set; }

    /// <summary>Wrong tries since the last sign-in.</summary>
    [Clear]
    public int FailedTries { get; set; }

    [Clear]
    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>Wrong tries at printed codes since the list was made; at <see cref="PrintedCodes.MaximumTries"/> the list is void.</summary>
    [Clear]
    public int CodeTries { get; set; }

    [Clear]
    public required DateTimeOffset Created { get; init; }

    public ResidentNo? Resident => ResidentNo is { } no ? new ResidentNo(no) : null;
}

internal sealed class PasskeyRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long AccountNo { get; init; }

    [Token]
    public required byte[] CredentialToken { get; init; }

    /// <summary>Credential id, public key, counter, transports, and the name its owner gave it.</summary>
    [Sealed]
    public required byte[] Credential { get; set; }

    [Clear]
    public required DateTimeOffset Created { get; init; }

    [Clear]
    public DateTimeOffset? LastUsed { get; set; }
}

internal sealed class PrintedCode
{
    [Clear]
    public required long AccountNo { get; init; }

    [Token]
    public required byte[] Mac { get; init; }

    [Clear]
    public required DateTimeOffset Ends { get; init; }

    [Clear]
    public DateTimeOffset? Used { get; set; }
}

/// <summary>What a session may be for.</summary>
internal enum SessionKind : byte
{
    Normal = 1,

    /// <summary>Of somebody who is recovering an account: it opens the page of that recovery and nothing else.</summary>
    Recovering = 2,
}

/// <summary>How somebody signed in.</summary>
internal enum SignInWay : byte
{
    /// <summary>A session from before this was kept, and one of somebody who is recovering an account.</summary>
    Unsaid = 0,

    Password = 1,
    Passkey = 2,

    /// <summary>The municipality's own provider for staff.</summary>
    Provider = 3,
}

internal sealed class SignInSessionRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long AccountNo { get; init; }

    /// <summary>SHA-256 of 32 random bytes that stand in the cookie alone.</summary>
    [Token]
    public required byte[] TokenHash { get; init; }

    [Clear]
    public required DateTimeOffset Created { get; init; }

    [Clear]
    public required DateTimeOffset LastSeen { get; set; }

    [Clear]
    public DateTimeOffset? Ended { get; set; }

    [Clear]
    public required SessionKind Kind { get; init; }

    /// <summary>The recovery a recovering session belongs to.</summary>
    [Clear]
    public required long? RecoveryNo { get; init; }

    [Clear]
    public SignInWay Way { get; init; }

    /// <summary>Binds the whole row. A session that ended has lost it: taking the end back by SQL revives nothing.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    /// <summary>Browser and system in words.</summary>
    [Sealed]
    public required byte[] Device { get; init; }
}

/// <summary>A form or challenge that counts once: who inserts the row may go on.</summary>
internal sealed class SpentState
{
    [Token]
    public required byte[] Token { get; init; }

    [Clear]
    public required DateTimeOffset Until { get; init; }
}

internal sealed class ResidentRow
{
    [Clear]
    public required long ResidentNo { get; init; }

    /// <summary>0 self-registered, 1 confirmed by the municipality.</summary>
    [Clear]
    public required ResidentState State { get; set; }

    /// <summary>What the municipality's list says of the person.</summary>
    [Clear]
    public ResidentStanding Standing { get; set; }

    [Clear]
    public bool Protected { get; set; }

    /// <summary>The change of the list's entry whose facts the account has; see <see cref="RegistryFacts"/>.</summary>
    [Clear]
    public DateTimeOffset? FactsOf { get; set; }

    /// <summary>When what the person is found by at the counter, kana name and birth date, last became something else.</summary>
    [Clear]
    public DateTimeOffset? FoundBySince { get; set; }

    /// <summary>Enrolment codes tried on <see cref="CodeDay"/>.</summary>
    [Clear]
    public int CodeTries { get; set; }

    /// <summary>A day of Tokyo, as its number.</summary>
    [Clear]
    public int CodeDay { get; set; }

    /// <summary>Binds resident, state, standing and protection.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    [Sealed]
    public required byte[] Profile { get; set; }
}

internal enum ResidentStanding : byte
{
    Living = 0,

    /// <summary>No longer of this municipality: told so, may still read and take out.</summary>
    MovedOut = 1,

    /// <summary>Nobody signs in any more.</summary>
    Died = 2,
}

internal enum ResidentState : byte
{
    SelfRegistered = 0,
    Confirmed = 1,
}

internal sealed class ConsentRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long ResidentNo { get; init; }

    [Clear]
    public required DateTimeOffset Given { get; init; }

    /// <summary>Which purposes, in which version, of which terms, which privacy notice, in which language they were read.</summary>
    [Sealed]
    public required byte[] Content { get; init; }
}

internal sealed class StaffRow
{
    [Clear]
    public required long AccountNo { get; init; }

    [Clear]
    public required StaffRole Role { get; set; }

    /// <summary>From then on the account opens nothing; null while no day is set.</summary>
    [Clear]
    public DateTimeOffset? Ends { get; set; }

    /// <summary>The organisation of the register a clinician belongs to; null for the municipality's own staff and for clinicians of before the register.</summary>
    [Clear]
    public long? OrganisationNo { get; set; }

    [Token]
    public required byte[] Mac { get; set; }

    /// <summary>Name of the person, and of the organisation as it was written.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Names { get; init; }
}

/// <summary>The keys that protect cookies and forms, wrapped whole: ASP.NET Core would store them readable.</summary>
internal sealed class CookieKeyRow
{
    [Clear]
    public required long No { get; init; }

    [Sealed(ForMunicipality = true)]
    public required byte[] Xml { get; init; }
}

internal sealed class PeopleTables : IModelPart
{
    public void Add(ModelBuilder model)
    {
        model.Entity<Account>(e =>
        {
            e.ToTable("account").HasKey(a => a.No);
            e.Property(a => a.No).ValueGeneratedNever();
            e.Property(a => a.PasswordHash).HasMaxLength(200);
            e.Ignore(a => a.Resident);
            e.HasIndex(a => a.SignInToken).IsUnique();
            e.HasIndex(a => a.Handle).IsUnique();
            e.HasIndex(a => a.ResidentNo);
        });
        model.Entity<PasskeyRow>(e =>
        {
            e.ToTable("passkey").HasKey(p => p.No);
            e.Property(p => p.No).ValueGeneratedNever();
            e.HasIndex(p => p.CredentialToken).IsUnique();
            e.HasIndex(p => p.AccountNo);
        });
        model.Entity<PrintedCode>(e => e.ToTable("printed_code").HasKey(c => new { c.AccountNo, c.Mac }));
        model.Entity<SignInSessionRow>(e =>
        {
            e.ToTable("sign_in_session").HasKey(s => s.No);
            e.Property(s => s.No).ValueGeneratedNever();
            e.HasIndex(s => s.TokenHash).IsUnique();
            e.HasIndex(s => s.AccountNo);
        });
        model.Entity<RecoveryRow>(e =>
        {
            e.ToTable("account_recovery").HasKey(r => r.No);
            e.Property(r => r.No).ValueGeneratedNever();
            e.HasIndex(r => r.AccountNo);
            e.HasIndex(r => r.Locator).IsUnique();
            e.Ignore(r => r.IsOpen);
        });
        model.Entity<SpentState>(e => e.ToTable("spent_state").HasKey(s => s.Token));
        model.Entity<ResidentRow>(e =>
        {
            e.ToTable("resident").HasKey(r => r.ResidentNo);
            e.Property(r => r.ResidentNo).ValueGeneratedNever();
        });
        model.Entity<ConsentRow>(e =>
        {
            e.ToTable("consent").HasKey(c => c.No);
            e.Property(c => c.No).ValueGeneratedNever();
            e.HasIndex(c => c.ResidentNo);
        });
        model.Entity<StaffRow>(e =>
        {
            e.ToTable("staff").HasKey(s => s.AccountNo);
            e.Property(s => s.AccountNo).ValueGeneratedNever();
        });
        SmartTables.Add(model);
        EligibleTables.Add(model);
        StaffTables.Add(model);
        OrganisationTables.Add(model);
        UseTables.Add(model);
        ProvisionTables.Add(model);
        model.Entity<CookieKeyRow>(e =>
        {
            e.ToTable("cookie_key").HasKey(k => k.No);
            e.Property(k => k.No).ValueGeneratedNever();
        });
    }
}
