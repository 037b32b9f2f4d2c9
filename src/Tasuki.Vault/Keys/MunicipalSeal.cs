using System.Buffers.Binary;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Keys;

/// <summary>
/// <see cref="ISeal"/>. A resident's value: a body under the resident's key (<see cref="BodyFormat"/>), bound to its place. The municipality's: format(1) | nonce |
/// ciphertext | tag under the field key, padded alike (<see cref="NumberedKey"/>: the number of the key stands in the head).
/// </summary>
internal sealed class MunicipalSeal(ResidentKeyStore residents, KeyRing ring, MunicipalityId municipality) : ISeal
{
    internal static readonly Error Gone = new("seal.gone", "The resident's key is destroyed or on the erasure list: what it sealed is gone.");
    internal static readonly Error Broken = new("seal.broken", "The sealed value was altered or belongs elsewhere.");

    public async ValueTask<Result<byte[]>> Seal(ResidentNo resident, SealPlace place, ReadOnlyMemory<byte> plain, CancellationToken cancel) =>
        await residents.Get(resident, cancel) is { } keys ? BodyFormat.Seal(keys, plain.Span, Bound(municipality, place).Number(resident.Value)) : Gone;

    public async ValueTask<Result<byte[]>> Open(ResidentNo resident, SealPlace place, ReadOnlyMemory<byte> sealedValue, CancellationToken cancel)
    {
        if (await residents.Get(resident, cancel) is not { } keys)
            return Gone;
        return BodyFormat.Open(keys, sealedValue.Span, Bound(municipality, place).Number(resident.Value)) is { } plain ? plain : Broken;
    }

    public byte[] SealForMunicipality(SealPlace place, ReadOnlySpan<byte> plain)
    {
        var padded = new byte[BodyFormat.PaddedSize(4 + plain.Length)];
        BinaryPrimitives.WriteInt32BigEndian(padded, plain.Length);
        plain.CopyTo(padded.AsSpan(4));
        return NumberedKey.Seal(ring, RingPurpose.Field, padded, Bound(municipality, place).Bytes);
    }

    public Result<byte[]> OpenForMunicipality(SealPlace place, ReadOnlySpan<byte> sealedValue)
    {
        if (NumberedKey.Open(ring, RingPurpose.Field, sealedValue, Bound(municipality, place).Bytes) is not { } padded)
            return Broken;
        return padded.AsSpan(4, BinaryPrimitives.ReadInt32BigEndian(padded)).ToArray();
    }

    public byte[] LookupToken(LookupKind kind, ReadOnlySpan<byte> value) => ring.Mac(RingPurpose.Lookup(kind), "lookup", value)[..16];

    public byte[] SecretMac(string purpose, ReadOnlySpan<byte> value) => ring.Mac(RingPurpose.Secrets, purpose, value);

    internal static Binding Bound(MunicipalityId municipality, SealPlace place) => new Binding(municipality, "seal").Text(place.Table).Text(place.Column).Text(place.Row);
}
