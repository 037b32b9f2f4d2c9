using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.Vault.Keys;

/// <summary>What a ring key is for. The strings are part of stored bytes.</summary>
internal static class RingPurpose
{
    /// <summary>Wraps residents' keys; numbered by day. Its destruction makes every older copy of the key store noise.</summary>
    public const string Epoch = "epoch";

    /// <summary>Staff, organisations, shops: what is no resident's.</summary>
    public const string Field = "field";

    /// <summary>Grants, proxy rights, roles; tokens of grantees and of actors in the log; the erasure list.</summary>
    public const string Mac = "mac";

    /// <summary>Bodies of the access log, one key a year.</summary>
    public const string Log = "log";

    /// <summary>Record ids. Permanent, for ids alone, grants nothing.</summary>
    public const string Id = "id";

    /// <summary>Tokens of result pages: short-lived values that travel through the outside.</summary>
    public const string Page = "page";

    /// <summary>Wraps the keys that protect cookies.</summary>
    public const string Cookie = "cookie";

    /// <summary>Wraps the keys that sign tokens.</summary>
    public const string Signing = "signing";

    /// <summary>HMACs of codes and the password pepper.</summary>
    public const string Secrets = "secrets";

    public static string Lookup(LookupKind kind) => $"lookup-{(int)kind}";

    /// <summary>Made once with the ring. One that is missing later is an error: a new one would not open what the old one closed.</summary>
    public static IEnumerable<string> Permanent =>
        [Field, Mac, Id, Page, Cookie, Signing, Secrets, .. Enum.GetValues<LookupKind>().Select(Lookup)];
}

/// <summary>
/// The keys of one municipality, opened once at start. They never leave this assembly: other floors seal, compare and wrap through <see cref="RecordVault"/>.
/// </summary>
internal sealed partial class KeyRing
{
    private readonly RingFile _file;
    private readonly MunicipalityId _municipality;
    private readonly TimeProvider _clock;
    private readonly byte[] _root;
    private readonly Lock _changing = new();
    private ImmutableDictionary<(string Purpose, int Number), byte[]> _keys;

    private KeyRing(RingFile file, MunicipalityId municipality, TimeProvider clock, byte[] root, ImmutableDictionary<(string, int), byte[]> keys)
    {
        _file = file;
        _municipality = municipality;
        _clock = clock;
        _root = root;
        _keys = keys;
    }

    public string ErasurePath => _file.ErasurePath;

    /// <summary>Keeps other processes from changing the ring's files until it is disposed.</summary>
    public IDisposable LockFiles() => _file.Lock();

    /// <summary>Errors: <c>ring.missing</c>, <c>ring.root</c>, <c>ring.mode</c>, <c>ring.format</c>, <c>ring.municipality</c>, <c>ring.key</c>.</summary>
    public static Result<KeyRing> Open(string folder, MunicipalityId municipality, TimeProvider clock, bool create)
    {
        var file = new RingFile(folder);
        if (!file.Exists)
        {
            if (!create)
                return new Error("ring.missing", "The key ring's folder holds no ring.json. Name the right folder, or start with Create to make a new ring.");
            file.MakeFolder();
            using var held = file.Lock();
            // A lost ring.json must not be answered by a new ring that opens nothing.
            if (!file.Exists && file.HasRoot)
                return new Error("ring.missing", "The key ring's folder holds a root.key but no ring.json. Put ring.json back from its backup; if no vault was ever made with it, remove root.key.");
            if (!file.Exists)
                Make(file, municipality, clock);
        }

        var root = file.ReadRoot();
        if (!root.IsOk)
            return root.Error;
        var document = file.Read();
        if (!document.IsOk)
            return document.Error;
        if (!string.Equals(document.Value.Municipality, municipality.Value, StringComparison.Ordinal))
            return new Error("ring.municipality", $"The key ring belongs to municipality '{document.Value.Municipality}', not '{municipality}'.");

        var keys = Unwrap(root.Value, document.Value);
        return keys.IsOk ? new KeyRing(file, municipality, clock, root.Value, keys.Value) : keys.Error;
    }

