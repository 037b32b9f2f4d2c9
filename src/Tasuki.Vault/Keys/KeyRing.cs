using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;

namespace Tasuki.Vault.Keys;

/// <summary>
/// The keys of one municipality, opened once at start; what other servers change in the files is taken over by <see cref="Refresh"/>. They never leave this
/// assembly: other floors seal, compare and wrap through <see cref="RecordVault"/>.
/// </summary>
internal sealed partial class KeyRing
{
    private readonly RingFile _file;
    private readonly MunicipalityId _municipality;
    private readonly TimeProvider _clock;
    private readonly byte[] _root;
    private readonly Lock _changing = new();
    private volatile LoadedRing _loaded;

    private KeyRing(RingFile file, MunicipalityId municipality, TimeProvider clock, byte[] root, LoadedRing loaded)
    {
        _file = file;
        _municipality = municipality;
        _clock = clock;
        _root = root;
        _loaded = loaded;
    }

    public string ErasurePath => _file.ErasurePath;

    /// <summary>The state of the ring this process works with.</summary>
    public long Generation => _loaded.Generation;

    /// <summary>The epoch under which keys are wrapped now.</summary>
    public int CurrentEpoch => _loaded.Newest[RingPurpose.Epoch];

    /// <summary>Keeps other processes from changing the ring's files until it is disposed.</summary>
    public IDisposable LockFiles() => _file.Lock();

    /// <summary>Null when a rotation or a backup is under way.</summary>
    public IDisposable? TryLockLongWork() => _file.TryLockLongWork();

    /// <summary>Errors: <c>ring.missing</c>, <c>ring.root</c>, <c>ring.mode</c>, <c>ring.format</c>, <c>ring.municipality</c>, <c>ring.key</c>, <c>ring.restoring</c>.</summary>
    /// <param name="rootPath">Where the root key lies when it is not beside the ring.</param>
    public static Result<KeyRing> Open(string folder, MunicipalityId municipality, TimeProvider clock, bool create, string? rootPath = null)
    {
        var file = new RingFile(folder, rootPath);
        if (File.Exists(file.RestorePath))
            return new Error("ring.restoring", "A restore was begun and is not finished. Run the same 'tasuki restore' again; it goes on where it was cut off.");
        if (!file.Exists)
        {
            if (!create)
                return new Error("ring.missing", "The key ring's folder holds no ring.json. Name the right folder, or start with Create to make a new ring.");
            file.MakeFolder();
            using var held = file.Lock();
            if (!file.Exists && file.HadRing)
                return new Error("ring.missing", "The key ring's folder holds a root.key but no ring.json. Put ring.json back from its backup; if no vault was ever made with it, remove root.key.");
            if (!file.Exists && Make(file, municipality, clock) is { } failed)
                return failed;
        }

        var root = file.ReadRoot();
        if (!root.IsOk)
            return root.Error;
        var document = file.Read();
        if (!document.IsOk)
            return document.Error;
        if (!string.Equals(document.Value.Municipality, municipality.Value, StringComparison.Ordinal))
            return new Error("ring.municipality", $"The key ring belongs to municipality '{document.Value.Municipality}', not '{municipality}'.");

        var stamp = file.Stamp;
        var loaded = LoadedRing.From(root.Value, document.Value, stamp);
        return loaded.IsOk ? new KeyRing(file, municipality, clock, root.Value, loaded.Value) : loaded.Error;
    }

    /// <summary>The key a purpose closes with now.</summary>
    public ReadOnlySpan<byte> Key(string purpose) => NewestKey(purpose).Bytes;

    /// <summary>The same with its number, which goes into what it closes.</summary>
    public (int Number, byte[] Bytes) NewestKey(string purpose)
    {
        var ring = _loaded;
        var number = ring.Newest[purpose];
        return (number, ring.Keys[(purpose, number)].Bytes);
    }

    /// <summary>Empty when there is none of that number, or none any more. A number another server made in this moment is found.</summary>
    public ReadOnlySpan<byte> KeyOf(string purpose, int number)
    {
        if (_loaded.Keys.TryGetValue((purpose, number), out var key))
            return key.Bytes;
        Refresh(force: false);
        return _loaded.Keys.TryGetValue((purpose, number), out key) ? key.Bytes : default;
    }

