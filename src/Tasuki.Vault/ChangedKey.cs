namespace Tasuki.Vault;

/// <summary>How far the change of a resident's key has come.</summary>
public enum KeyChangeState
{
    /// <summary>The new version opens on every server that reads it, and closes nothing yet.</summary>
    Spreading,

    /// <summary>Everything lies under the new version. The old one stays a while for requests that took it before.</summary>
    Settling,

    /// <summary>The old version is destroyed.</summary>
    Finished,
}

/// <param name="Version">The new one.</param>
/// <param name="Continues">From when on the next run has something to do; for a finished change, now.</param>
/// <param name="Rewritten">Rows and values that this run closed anew.</param>
public sealed record ChangedKey(byte Version, KeyChangeState State, DateTimeOffset Continues, long Rewritten);
