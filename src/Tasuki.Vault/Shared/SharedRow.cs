using System.Data.Common;
using System.Globalization;
using Tasuki.Fhir;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Shared;

/// <summary>
/// One row of <c>shared_record</c> as it lies there. The body holds the whole identity (32 bytes) and the canonical JSON, under the municipality's field key: a renewed
/// key closes what is written next and opens what was written before (<see cref="Keys.NumberedKey"/>).
/// </summary>
/// <param name="Updated">Microseconds since 1970 UTC.</param>
/// <param name="Identity">A keyed hash of the identity: the row is found by it and stands once.</param>
internal sealed record SharedRow(long Number, long Type, long Version, long Updated, long Identity, byte[] Body)
{
    public const string Table = "shared_record";
    public const string Select = "number, type, version, updated, identity, body";
    private const int IdentitySize = 32;

    public static SharedRow Read(DbDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.Bytes(5));

    /// <summary>In the order of <see cref="VaultColumns.SharedRecord"/>.</summary>
    public object?[] Values() => [Number, Updated, Identity, Version, Type, Body];

    public SharedRow Sealed(ISeal seal, byte[] identity, CanonicalResource resource) =>
        this with { Body = seal.SealForMunicipality(Place, [.. identity, .. resource.Json.Span]) };

    /// <summary>Null when the row was altered or does not stand where it was written.</summary>
    public (byte[] Identity, CanonicalResource Resource)? Open(ISeal seal)
    {
        var plain = seal.OpenForMunicipality(Place, Body);
        return plain is { IsOk: true, Value: { Length: > IdentitySize } bytes }
            ? (bytes[..IdentitySize], CanonicalResource.FromStore(ResourceTypes.NameOf((short)Type), bytes.AsMemory(IdentitySize))) : null;
    }

    // All of its clear columns, so that none can be changed: the municipality is bound by the seal itself.
    private SealPlace Place => new(Table, "body", string.Create(CultureInfo.InvariantCulture, $"{Number}:{Type}:{Version}:{Updated}:{Identity}"));
}
