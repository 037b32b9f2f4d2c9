using System.Data.Common;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>One row of <c>record</c> or <c>record_history</c>, as it lies there. Class and source are permuted, code and tokens are keyed hashes.</summary>
/// <param name="Updated">Microseconds since 1970 UTC.</param>
/// <param name="DateFrom">Milliseconds since 1970 UTC, rounded down; null when the record has no date.</param>
/// <param name="DateTo">The first millisecond after, rounded up.</param>
internal sealed record RecordRow(
    ResidentNo Resident, long Seq, short Type, int Version, long Updated, short Class, short Source, long? Code, long? DateFrom, long? DateTo, byte[] Tokens,
    bool Deleted, byte[] Body)
{
    public const string Current = "record";
    public const string History = "record_history";

    /// <summary>The columns of a select, in the order <see cref="Read"/> takes them.</summary>
    public const string Select = "seq, type, version, updated, class, source, code, date_from, date_to, tokens, deleted, body";

    public static RecordRow Read(ResidentNo resident, DbDataReader row) => new(
        resident, row.GetInt64(0), row.GetInt16(1), (int)row.GetInt64(2), row.GetInt64(3), row.GetInt16(4), row.GetInt16(5),
        Store.Columns.LongOrNull(row, 6), Store.Columns.LongOrNull(row, 7), Store.Columns.LongOrNull(row, 8), Store.Columns.Bytes(row, 9), row.GetInt64(10) != 0,
        Store.Columns.Bytes(row, 11));

    public object?[] Values() =>
        [Resident.Value, Seq, (long)Type, (long)Version, Updated, (long)Class, (long)Source, Code, DateFrom, DateTo, Tokens, Deleted ? 1L : 0L, Body];

    public RecordRow Sealed(ResidentKeys keys, MunicipalityId municipality, string table, ReadOnlySpan<byte> payload) =>
        this with { Body = BodyFormat.Seal(keys, payload, Bound(municipality, table)) };

    /// <summary>Null when the row was altered or does not stand where it was written.</summary>
    public byte[]? Open(ResidentKeys keys, MunicipalityId municipality, string table) => BodyFormat.Open(keys, Body, Bound(municipality, table));

    /// <summary>The class behind the permuted number; null for a number that no permutation gives.</summary>
    public AccessClass? ClassOf(ResidentKeys keys) => keys.Classes.Undo(Class) is >= 0 and var index ? AccessClass.FromIndex(index) : null;

    private Binding Bound(MunicipalityId municipality, string table) =>
        new Binding(municipality, table)
            .Number(Resident.Value).Number(Seq).Number(Version).Number(Type).Number(Class).Number(Code).Number(DateFrom).Number(DateTo)
            .Number(Source).Blob(Tokens).Number(Deleted ? 1 : 0).Number(Updated);
}