    public ReadOnlySpan<byte> Key(string purpose) => _keys[(purpose, 1)];

    public ReadOnlySpan<byte> EpochKey(int epoch) => _keys.TryGetValue((RingPurpose.Epoch, epoch), out var key) ? key : default;

    /// <summary>The epoch under which keys are wrapped now.</summary>
    public int CurrentEpoch => _keys.Keys.Where(k => string.Equals(k.Purpose, RingPurpose.Epoch, StringComparison.Ordinal)).Max(k => k.Number);

    /// <summary>The log key of a year to write with; the first entry of a year makes it.</summary>
    public ReadOnlySpan<byte> LogKeyForWriting(int year)
    {
        if (_keys.TryGetValue((RingPurpose.Log, year), out var key))
            return key;
        lock (_changing)
        {
            using var held = _file.Lock();
            var document = _file.Read().Value;
            if (!document.Keys.Exists(k => string.Equals(k.Purpose, RingPurpose.Log, StringComparison.Ordinal) && k.Number == year))
            {
                document.Keys.Add(New(_root, _municipality, RingPurpose.Log, year, _clock.GetUtcNow()));
                _file.Write(document);
            }

            _keys = Unwrap(_root, document).Value;
            return _keys[(RingPurpose.Log, year)];
        }
    }

    /// <summary>Empty when the year's key has ended: what it sealed is gone.</summary>
    public ReadOnlySpan<byte> LogKeyForReading(int year)
    {
        if (_keys.TryGetValue((RingPurpose.Log, year), out var key))
            return key;
        // Another server may have made it since this one started.
        _keys = Unwrap(_root, _file.Read().Value).Value;
        return _keys.TryGetValue((RingPurpose.Log, year), out key) ? key : default;
    }

    /// <summary>HMAC-SHA-256 under the key of a purpose. <paramref name="domain"/> keeps one use apart from the next.</summary>
    public byte[] Mac(string purpose, string domain, ReadOnlySpan<byte> value)
    {
        var name = Encoding.UTF8.GetBytes(domain);
        return HMACSHA256.HashData(Key(purpose), [(byte)name.Length, .. name, .. value]);
    }

    private static void Make(RingFile file, MunicipalityId municipality, TimeProvider clock)
    {
        var root = file.MakeRoot();
        var now = clock.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
        var keys = new List<RingEntry> { New(root, municipality, RingPurpose.Epoch, today, now), New(root, municipality, RingPurpose.Log, now.Year, now) };
        keys.AddRange(RingPurpose.Permanent.Select(purpose => New(root, municipality, purpose, 1, now)));
        file.Write(new RingDocument(1, municipality.Value, keys));
    }

    private static RingEntry New(byte[] root, MunicipalityId municipality, string purpose, int number, DateTimeOffset birth)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        return new RingEntry(purpose, number, birth, null, Aead.Seal(root, [], key, Bound(municipality.Value, purpose, number, birth, null)));
    }

    private static byte[] Bound(string municipality, string purpose, int number, DateTimeOffset birth, DateTimeOffset? end) =>
        Encoding.UTF8.GetBytes($"tasuki ring\n{municipality}\n{purpose}\n{number}\n{birth.UtcTicks}\n{end?.UtcTicks}");

    private static Result<ImmutableDictionary<(string, int), byte[]>> Unwrap(byte[] root, RingDocument document)
    {
        var keys = ImmutableDictionary.CreateBuilder<(string, int), byte[]>();
        foreach (var entry in document.Keys)
        {
            if (Aead.Open(root, 0, entry.Wrapped, Bound(document.Municipality, entry.Purpose, entry.Number, entry.Birth, entry.End)) is not { } key)
                return new Error("ring.key", $"The ring's key '{entry.Purpose}' number {entry.Number} does not open with root.key: the two files do not belong together, or one was altered.");
            keys.Add((entry.Purpose, entry.Number), key);
        }

        foreach (var purpose in RingPurpose.Permanent)
        {
            if (!keys.ContainsKey((purpose, 1)))
                return new Error("ring.key", $"ring.json lacks the key '{purpose}'. Put the ring back from its backup.");
        }

        return keys.ToImmutable();
    }
}
