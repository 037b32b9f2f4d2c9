using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Log;

/// <summary>An entry, opened.</summary>
internal sealed record OpenedBody(ActorKind Kind, string ActorId, string? Reason, string Purpose, string Action, string? Detail, bool Refused, ReadOnlyMemory<byte> Written)
{
    public AccessEntry Line(long at) => new(Time.FromMicros(at), Kind, ActorId, Purpose, Action, Detail, Refused, App);

    public long? App => Actor.AppOf(Kind, Reason);
}

/// <summary>
/// The bytes of an entry's body: format(1) | year(2) | nonce(12) | ciphertext | tag(16), padded to a multiple of 32 below 2 kB.
/// Format 2 holds kind(1) | flags(1) | actor id | purpose | action | reason? | detail? | what was written, each with its length, under a key of the entry alone,
/// derived from the year's: it can be handed to the person the entry is about, and opens nothing else. Format 1 held JSON under the year's key itself.
/// </summary>
internal static class LogBody
{
    private const byte Json = 1;
    private const byte Packed = 2;
    private const int HeadSize = 3;
    private const byte HasReason = 1;
    private const byte HasDetail = 2;
    private const byte IsRefused = 4;

    public static long ActorToken(KeyRing ring, Actor actor) =>
        BinaryPrimitives.ReadInt64BigEndian(ring.Mac(RingPurpose.Mac, "log actor", [(byte)actor.Kind, .. Encoding.UTF8.GetBytes(actor.Id)]));

    public static SealedEntry Seal(KeyRing ring, MunicipalityId municipality, LogEntry entry, long writerNo, long entryNo, long groupNo, long at)
    {
        var size = 2 + Room(entry.Actor.Id) + Room(entry.Purpose) + Room(entry.Action) + Room(entry.Actor.Reason) + Room(entry.Detail) + 5 + entry.Written.Length;
        Span<byte> small = stackalloc byte[512];
        var room = BodyFormat.PaddedSize(size);
        var plain = room <= small.Length ? small[..room] : new byte[room];
        plain.Clear();
        plain[0] = (byte)entry.Actor.Kind;
        plain[1] = (byte)((entry.Actor.Reason is null ? 0 : HasReason) | (entry.Detail is null ? 0 : HasDetail) | (entry.Refused ? IsRefused : 0));
        var length = 2;
        Put(plain, ref length, entry.Actor.Id);
        Put(plain, ref length, entry.Purpose);
        Put(plain, ref length, entry.Action);
        if (entry.Actor.Reason is { } reason)
            Put(plain, ref length, reason);
        if (entry.Detail is { } detail)
            Put(plain, ref length, detail);
        Put(plain, ref length, entry.Written.Span);

        var residents = entry.Residents is { } many ? ResidentList.RootOf(many) : null;
        var actor = ActorToken(ring, entry.Actor);
        var year = Time.FromMicros(at).Year;
        Span<byte> key = stackalloc byte[32];
        DeriveKey(ring.LogKeyForWriting(year), writerNo, entryNo, key);
        var body = Aead.Seal(
            key, [Packed, (byte)(year >> 8), (byte)year], plain[..BodyFormat.PaddedSize(length)], Bound(municipality, writerNo, entryNo, entry.Resident?.Value, at, actor, residents));
        return new SealedEntry(writerNo, entryNo, groupNo, entry.Resident?.Value, at, actor, body, residents);
    }

    /// <summary>Whether the year's key is there; without it the body says nothing any more.</summary>
    public static bool HasKey(KeyRing ring, SealedEntry entry) => YearKey(ring, entry.Body) is { IsEmpty: false };

    /// <summary>Null when the entry was altered or moved, or its year's key has ended.</summary>
    public static OpenedBody? Open(KeyRing ring, MunicipalityId municipality, SealedEntry entry)
    {
        if (YearKey(ring, entry.Body) is not { IsEmpty: false } year)
            return null;
        if (entry.Body[0] == Json)
            return OpenJson(year, municipality, entry);
        Span<byte> key = stackalloc byte[32];
        DeriveKey(year, entry.WriterNo, entry.EntryNo, key);
        return Open(key, municipality, entry);
    }

    /// <summary>The key of one entry, for the person it is about. Null for entries of format 1 and ended years.</summary>
    public static byte[]? EntryKey(KeyRing ring, SealedEntry entry)
    {
        if (entry.Body is not [Packed, ..] || YearKey(ring, entry.Body) is not { IsEmpty: false } year)
            return null;
        var key = new byte[32];
        DeriveKey(year, entry.WriterNo, entry.EntryNo, key);
        return key;
    }

