using System.Runtime.InteropServices;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations;

/// <summary>
/// Of each thing observed the newest records (R4, observation, operation lastn). Two codings are one where system and code are; the codings of a record are equal, also by
/// way of a third one; a code in words alone is its words. Those at the same instant as the last of a group come too. The records are taken one by one, newest first, and no more are kept than may be answered.
/// </summary>
internal sealed class NewestByCode(int max)
{
    private readonly Dictionary<Key, Group> _groups = [];
    private readonly List<Taken> _alone = [];
    private int _place;

    public void Take(StoredRecord record)
    {
        var place = _place++;
        var keys = Keys(record.Resource.Json);
        if (keys.Count == 0)
            _alone.Add(new Taken(place, record, null));
        else
            Together(keys).Add(place, record, max);
    }

    /// <summary>Newest first over all groups.</summary>
    public IReadOnlyList<StoredRecord> Done() =>
        [.. _groups.Values.Distinct().SelectMany(group => group.Newest).Concat(_alone).OrderBy(one => one.Place).Select(one => one.Record)];

    private Group Together(IReadOnlyList<Key> keys)
    {
        Group? group = null;
        foreach (var key in keys)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, key, out _);
            if (known is null)
            {
                group ??= new Group();
                known = group;
                group.Keys.Add(key);
            }
            else if (group is null)
            {
                group = known;
            }
            else if (group != known)
            {
                group = Joined(group, known);
            }
        }

        return group!;
    }

    // A later record said that what seemed to be two is one.
    private Group Joined(Group one, Group other)
    {
        var (large, small) = one.Keys.Count >= other.Keys.Count ? (one, other) : (other, one);
        large.Join(small, max);
        foreach (var key in small.Keys)
            _groups[key] = large;
        return large;
    }

    private static List<Key> Keys(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        var keys = new List<Key>();
        if (!document.RootElement.TryGetProperty("code"u8, out var code))
            return keys;
        foreach (var coding in FhirWords.Each(code, "coding"))
        {
            if (FhirWords.Text(coding, "code") is { } value)
                keys.Add(new Key(FhirWords.Text(coding, "system"), value, InWords: false));
        }

        if (keys.Count == 0 && FhirWords.Concept(code) is { } words)
            keys.Add(new Key(null, words, InWords: true));
        return keys;
    }

    private readonly record struct Key(string? System, string Code, bool InWords);

    /// <param name="At">Milliseconds, as the store orders them; null for a record without a time, which ties with none.</param>
    private readonly record struct Taken(int Place, StoredRecord Record, long? At);

    private sealed class Group
    {
        // An older one than the last that is answered was seen, and after it come only older ones.
        private bool _isFull;

        public List<Key> Keys { get; } = [];

        public List<Taken> Newest { get; private set; } = [];

        public void Add(int place, StoredRecord record, int max)
        {
            if (_isFull)
                return;
            Newest.Add(new Taken(place, record, RecordFacts.Of(record.Resource).Date?.From.ToUnixTimeMilliseconds()));
            Trim(max);
        }

        public void Join(Group other, int max)
        {
            Keys.AddRange(other.Keys);
            Newest = [.. Newest.Concat(other.Newest).OrderBy(one => one.Place)];
            _isFull |= other._isFull;
            Trim(max);
        }

        private void Trim(int max)
        {
            var end = max;
            while (end < Newest.Count && Newest[end].At is { } at && at == Newest[max - 1].At)
                end++;
            if (end >= Newest.Count)
                return;
            Newest.RemoveRange(end, Newest.Count - end);
            _isFull = true;
        }
    }
}
