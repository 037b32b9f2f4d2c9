namespace Tasuki.Vault.Keys;

/// <summary>What the log says of work on keys. No resident's entry; part of stored bytes.</summary>
internal static class KeyActions
{
    public const string Rotate = "rotate-keys";
    public const string Renew = "renew-key";
    public const string Backup = "backup";
}
