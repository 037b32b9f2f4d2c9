using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>Opens rows for one session. What does not open is reported and left out.</summary>
internal sealed class RecordOpener(VaultParts parts, Actor actor, ResidentNo resident, string purpose)
{
    public ResidentNo Resident => resident;

    public StoredRecord? Open(ResidentKeys keys, RecordRow row, string table)
    {
        if (Payload(keys, row, table) is not { } payload || row.ClassOf(keys) is not { } access)
            return null;
        var (origin, json) = RecordPayload.Read(row, payload, parts.Ids);
        return new StoredRecord(parts.Ids.Encode(resident, row.Seq), (int)row.Version, Time.FromMicros(row.Updated), access, origin, json);
    }

    public byte[]? Payload(ResidentKeys keys, RecordRow row, string table)
    {
        var payload = row.Open(keys, parts.Municipality, table);
        if (payload is null)
            parts.Alarm(actor, resident, purpose, table, row.Seq);
        return payload;
    }
}
