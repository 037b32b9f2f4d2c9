using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>Part of stored bytes.</summary>
internal enum GrantState
{
    Live = 1,
    Revoked = 2,
}

/// <summary>A row of <c>access_grant</c>. The MAC by a ring key runs over every column, so a row inserted, widened or revived by SQL is not honoured.</summary>
/// <param name="Classes">A mask over the resident's permuted classes.</param>
internal sealed record GrantRow(
    ResidentNo Resident, long GrantNo, byte[] Grantee, string Purpose, long Classes, long? PeriodFrom, long? PeriodTo, long Until, GrantState State, long Created,
    byte[] Body, byte[] Mac)
{
    public const string Select = "g.grant_no, g.grantee, g.purpose, g.classes, g.period_from, g.period_to, g.until, g.state, g.created, g.body, g.mac";

    public static GrantRow Read(ResidentNo resident, DbDataReader row, int first) => new(
        resident, row.GetInt64(first), row.Bytes(first + 1), row.GetString(first + 2), row.GetInt64(first + 3), row.LongOrNull(first + 4), row.LongOrNull(first + 5),
        row.GetInt64(first + 6), (GrantState)row.GetInt64(first + 7), row.GetInt64(first + 8), row.Bytes(first + 9), row.Bytes(first + 10));

    /// <summary>The same grantee is the same token at every resident: how many share with one unknown grantee is all a dump tells.</summary>
    public static byte[] GranteeToken(KeyRing ring, ActorKind kind, string id) =>
        ring.Mac(RingPurpose.Mac, "grantee", [(byte)kind, .. Encoding.UTF8.GetBytes(id)])[..16];

    /// <summary>What the body is bound to.</summary>
    public static Binding Bound(MunicipalityId municipality, ResidentNo resident, long grantNo) =>
        new Binding(municipality, "access_grant").Number(resident.Value).Number(grantNo);

    public object?[] Values() =>
        [Resident.Value, GrantNo, Grantee, Purpose, Classes, PeriodFrom, PeriodTo, Until, (long)State, Created, Body, Mac];

    public GrantRow WithMac(KeyRing ring, MunicipalityId municipality) => this with { Mac = Compute(ring, municipality) };

    public bool MacHolds(KeyRing ring, MunicipalityId municipality) => CryptographicOperations.FixedTimeEquals(Mac, Compute(ring, municipality));

    private byte[] Compute(KeyRing ring, MunicipalityId municipality) => ring.Mac(
        RingPurpose.Mac, "access_grant",
        new Binding(municipality, "access_grant").Number(Resident.Value).Number(GrantNo).Blob(Grantee).Text(Purpose).Number(Classes).Number(PeriodFrom)
            .Number(PeriodTo).Number(Until).Number((int)State).Number(Created).Blob(Body).Bytes);
}
