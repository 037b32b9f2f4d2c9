using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Tests;

/// <summary>How records were sealed before the column of the other code was there.</summary>
internal static class FormatOfOneCode
{
    /// <summary>The body as that format had it, from a row that is sealed today.</summary>
    public static byte[] Body(RecordRow row, ResidentKeys keys, VaultParts parts)
    {
        var bound = new BoundBytes(new byte[1_024]);
        bound.Head(BodyFormat.RecordOfOneCode, keys.Version, Zstd.NewestDictionary);
        bound.Text(parts.Municipality.Value);
        bound.Text(RecordRow.Current);
        foreach (var number in new long?[] { row.Resident.Value, row.Seq, row.Version, row.Type, row.Class, row.Code, row.DateFrom, row.DateTo, row.Source })
            bound.Number(number);
        bound.Blob(row.Tokens);
        foreach (var number in new long?[] { row.Deleted, row.Updated, row.Identity })
            bound.Number(number);
        return BodyFormat.SealRecord(keys, row.Open(keys, parts.Municipality, RecordRow.Current)!, bound.Bytes);
    }
}
