using Tasuki.Kernel.Seals;

namespace Tasuki.Vault.Keys;

/// <summary>What a ring key is for. The strings are part of stored bytes.</summary>
internal static class RingPurpose
{
    /// <summary>Wraps residents' keys; numbered by day. Its destruction makes every older copy of the key store noise.</summary>
    public const string Epoch = "epoch";

    /// <summary>Staff, organisations, shops: what is no resident's.</summary>
    public const string Field = "field";

    /// <summary>Grants, proxy rights, roles; tokens of grantees and of actors in the log; the erasure list.</summary>
    public const string Mac = "mac";

    /// <summary>Bodies of the access log, one key a year.</summary>
    public const string Log = "log";

    /// <summary>Record ids. Permanent, for ids alone, grants nothing.</summary>
    public const string Id = "id";

    /// <summary>Tokens of result pages: short-lived values that travel through the outside.</summary>
    public const string Page = "page";

    /// <summary>Wraps the keys that protect cookies.</summary>
    public const string Cookie = "cookie";

    /// <summary>Wraps the keys that sign tokens.</summary>
    public const string Signing = "signing";

    /// <summary>HMACs of codes and the password pepper.</summary>
    public const string Secrets = "secrets";

    public static string Lookup(LookupKind kind) => $"lookup-{(int)kind}";

    /// <summary>Signs the seals of the access log.</summary>
    public const string Seal = "seal";

    /// <summary>
    /// Of these a new number can be made at any time: what they close names the number. All others stay for good, because what they made is compared and never
    /// opened: tokens of look-ups, MACs of rows, codes and pepper, ids that stand outside. Page tokens live for minutes and gain nothing from it.
    /// </summary>
    public static readonly string[] Renewable = [Field, Cookie, Signing, Seal];

    /// <summary>Made once with the ring. One that is missing later is an error: a new one would not open what the old one closed.</summary>
    public static IEnumerable<string> MadeWithTheRing =>
        [Field, Mac, Id, Page, Cookie, Signing, Secrets, .. Enum.GetValues<LookupKind>().Select(Lookup)];
}
