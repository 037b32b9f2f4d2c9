namespace Tasuki.Delivery;

/// <summary>Wakes the sender of this process when there is something to hand over.</summary>
internal sealed class DeliverySignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Wake() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Completes at the next <see cref="Wake"/>. Take it before looking for work, so that nothing slips between.</summary>
    public Task Next => Volatile.Read(ref _next).Task;
}