    public ReadOnlySpan<byte> EpochKey(int epoch) => KeyOf(RingPurpose.Epoch, epoch);

    /// <summary>The log key of a year to write with; the first entry of a year makes it.</summary>
    public ReadOnlySpan<byte> LogKeyForWriting(int year) => MadeOnFirstNeed(RingPurpose.Log, year);

    /// <summary>Empty when the year's key has ended: what it sealed is gone.</summary>
    public ReadOnlySpan<byte> LogKeyForReading(int year) => KeyOf(RingPurpose.Log, year);

    /// <summary>HMAC-SHA-256 under the key of a purpose. <paramref name="domain"/> keeps one use apart from the next.</summary>
    public byte[] Mac(string purpose, string domain, ReadOnlySpan<byte> value) => Mac(Key(purpose), domain, value);

    public static byte[] Mac(ReadOnlySpan<byte> key, string domain, ReadOnlySpan<byte> value)
    {
        var size = 1 + Encoding.UTF8.GetMaxByteCount(domain.Length) + value.Length;
        Span<byte> data = size <= 512 ? stackalloc byte[512] : new byte[size];
        var name = Encoding.UTF8.GetBytes(domain, data[1..]);
        data[0] = (byte)name;
        value.CopyTo(data[(1 + name)..]);
        return HMACSHA256.HashData(key, data[..(1 + name + value.Length)]);
    }

    /// <summary>
    /// Takes over what was changed in the files; without <paramref name="force"/> only when they look changed. A ring that cannot be read, or is older than the
    /// loaded one, changes nothing: an outage after the start stops no reads. True when the loaded ring is the newest that could be read.
    /// </summary>
    public bool Refresh(bool force)
    {
        var stamp = _file.Stamp;
        if (!force && stamp == _loaded.Stamp)
            return true;
        var document = _file.Read();
        if (!document.IsOk || document.Value.Generation < _loaded.Generation || !string.Equals(document.Value.Municipality, _municipality.Value, StringComparison.Ordinal))
            return false;
        var loaded = LoadedRing.From(_root, document.Value, stamp);
        if (!loaded.IsOk)
            return false;
        lock (_changing)
        {
            if (loaded.Value.Generation >= _loaded.Generation)
                _loaded = loaded.Value;
        }

        return true;
    }

    /// <summary>Every key with its dates, no bytes.</summary>
    public IReadOnlyList<RingKeyInfo> List() =>
    [
        .. _loaded.Keys.OrderBy(k => k.Key.Purpose, StringComparer.Ordinal).ThenBy(k => k.Key.Number).Select(k => new RingKeyInfo(
            k.Key.Purpose, k.Key.Number, k.Value.Birth, k.Value.End,
            k.Value.Spread > 0 ? RingKeyState.Spread : k.Value.End is null ? RingKeyState.InUse : RingKeyState.OpensOnly)),
    ];

    /// <summary>Root and ring as they stand, for a copy that is encrypted before it touches a disk.</summary>
    public (byte[] Root, byte[] Ring, byte[] Erasures) Copy()
    {
        using var held = _file.Lock();
        return (_root, _file.Bytes(), File.Exists(ErasurePath) ? File.ReadAllBytes(ErasurePath) : []);
    }

    private static Error? Make(RingFile file, MunicipalityId municipality, TimeProvider clock)
    {
        var root = file.MakeRoot();
        if (!root.IsOk)
            return root.Error;
        var now = clock.GetUtcNow();
        var keys = new List<RingEntry> { New(root.Value, municipality, RingPurpose.Epoch, TokyoDay.Of(now).DayNumber, now), New(root.Value, municipality, RingPurpose.Log, now.Year, now) };
        keys.AddRange(RingPurpose.MadeWithTheRing.Select(purpose => New(root.Value, municipality, purpose, 1, now)));
        file.Write(new RingDocument(RingDocument.NewestFormat, municipality.Value, keys));
        return null;
    }

    private static RingEntry New(byte[] root, MunicipalityId municipality, string purpose, int number, DateTimeOffset birth, long spread = 0)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        return new RingEntry(purpose, number, birth, null, Aead.Seal(root, [], key, LoadedRing.Bound(municipality.Value, purpose, number, birth, null)), spread);
    }
}
