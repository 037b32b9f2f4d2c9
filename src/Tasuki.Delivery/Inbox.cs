using Tasuki.Kernel;

namespace Tasuki.Delivery;

/// <summary>A message in a person's inbox. Subject and body are sealed under the person's key.</summary>
public sealed record InboxMessage(long No, DateTimeOffset Sent, string Subject, string Body, string? Link, bool Read);

/// <summary>Every person's inbox in the app. A message outside the app says only that something has arrived.</summary>
public sealed class Inbox
{
    /// <param name="key">The idempotency key: the same key for the same resident is delivered once.</param>
    public Task Send(ResidentNo resident, string key, string subject, string body, string? link, CancellationToken cancel) => throw new NotImplementedException();

    public Task<IReadOnlyList<InboxMessage>> Messages(ResidentNo resident, CancellationToken cancel) => throw new NotImplementedException();

    public Task<int> Unread(ResidentNo resident, CancellationToken cancel) => throw new NotImplementedException();

    public Task MarkRead(ResidentNo resident, long no, CancellationToken cancel) => throw new NotImplementedException();
}
