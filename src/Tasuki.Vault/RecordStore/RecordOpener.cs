using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>Opens rows for one session. What does not open is reported and left out.</summary>
internal sealed class RecordOpener(VaultParts parts, Actor actor, ResidentNo resident, string purpose)
{
    public ResidentNo Resident => resident;

    public Actor Actor => actor;

    public StoredRecord? Open(ResidentKeys keys, RecordRow row, string table) => Row(keys, row, table)?.Record(parts.Ids, row);

    public OpenedRow? Row(ResidentKeys keys, RecordRow row, string table)
    {
        if (Payload(keys, row, table) is not { } payload || row.ClassOf(keys) is not { } access)
            return null;
        var (origin, resource) = RecordPayload.Read(row, payload, parts.Ids);
        return new OpenedRow(access, origin, resource);
    }

    public byte[]? Payload(ResidentKeys keys, RecordRow row, string table)
    {
        var payload = row.Open(keys, parts.Municipality, table);
        if (payload is null)
            parts.Alarm(actor, resident, purpose, table, row.Seq);
        return payload;
    }
}

/// <summary>What a row holds, opened. An id costs a cipher block, so it is made for those records only that go out.</summary>
internal readonly record struct OpenedRow(AccessClass Class, RecordOrigin Origin, CanonicalResource Resource)
{
    public StoredRecord Record(RecordIds ids, RecordRow row) =>
        new(ids.Encode(row.Resident, row.Seq), (int)row.Version, Time.FromMicros(row.Updated), Class, Origin, Resource);
}
