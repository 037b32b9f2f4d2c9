using System.Collections.Frozen;
using System.Text;
using Tasuki.Kernel;

namespace Tasuki.Vault.Keys;

internal sealed record RingKey(byte[] Bytes, DateTimeOffset Birth, DateTimeOffset? End, long Spread);

/// <summary>One state of the ring, unwrapped. <see cref="Newest"/> is the number each purpose closes with: the highest that is not waiting.</summary>
internal sealed record LoadedRing(
    long Generation, (DateTime, long) Stamp, FrozenDictionary<(string Purpose, int Number), RingKey> Keys, FrozenDictionary<string, int> Newest)
{
    public static Result<LoadedRing> From(byte[] root, RingDocument document, (DateTime, long) stamp)
    {
        var keys = new Dictionary<(string, int), RingKey>();
        var newest = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in document.Keys)
        {
            if (Aead.Open(root, 0, entry.Wrapped, Bound(document.Municipality, entry.Purpose, entry.Number, entry.Birth, entry.End)) is not { } key)
                return new Error("ring.key", $"The ring's key '{entry.Purpose}' number {entry.Number} does not open with root.key: the two files do not belong together, or one was altered.");
            keys.Add((entry.Purpose, entry.Number), new RingKey(key, entry.Birth, entry.End, entry.Spread));
            if (entry.Spread == 0)
                newest[entry.Purpose] = Math.Max(entry.Number, newest.GetValueOrDefault(entry.Purpose));
        }

        foreach (var purpose in RingPurpose.MadeWithTheRing)
        {
            if (!keys.ContainsKey((purpose, 1)))
                return new Error("ring.key", $"ring.json lacks the key '{purpose}'. Put the ring back from its backup.");
        }

        return newest.ContainsKey(RingPurpose.Epoch)
            ? new LoadedRing(document.Generation, stamp, keys.ToFrozenDictionary(), newest.ToFrozenDictionary(StringComparer.Ordinal))
            : new Error("ring.key", "ring.json holds no epoch key. Put the ring back from its backup.");
    }

    public static byte[] Bound(string municipality, string purpose, int number, DateTimeOffset birth, DateTimeOffset? end) =>
        Encoding.UTF8.GetBytes($"tasuki ring\n{municipality}\n{purpose}\n{number}\n{birth.UtcTicks}\n{end?.UtcTicks}");
}
