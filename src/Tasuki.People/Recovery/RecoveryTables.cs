using Tasuki.Kernel.Seals;

namespace Tasuki.People;

internal enum RecoveryWay : byte
{
    /// <summary>By a code of the printed list alone.</summary>
    CodeList = 1,

    /// <summary>By a code an officer handed over after an identity check.</summary>
    Counter = 2,
}

internal enum RecoveryState : byte
{
    /// <summary>The counter's code is out and was not entered yet.</summary>
    HandedOver = 1,

    /// <summary>Begun; takes effect at its time, which decides, not a job.</summary>
    Waiting = 2,

    /// <summary>A new method of signing in was set.</summary>
    Done = 3,

    Stopped = 4,
    Expired = 5,
}

/// <summary>
/// One attempt to get back into an account. The row carries a MAC over all of it, so that nothing of it can be written or advanced by SQL; every change is made on
/// the condition that the MAC is still the one that was read, so that no change is made twice.
/// </summary>
internal sealed class RecoveryRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long AccountNo { get; init; }

    [Clear]
    public required RecoveryWay Way { get; init; }

    [Clear]
    public required RecoveryState State { get; set; }

    /// <summary>Finds the row by the first digits of the code that is good at present.</summary>
    [Token]
    public required byte[] Locator { get; set; }

    /// <summary>Keyed hash of that code: first the counter's code, then the receipt a person comes back with.</summary>
    [Token]
    public required byte[] CodeMac { get; set; }

    /// <summary>Tries at that code.</summary>
    [Clear]
    public int Tries { get; set; }

    [Clear]
    public required DateTimeOffset Created { get; init; }

    /// <summary>From when a new method may be set; null until the code was entered.</summary>
    [Clear]
    public DateTimeOffset? EffectiveAt { get; set; }

    /// <summary>When it is over if nothing happens.</summary>
    [Clear]
    public required DateTimeOffset Ends { get; set; }

    /// <summary>The officer's account, for the counter's way.</summary>
    [Clear]
    public long? IssuedBy { get; init; }

    /// <summary>The second officer's account.</summary>
    [Clear]
    public long? ConfirmedBy { get; set; }

    [Token]
    public required byte[] Mac { get; set; }

    public bool IsOpen => State is RecoveryState.HandedOver or RecoveryState.Waiting;
}
