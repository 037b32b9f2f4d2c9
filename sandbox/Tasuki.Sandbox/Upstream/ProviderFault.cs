namespace Tasuki.Sandbox.Upstream;

/// <summary>What the provider does wrong with its next tokens.</summary>
public enum ProviderFault
{
    None,
    WrongNonce,
    NoNonce,
    WrongAudience,
    WrongIssuer,

    /// <summary>Two audiences, ours among them, made for the other.</summary>
    OtherParty,
    Expired,
    NotYet,
    IssuedLongAgo,
    IssuedInTheFuture,

    /// <summary>No <c>exp</c> at all.</summary>
    NoExpiry,
    NoSubject,

    /// <summary><c>alg</c> is <c>none</c> and there is no signature.</summary>
    NoSignature,

    /// <summary>Signed with another key under the name of the right one.</summary>
    ForeignKey,

    /// <summary>Signed with a key that is not published.</summary>
    UnknownKey,

    /// <summary><c>alg</c> is <c>HS256</c>, and its secret the public key, which everybody has.</summary>
    HmacWithPublicKey,

    /// <summary>A header that must be understood, and nobody does.</summary>
    CriticalHeader,

    /// <summary>Claims of other types than they have.</summary>
    OddTypes,

    /// <summary>Neither <c>acr</c> nor <c>amr</c>.</summary>
    NoSecondFactor,

    /// <summary>The person proved themself an hour ago, whatever was asked.</summary>
    OldAuthentication,
    NoAuthenticationTime,

    /// <summary>The token endpoint answers never.</summary>
    Slow,
    ServerError,

    /// <summary>The token endpoint answers with a megabyte.</summary>
    Huge,

    /// <summary>The token endpoint's answer holds no id_token.</summary>
    NoToken,
    NotJson,
}
