using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Tasuki.Vault.Keys;

/// <summary>
/// The keys that sign the seals of the access log: the 32 bytes of the ring are the private number of an ECDSA P-256 key. The newest number signs; the public
/// halves of all are needed to check old seals.
/// </summary>
internal sealed partial class KeyRing
{
    /// <summary>The first seal of a ring makes its key. The caller disposes the private key.</summary>
    public (int Number, ECDsa Private) SealKey()
    {
        if (!_loaded.Newest.ContainsKey(RingPurpose.Seal))
            MadeOnFirstNeed(RingPurpose.Seal, 1);
        var (number, bytes) = NewestKey(RingPurpose.Seal);
        return (number, Signer(bytes));
    }

    /// <summary>Each number's public key as SubjectPublicKeyInfo, with those another server made since this one started.</summary>
    public IReadOnlyDictionary<int, byte[]> SealPublicKeys()
    {
        Refresh(force: false);
        return _loaded.Keys.Where(k => k.Key.Purpose is RingPurpose.Seal).ToImmutableDictionary(k => k.Key.Number, k =>
        {
            using var signer = Signer(k.Value.Bytes);
            return signer.ExportSubjectPublicKeyInfo();
        });
    }

    private static ECDsa Signer(byte[] number) => ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = number });
}
