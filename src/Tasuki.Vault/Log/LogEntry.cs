using System.Buffers;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Log;

/// <summary>What an entry says was done. The strings are part of stored bytes and of what the resident reads (texts look them up).</summary>
internal static class LogAction
{
    public const string Open = "open";
    public const string Read = "read";
    public const string Search = "search";
    public const string Count = "count";
    public const string Write = "write";
    public const string Preview = "preview";
    public const string Delete = "delete";
    public const string Samples = "samples";
    public const string WriteSamples = "write-samples";
    public const string KeepFile = "keep-file";
    public const string Files = "files";
    public const string OpenFile = "open-file";
    public const string DeleteFile = "delete-file";
    public const string AccessLog = "access-log";
    public const string Enrol = "enrol";
    public const string Grant = "grant";
    public const string Revoke = "revoke";
    public const string Close = "close";
    public const string CancelClosure = "cancel-closure";
    public const string Erase = "erase";
    public const string Alarm = "alarm";

    /// <summary>Staff looked a resident up in the registry, or acted on the account there; the detail says which.</summary>
    public const string Registry = "registry";

    /// <summary>The change of the entry with the same tags may not have been stored.</summary>
    public const string Unconfirmed = "unconfirmed";
}

/// <summary>
/// One line of the access log before it is sealed. <paramref name="Detail"/> holds types, ids and counts, never a value of a person: it outlives the resident's
/// key and is held by the log key of its year.
/// </summary>
/// <param name="Written">For a write: which rows (seq, version) with the start of each one's tag, so that rows rolled back, deleted or slipped in are found later.</param>
internal sealed record LogEntry(ResidentNo? Resident, Actor Actor, string Purpose, string Action, string? Detail, bool Refused, ReadOnlyMemory<byte> Written = default);

/// <summary>An entry as stored: resident number and time in clear, the actor as token, the rest under the log key of the year.</summary>
internal sealed record SealedEntry(long WriterNo, long EntryNo, long GroupNo, long? ResidentNo, long At, long Actor, byte[] Body);

/// <summary>The bytes of an entry's body: format(1) | year(2) | nonce | ciphertext | tag, over padded varint length | JSON | what was written.</summary>
internal static class LogBody
{
    private const byte Format = 1;

    public static long ActorToken(KeyRing ring, Actor actor) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(ring.Mac(RingPurpose.Mac, "log actor", [(byte)actor.Kind, .. System.Text.Encoding.UTF8.GetBytes(actor.Id)]));

    public static byte[] Seal(KeyRing ring, MunicipalityId municipality, LogEntry entry, long writerNo, long entryNo, long at, long actor)
    {
        var year = Time.FromMicros(at).Year;
        var json = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteNumber("k"u8, (int)entry.Actor.Kind);
            writer.WriteString("i"u8, entry.Actor.Id);
            if (entry.Actor.Reason is not null)
                writer.WriteString("w"u8, entry.Actor.Reason);
            writer.WriteString("p"u8, entry.Purpose);
            writer.WriteString("a"u8, entry.Action);
            if (entry.Detail is not null)
                writer.WriteString("d"u8, entry.Detail);
            if (entry.Refused)
                writer.WriteBoolean("r"u8, true);
            writer.WriteEndObject();
        }

        var plain = new ArrayBufferWriter<byte>(json.WrittenCount + entry.Written.Length + 32);
        Varint.Write(plain, (ulong)json.WrittenCount);
        plain.Write(json.WrittenSpan);
        Varint.Write(plain, (ulong)entry.Written.Length);
        plain.Write(entry.Written.Span);
        var padded = new byte[BodyFormat.PaddedSize(plain.WrittenCount)];
        plain.WrittenSpan.CopyTo(padded);
        return Aead.Seal(
            ring.LogKeyForWriting(year), [Format, (byte)(year >> 8), (byte)year], padded, Bound(municipality, writerNo, entryNo, entry.Resident?.Value, at, actor));
    }

    /// <summary>Null when the entry was altered or moved, or its year's key has ended.</summary>
    public static (AccessEntry Entry, byte[] Written)? Open(KeyRing ring, MunicipalityId municipality, SealedEntry entry)
    {
        if (entry.Body is not [Format, var high, var low, ..] || ring.LogKeyForReading(high << 8 | low) is not { IsEmpty: false } key)
            return null;
        if (Aead.Open(key, 3, entry.Body, Bound(municipality, entry.WriterNo, entry.EntryNo, entry.ResidentNo, entry.At, entry.Actor)) is not { } plain)
            return null;
        var length = (int)Varint.Read(plain, out var start);
        using var json = JsonDocument.Parse(plain.AsMemory(start, length));
        var root = json.RootElement;
        var writtenLength = (int)Varint.Read(plain.AsSpan(start + length), out var skip);
        return (
            new AccessEntry(
                Time.FromMicros(entry.At), (ActorKind)root.GetProperty("k"u8).GetByte(), root.GetProperty("i"u8).GetString()!, root.GetProperty("p"u8).GetString()!,
                root.GetProperty("a"u8).GetString()!, root.TryGetProperty("d"u8, out var detail) ? detail.GetString() : null, root.TryGetProperty("r"u8, out _)),
            plain.AsSpan(start + length + skip, writtenLength).ToArray());
    }

    private static byte[] Bound(MunicipalityId municipality, long writerNo, long entryNo, long? resident, long at, long actor) =>
        new Binding(municipality, "log_entry").Number(writerNo).Number(entryNo).Number(resident).Number(at).Number(actor).Bytes.ToArray();
}