    /// <summary>Opens format 2 with the entry's own key.</summary>
    public static OpenedBody? Open(ReadOnlySpan<byte> key, MunicipalityId municipality, SealedEntry entry)
    {
        if (entry.Body is not [Packed, ..]
            || Aead.Open(key, HeadSize, entry.Body, Bound(municipality, entry.WriterNo, entry.EntryNo, entry.ResidentNo, entry.At, entry.Actor, entry.Residents)) is not { } plain)
            return null;
        var at = 2;
        var (id, purpose, action) = (Text(plain, ref at), Text(plain, ref at), Text(plain, ref at));
        var reason = (plain[1] & HasReason) != 0 ? Text(plain, ref at) : null;
        var detail = (plain[1] & HasDetail) != 0 ? Text(plain, ref at) : null;
        var written = (int)Varint.Read(plain.AsSpan(at), out var skip);
        return new OpenedBody((ActorKind)plain[0], id, reason, purpose, action, detail, (plain[1] & IsRefused) != 0, plain.AsMemory(at + skip, written));
    }

    private static OpenedBody? OpenJson(ReadOnlySpan<byte> year, MunicipalityId municipality, SealedEntry entry)
    {
        var bound = new Binding(municipality, "log_entry").Number(entry.WriterNo).Number(entry.EntryNo).Number(entry.ResidentNo).Number(entry.At).Number(entry.Actor);
        if (Aead.Open(year, HeadSize, entry.Body, bound.Bytes) is not { } plain)
            return null;
        var length = (int)Varint.Read(plain, out var start);
        using var json = JsonDocument.Parse(plain.AsMemory(start, length));
        var root = json.RootElement;
        var written = (int)Varint.Read(plain.AsSpan(start + length), out var skip);
        return new OpenedBody(
            (ActorKind)root.GetProperty("k"u8).GetByte(), root.GetProperty("i"u8).GetString()!, root.TryGetProperty("w"u8, out var reason) ? reason.GetString() : null,
            root.GetProperty("p"u8).GetString()!, root.GetProperty("a"u8).GetString()!, root.TryGetProperty("d"u8, out var detail) ? detail.GetString() : null,
            root.TryGetProperty("r"u8, out _), plain.AsMemory(start + length + skip, written));
    }

    private static ReadOnlySpan<byte> YearKey(KeyRing ring, byte[] body) =>
        body is [Json or Packed, var high, var low, ..] ? ring.LogKeyForReading(high << 8 | low) : default;

    private static void DeriveKey(ReadOnlySpan<byte> year, long writerNo, long entryNo, Span<byte> key)
    {
        Span<byte> info = stackalloc byte[32];
        "tasuki log entry"u8.CopyTo(info);
        BinaryPrimitives.WriteInt64BigEndian(info[16..], writerNo);
        BinaryPrimitives.WriteInt64BigEndian(info[24..], entryNo);
        HMACSHA256.HashData(year, info, key);
    }

    private static ReadOnlySpan<byte> Bound(MunicipalityId municipality, long writerNo, long entryNo, long? resident, long at, long actor, byte[]? residents) =>
        new Binding(municipality, "log_entry").Number(writerNo).Number(entryNo).Number(resident).Number(at).Number(actor).Blob(residents).Bytes;

    private static int Room(string? text) => text is null ? 0 : 5 + Encoding.UTF8.GetMaxByteCount(text.Length);

    private static void Put(Span<byte> plain, ref int at, string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        PutNumber(plain, ref at, (uint)bytes);
        at += Encoding.UTF8.GetBytes(text, plain[at..]);
    }

    private static void Put(Span<byte> plain, ref int at, ReadOnlySpan<byte> bytes)
    {
        PutNumber(plain, ref at, (uint)bytes.Length);
        bytes.CopyTo(plain[at..]);
        at += bytes.Length;
    }

    private static void PutNumber(Span<byte> plain, ref int at, uint value)
    {
        for (; value >= 0x80; value >>= 7)
            plain[at++] = (byte)(value | 0x80);
        plain[at++] = (byte)value;
    }

    private static string Text(byte[] plain, ref int at)
    {
        var length = (int)Varint.Read(plain.AsSpan(at), out var skip);
        at += skip + length;
        return Encoding.UTF8.GetString(plain, at - length, length);
    }
}
