using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>What is known of a resident apart from records: sealed under their own key, opened for the request.</summary>
public sealed record ResidentProfile(ResidentNo No, string Name, string? NameKana, DateOnly? BirthDate, string? Gender, bool Confirmed);

/// <summary>
/// The resident who is signed in, and the only way from a request to the gate. Scoped to the request. Everything is read from the signed-in principal; nothing
/// of it can be given from outside.
/// </summary>
public sealed class SignedInResident
{
    /// <summary>Null when nobody is signed in as a resident.</summary>
    public Task<ResidentProfile?> Profile(CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Opens the gate for the signed-in resident. Errors of <see cref="RecordVault.Open"/>, and <c>people.not-signed-in</c>.</summary>
    public Task<Result<Session>> Open(string purpose, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Closes the account of the signed-in resident, ends all its sessions but leaves signing in possible to cancel. Returns when the key is destroyed.</summary>
    public Task<Result<DateTimeOffset>> CloseAccount(CancellationToken cancel) => throw new NotImplementedException();

    public Task<Result<Done>> CancelClosure(CancellationToken cancel) => throw new NotImplementedException();
}
