using Tasuki.Kernel;

namespace Tasuki.Vault.Keys;

/// <summary>
/// How the ring changes: a key is spread, then used, then ended, then destroyed. Each change is one new generation of the file, made under its lock from what stands
/// there, so a run that was cut off is taken up by looking.
/// </summary>
internal sealed partial class KeyRing
{
    /// <summary>
    /// The epoch that waits to be used and the generation that brought it: the one a run before left, or a new one when the current is of an earlier day
    /// or <paramref name="another"/> is wanted. Null when the day has its epoch.
    /// </summary>
    public (int Number, long Generation)? SpreadEpoch(bool another)
    {
        var now = _clock.GetUtcNow();
        return Spread(RingPurpose.Epoch, now, newest =>
            another || TokyoDay.Of(newest.Birth) < TokyoDay.Of(now) ? Math.Max(TokyoDay.Of(now).DayNumber, newest.Number + 1) : null);
    }

    /// <summary>The same for a renewable purpose: there is always one more.</summary>
    public (int Number, long Generation) SpreadNext(string purpose) => Spread(purpose, _clock.GetUtcNow(), newest => newest.Number + 1)!.Value;

    /// <summary>Begins to close with a spread key. Those before it end: they open what they closed.</summary>
    public void Use(string purpose, int number) => Change(document =>
    {
        if (!document.Keys.Exists(k => Is(k, purpose) && k.Number == number && k.Spread > 0))
            return null;
        var now = _clock.GetUtcNow();
        return [.. document.Keys.Select(k => !Is(k, purpose) ? k
            : k.Number == number ? k with { Spread = 0 }
            : k.Number < number && k.End is null ? Ended(k, document.Municipality, now) : k)];
    });

    /// <summary>What these keys closed is gone, in every copy. The newest of a purpose stays.</summary>
    public void Destroy(string purpose, Func<RingKeyInfo, bool> which)
    {
        var gone = List().Where(k => string.Equals(k.Purpose, purpose, StringComparison.Ordinal) && k.State is RingKeyState.OpensOnly && which(k)).Select(k => k.Number).ToHashSet();
        if (gone.Count > 0)
            Change(document => [.. document.Keys.Where(k => !Is(k, purpose) || !gone.Contains(k.Number))]);
    }

    /// <summary>The logs of years whose retention is over: the chain still verifies over stored bytes, nobody reads them.</summary>
    public void DestroyLogKeysBefore(int year)
    {
        if (_loaded.Keys.Keys.Any(k => k.Purpose is RingPurpose.Log && k.Number < year))
            Change(document => [.. document.Keys.Where(k => !Is(k, RingPurpose.Log) || k.Number >= year)]);
    }

    private byte[] MadeOnFirstNeed(string purpose, int number)
    {
        if (!_loaded.Keys.ContainsKey((purpose, number)))
        {
            Change(document => document.Keys.Exists(k => Is(k, purpose) && k.Number == number)
                ? null : [.. document.Keys, New(_root, _municipality, purpose, number, _clock.GetUtcNow())]);
        }

        return _loaded.Keys[(purpose, number)].Bytes;
    }

    private (int, long)? Spread(string purpose, DateTimeOffset now, Func<RingEntry, int?> next)
    {
        (int, long)? spread = null;
        Change((document, generation) =>
        {
            var ofPurpose = document.Keys.FindAll(k => Is(k, purpose));
            if (ofPurpose.Find(k => k.Spread > 0) is { } waiting)
            {
                spread = (waiting.Number, waiting.Spread);
                return null;
            }

            if (next(ofPurpose.MaxBy(k => k.Number)!) is not { } number)
                return null;
            spread = (number, generation);
            return [.. document.Keys, New(_root, _municipality, purpose, number, now, generation)];
        });
        return spread;
    }

    private RingEntry Ended(RingEntry entry, string municipality, DateTimeOffset end)
    {
        var key = Aead.Open(_root, 0, entry.Wrapped, LoadedRing.Bound(municipality, entry.Purpose, entry.Number, entry.Birth, entry.End))!;
        return entry with { End = end, Wrapped = Aead.Seal(_root, [], key, LoadedRing.Bound(municipality, entry.Purpose, entry.Number, entry.Birth, end)) };
    }

    private void Change(Func<RingDocument, List<RingEntry>?> change) => Change((document, _) => change(document));

    private void Change(Func<RingDocument, long, List<RingEntry>?> change)
    {
        lock (_changing)
        {
            using var held = _file.Lock();
            var document = _file.Read().Value;
            if (change(document, document.Generation + 1) is { } keys)
            {
                document = new RingDocument(RingDocument.NewestFormat, document.Municipality, keys, document.Generation + 1);
                _file.Write(document);
            }

            _loaded = LoadedRing.From(_root, document, _file.Stamp).Value;
        }
    }

    private static bool Is(RingEntry entry, string purpose) => string.Equals(entry.Purpose, purpose, StringComparison.Ordinal);
}
