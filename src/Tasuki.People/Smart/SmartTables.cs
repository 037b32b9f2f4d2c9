using Microsoft.EntityFrameworkCore;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>How an app keeps itself: what it can hold a key in decides how it proves who it is. A shared secret is offered to none.</summary>
internal enum AppKind : byte
{
    /// <summary>In a browser or on a phone: no key, PKCE alone.</summary>
    Public = 1,

    /// <summary>On a server of its own, people sign in: PKCE and <c>private_key_jwt</c>.</summary>
    Confidential = 2,

    /// <summary>On a server, nobody signs in: <c>private_key_jwt</c>, <c>system/</c> scopes.</summary>
    Backend = 3,

    /// <summary>The service's own probe (<see cref="ProbeApp"/>): registered by nobody, shown to nobody, unknown to the OAuth server.</summary>
    Probe = 4,
}

internal enum AppState : byte
{
    Asked = 1,

    /// <summary>One officer has looked and found it in order.</summary>
    Checked = 2,
    Approved = 3,
    Refused = 4,
    Suspended = 5,
}

/// <summary>An app of the register; its number is its <c>client_id</c>. The row carries a MAC: none is written, approved or widened by SQL.</summary>
internal sealed class SmartApp
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required AppKind Kind { get; init; }

    [Clear]
    public required AppState State { get; set; }

    [Clear]
    public required DateTimeOffset Registered { get; init; }

    /// <summary>The officer's account when an officer registered it.</summary>
    [Clear]
    public long? RegisteredBy { get; init; }

    [Clear]
    public long? CheckedBy { get; set; }

    [Clear]
    public long? DecidedBy { get; set; }

    [Clear]
    public required DateTimeOffset Changed { get; set; }

    /// <summary><see cref="AppContent"/>.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; set; }

    [Token]
    public required byte[] Mac { get; set; }

    /// <summary>Opened by who loads it.</summary>
    public AppContent? Opened { get; set; }
}

/// <summary>An app that somebody connected: what OAuth calls an authorization. Ends by its time, by the person, with the sign-in it hangs on, or with the app.</summary>
internal sealed class SmartConnection
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long AppNo { get; init; }

    [Clear]
    public required long AccountNo { get; init; }

    /// <summary>Whose records; null for a clinician, whose own rights decide.</summary>
    [Clear]
    public required long? ResidentNo { get; init; }

    /// <summary>The vault's grant to read, and the one to write.</summary>
    [Clear]
    public required long? GrantNo { get; init; }

    [Clear]
    public required long? EntryGrantNo { get; init; }

    /// <summary>The sign-in it ends with; null where it may outlive it.</summary>
    [Clear]
    public required long? SessionNo { get; init; }

    [Clear]
    public required DateTimeOffset Created { get; init; }

    [Clear]
    public required DateTimeOffset Until { get; init; }

    [Clear]
    public DateTimeOffset? Ended { get; set; }

    /// <summary>When the newest access token was given out: within ten minutes of the last use.</summary>
    [Clear]
    public DateTimeOffset? LastUsed { get; set; }

    /// <summary>The account's way of signing in as it was: another password or authenticator ends the connection.</summary>
    [Token]
    public required byte[] Stamp { get; init; }

    /// <summary><see cref="ConnectionContent"/>.</summary>
    [Sealed]
    public required byte[] Content { get; init; }

    /// <summary>Over the whole row but the last use; lost with its end, so that no SQL revives it.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    /// <summary>Found by <see cref="Connections"/> when the row was loaded.</summary>
    public bool Live { get; set; }
}

/// <summary>A code, refresh token, access token or identity token that was given out. Presented ones are found by their SHA-256.</summary>
internal sealed class SmartToken
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public long? AppNo { get; set; }

    [Clear]
    public long? ConnectionNo { get; set; }

    [Clear]
    public long? ResidentNo { get; set; }

    /// <summary>An account, or for a backend the app itself.</summary>
    [Clear]
    public long? Subject { get; set; }

    [Clear]
    public byte Type { get; set; }

    [Clear]
    public byte State { get; set; }

    [Clear]
    public DateTimeOffset? Created { get; set; }

    [Clear]
    public DateTimeOffset? Expires { get; set; }

    [Clear]
    public DateTimeOffset? Redeemed { get; set; }

    [Token]
    public byte[]? Reference { get; set; }

    /// <summary>What the token says, under the resident's key, or the municipality's where no resident is meant.</summary>
    [Sealed]
    public byte[]? Payload { get; set; }

    [Token]
    public required byte[] Mac { get; set; }

    public string? Plain { get; set; }

    /// <summary>What OpenIddict calls the reference: for a moment the value itself, then its hash, which alone is stored.</summary>
    public string? ReferenceId { get; set; }
}

/// <summary>A launch that a page of a clinician began and an app has not taken up yet.</summary>
internal sealed class SmartLaunch
{
    /// <summary>SHA-256 of the value in the address of the launch.</summary>
    [Token]
    public required byte[] Token { get; init; }

    [Clear]
    public required long AppNo { get; init; }

    [Clear]
    public required long AccountNo { get; init; }

    [Clear]
    public required long ResidentNo { get; init; }

    [Clear]
    public required DateTimeOffset Until { get; init; }

    [Token]
    public required byte[] Mac { get; set; }
}

/// <summary>A key that signs or encrypts tokens, wrapped whole by the ring.</summary>
internal sealed class SmartKeyRow
{
    /// <summary>1 signs, 2 encrypts, 3 signs identity tokens.</summary>
    [Clear]
    public required long No { get; init; }

    [Sealed(ForMunicipality = true)]
    public required byte[] Wrapped { get; init; }
}

internal static class SmartTables
{
    public static void Add(ModelBuilder model)
    {
        model.Entity<SmartApp>(e =>
        {
            e.ToTable("smart_app").HasKey(a => a.No);
            e.Property(a => a.No).ValueGeneratedNever();
            e.Ignore(a => a.Opened);
        });
        model.Entity<SmartConnection>(e =>
        {
            e.ToTable("smart_connection").HasKey(c => c.No);
            e.Property(c => c.No).ValueGeneratedNever();
            e.Ignore(c => c.Live);
            e.HasIndex(c => c.AccountNo);
            e.HasIndex(c => c.AppNo);
            e.HasIndex(c => c.ResidentNo);
        });
        model.Entity<SmartToken>(e =>
        {
            e.ToTable("smart_token").HasKey(t => t.No);
            e.Property(t => t.No).ValueGeneratedNever();
            e.Ignore(t => t.Plain);
            e.Ignore(t => t.ReferenceId);
            e.HasIndex(t => t.Reference).IsUnique();
            e.HasIndex(t => t.ConnectionNo);
            e.HasIndex(t => t.Expires);
        });
        model.Entity<LargeExport>(e =>
        {
            e.ToTable("large_export").HasKey(x => x.No);
            e.HasIndex(x => x.At);
        });
        model.Entity<SmartLaunch>(e => e.ToTable("smart_launch").HasKey(l => l.Token));
        model.Entity<SmartKeyRow>(e =>
        {
            e.ToTable("smart_key").HasKey(k => k.No);
            e.Property(k => k.No).ValueGeneratedNever();
        });
    }
}
