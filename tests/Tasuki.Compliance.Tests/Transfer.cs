namespace Tasuki.Compliance.Tests;

/// <summary>Whether what leaves arrives.</summary>
internal sealed class Transfer
{
    public bool Breaks { get; set; }
}
