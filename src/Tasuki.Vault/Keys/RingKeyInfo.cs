namespace Tasuki.Vault;

public enum RingKeyState
{
    /// <summary>In the ring, waiting until every live server has loaded it.</summary>
    Spread,

    /// <summary>What is closed now is closed with it.</summary>
    InUse,

    /// <summary>Opens what it closed; closes nothing new.</summary>
    OpensOnly,
}

/// <summary>A key of the ring as an operator may see it: no bytes.</summary>
public sealed record RingKeyInfo(string Purpose, int Number, DateTimeOffset Birth, DateTimeOffset? End, RingKeyState State);
