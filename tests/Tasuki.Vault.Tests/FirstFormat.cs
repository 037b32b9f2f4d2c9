using System.Buffers;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Tests;

/// <summary>How records were sealed before there was a dictionary: origin as JSON, no dictionary, the identity in front of the tokens.</summary>
internal static class FirstFormat
{
    public const string Columns = "resident_no, seq, type, version, updated, class, source, code, date_from, date_to, tokens, deleted, body";

    /// <summary>The row as the first format had it, from one that is sealed today.</summary>
    public static RecordRow Of(RecordRow row, ResidentKeys keys, VaultParts parts, string table, long identityToken)
    {
        var (origin, resource) = RecordPayload.Read(row, row.Open(keys, parts.Municipality, table)!, parts.Ids);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteNumber("k", (int)origin.Kind);
            writer.WriteString("n", origin.Name);
            writer.WriteNumber("f", origin.FileNo!.Value);
            writer.WriteString("p", origin.Position);
            writer.WriteNumber("r", origin.Received.UtcTicks);
            writer.WriteNumber("o", (int)origin.Received.Offset.TotalMinutes);
            writer.WriteEndObject();
        }

        var payload = new ArrayBufferWriter<byte>();
        Varint.Write(payload, (ulong)json.WrittenCount);
        payload.Write(json.WrittenSpan);
        payload.Write(resource.Json.Span);
        byte[] tokens = [.. PackedTokens.Bytes(identityToken), .. row.Tokens];
        var bound = new Binding(parts.Municipality, table).Number(row.Resident.Value).Number(row.Seq).Number(row.Version).Number(row.Type).Number(row.Class).Number(row.Code)
            .Number(row.DateFrom).Number(row.DateTo).Number(row.Source).Blob(tokens).Number(row.Deleted).Number(row.Updated);
        return row with { Tokens = tokens, Body = BodyFormat.Seal(keys, payload.WrittenSpan, bound) };
    }

    public static (string, object?)[] Values(RecordRow row)
    {
        object?[] values =
            [row.Resident.Value, row.Seq, row.Type, row.Version, row.Updated, row.Class, row.Source, row.Code, row.DateFrom, row.DateTo, row.Tokens, row.Deleted, row.Body];
        return [.. values.Select((value, i) => ($"@p{i}", value))];
    }
}
