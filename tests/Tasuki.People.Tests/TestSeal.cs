using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.People.Tests;

/// <summary>A seal for tests of the floors that need no vault: one random key, place and owner bound.</summary>
internal sealed class TestSeal : ISeal
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public ValueTask<Result<byte[]>> Seal(ResidentNo resident, SealPlace place, ReadOnlyMemory<byte> plain, CancellationToken cancel) =>
        ValueTask.FromResult<Result<byte[]>>(Close($"{resident}|{place}", plain.Span));

    public ValueTask<Result<byte[]>> Open(ResidentNo resident, SealPlace place, ReadOnlyMemory<byte> sealedValue, CancellationToken cancel) =>
        ValueTask.FromResult(Unclose($"{resident}|{place}", sealedValue.Span));

    public byte[] SealForMunicipality(SealPlace place, ReadOnlySpan<byte> plain) => Close($"m|{place}", plain);

    public Result<byte[]> OpenForMunicipality(SealPlace place, ReadOnlySpan<byte> sealedValue) => Unclose($"m|{place}", sealedValue);

    public byte[] LookupToken(LookupKind kind, ReadOnlySpan<byte> value) => HMACSHA256.HashData(_key.AsSpan(), [(byte)kind, .. value])[..16];

    public byte[] SecretMac(string purpose, ReadOnlySpan<byte> value) => HMACSHA256.HashData(_key.AsSpan(), [.. Encoding.UTF8.GetBytes(purpose), 0, .. value]);

    private byte[] Close(string bound, ReadOnlySpan<byte> plain)
    {
        var nonce = RandomNumberGenerator.GetBytes(12);
        var cipher = new byte[plain.Length];
        var tag = new byte[16];
        using var aes = new AesGcm(_key, 16);
        aes.Encrypt(nonce, plain, cipher, tag, Encoding.UTF8.GetBytes(bound));
        return [.. nonce, .. tag, .. cipher];
    }

    private Result<byte[]> Unclose(string bound, ReadOnlySpan<byte> value)
    {
        var plain = new byte[value.Length - 28];
        using var aes = new AesGcm(_key, 16);
        try
        {
            aes.Decrypt(value[..12], value[28..], value[12..28], plain, Encoding.UTF8.GetBytes(bound));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return new Error("seal.broken", "The value does not open here.");
        }
    }
}
