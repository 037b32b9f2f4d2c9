using System.Data.Common;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// One row of <c>record</c> or <c>record_history</c>, as it lies there: numbers as wide as a store can hold them, so that none is cut to one that opens. Class and
/// source are permuted, code and tokens are keyed hashes.
/// </summary>
/// <param name="Updated">Microseconds since 1970 UTC.</param>
/// <param name="DateFrom">Milliseconds since 1970 UTC, rounded down; null when the record has no date.</param>
/// <param name="DateTo">The first millisecond after, rounded up.</param>
internal sealed record RecordRow(
    ResidentNo Resident, long Seq, long Type, long Version, long Updated, long Class, long Source, long? Code, long? DateFrom, long? DateTo, byte[] Tokens,
    long Deleted, byte[] Body)
{
    public const string Current = "record";
    public const string History = "record_history";

    /// <summary>The columns of a select, in the order <see cref="Read"/> takes them.</summary>
    public const string Select = "seq, type, version, updated, class, source, code, date_from, date_to, tokens, deleted, body";

    public static string SelectOf(string alias) => string.Join(", ", Select.Split(", ").Select(column => $"{alias}.{column}"));

    public static RecordRow Read(ResidentNo resident, DbDataReader row, int first = 0) => new(
        resident, row.GetInt64(first), row.GetInt64(first + 1), row.GetInt64(first + 2), row.GetInt64(first + 3), row.GetInt64(first + 4), row.GetInt64(first + 5),
        Store.Columns.LongOrNull(row, first + 6), Store.Columns.LongOrNull(row, first + 7), Store.Columns.LongOrNull(row, first + 8),
        Store.Columns.Bytes(row, first + 9), row.GetInt64(first + 10), Store.Columns.Bytes(row, first + 11));

    /// <summary>Of an opened row: an altered number may be no type at all.</summary>
    public string TypeName => Fhir.ResourceTypes.NameOf((short)Type);

    public object?[] Values() =>
        [Resident.Value, Seq, Type, Version, Updated, Class, Source, Code, DateFrom, DateTo, Tokens, Deleted, Body];

    public RecordRow Sealed(ResidentKeys keys, MunicipalityId municipality, string table, ReadOnlySpan<byte> payload) =>
        this with { Body = BodyFormat.Seal(keys, payload, Bound(municipality, table)) };

    /// <summary>Null when the row was altered or does not stand where it was written.</summary>
    public byte[]? Open(ResidentKeys keys, MunicipalityId municipality, string table) => BodyFormat.Open(keys, Body, Bound(municipality, table));

    /// <summary>The class behind the permuted number; null for a number that no permutation gives.</summary>
    public AccessClass? ClassOf(ResidentKeys keys) => keys.Classes.Undo((int)Class) is >= 0 and var index ? AccessClass.FromIndex(index) : null;

    private Binding Bound(MunicipalityId municipality, string table) =>
        new Binding(municipality, table)
            .Number(Resident.Value).Number(Seq).Number(Version).Number(Type).Number(Class).Number(Code).Number(DateFrom).Number(DateTo)
            .Number(Source).Blob(Tokens).Number(Deleted).Number(Updated);
}
