using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>
/// What must be remembered between two forms travels with the form, encrypted under the cookie keys, bound to its purpose and its time. Nothing of a person who
/// has not finished stands in a database. A state may be spent, and then counts once on every server.
/// </summary>
internal sealed class ProtectedState(IDataProtectionProvider protection, TasukiDb db, TimeProvider clock)
{
    private sealed record Envelope<T>(long At, byte[] Nonce, T Value);

    public string Protect<T>(string purpose, T value) => Protector(purpose).Protect(
        JsonSerializer.Serialize(new Envelope<T>(clock.GetUtcNow().ToUnixTimeSeconds(), RandomNumberGenerator.GetBytes(16), value)));

    /// <summary>Null when it is not ours, not of this purpose, or too old.</summary>
    public T? Open<T>(string purpose, string? text, TimeSpan life) where T : class => Read<T>(purpose, text, life)?.Value;

    /// <summary>As <see cref="Open"/>, once: the second time null.</summary>
    public async Task<T?> Spend<T>(string purpose, string? text, TimeSpan life, CancellationToken cancel) where T : class
    {
        if (Read<T>(purpose, text, life) is not { } envelope)
            return null;
        var spent = new SpentState { Token = SHA256.HashData(envelope.Nonce), Until = clock.GetUtcNow() + life };
        db.Add(spent);
        try
        {
            await db.SaveChangesAsync(cancel);
            return envelope.Value;
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            db.Entry(spent).State = EntityState.Detached;
            return null;
        }
    }

    private Envelope<T>? Read<T>(string purpose, string? text, TimeSpan life)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope<T>>(Protector(purpose).Unprotect(text))!;
            var age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(envelope.At);
            return age > life || age < -TimeSpan.FromMinutes(1) ? null : envelope;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector Protector(string purpose) => protection.CreateProtector("Tasuki.People", purpose);
}
