using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Tasuki.Vault.Keys;

/// <summary>
/// The keys that sign the seals of the access log: the 32 bytes of the ring are the private number of an ECDSA P-256 key. The newest number signs; the public
/// halves of all are needed to check old seals.
/// </summary>
internal sealed partial class KeyRing
{
    private const string Seal = "seal";

    /// <summary>The first seal of a ring makes its key. The caller disposes the private key.</summary>
    public (int Number, ECDsa Private) SealKey()
    {
        if (!SealNumbers().Any())
        {
            lock (_changing)
            {
                using var held = _file.Lock();
                var document = _file.Read().Value;
                if (!document.Keys.Exists(k => string.Equals(k.Purpose, Seal, StringComparison.Ordinal)))
                {
                    document.Keys.Add(New(_root, _municipality, Seal, 1, _clock.GetUtcNow()));
                    _file.Write(document);
                }

                _keys = Unwrap(_root, document).Value;
            }
        }

        var number = SealNumbers().Max();
        return (number, Signer(number));
    }

    /// <summary>Each number's public key as SubjectPublicKeyInfo, with those another server made since this one started.</summary>
    public IReadOnlyDictionary<int, byte[]> SealPublicKeys()
    {
        _keys = Unwrap(_root, _file.Read().Value).Value;
        return SealNumbers().ToImmutableDictionary(number => number, number =>
        {
            using var signer = Signer(number);
            return signer.ExportSubjectPublicKeyInfo();
        });
    }

    private IEnumerable<int> SealNumbers() => _keys.Keys.Where(k => string.Equals(k.Purpose, Seal, StringComparison.Ordinal)).Select(k => k.Number);

    private ECDsa Signer(int number) => ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = _keys[(Seal, number)] });
}
