using System.Data.Common;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// One row of <c>record</c> or <c>record_history</c>, as it lies there: numbers as wide as a store can hold them, so that none is cut to one that opens. Class and
/// source are permuted, code and tokens are keyed hashes.
/// </summary>
/// <param name="OtherCode">
/// The token of the one other coding of the element the code is taken from; null where there is none, <see cref="Unknown"/> where there are several and in rows sealed
/// before the column was there. So two walks of an index find a code, unless some row says that they do not know.
/// </param>
/// <param name="Identity">The keyed hash by which the record is recognised when it comes again; null in a deleted version.</param>
/// <param name="Updated">Microseconds since 1970 UTC.</param>
/// <param name="DateFrom">Milliseconds since 1970 UTC, rounded down; null when the record has no date.</param>
/// <param name="DateTo">The first millisecond after, rounded up.</param>
internal sealed record RecordRow(
    ResidentNo Resident, long Seq, long Type, long Version, long Updated, long Class, long Source, long? Code, long? DateFrom, long? DateTo, byte[] Tokens,
    long Deleted, byte[] Body, long? Identity, long? OtherCode)
{
    private const int OnStack = 512;

    /// <summary>Of <see cref="OtherCode"/>.</summary>
    public const long Unknown = 0;

    public const string Current = "record";
    public const string History = "record_history";

    /// <summary>The columns of a select, in the order <see cref="Read"/> takes them.</summary>
    public const string Select = "seq, type, version, updated, class, source, code, date_from, date_to, tokens, deleted, body, identity, other_code";

    /// <summary>How many those are.</summary>
    public const int Selected = 14;

    public static string SelectOf(string alias) => string.Join(", ", Select.Split(", ").Select(column => $"{alias}.{column}"));

    public static RecordRow Read(ResidentNo resident, DbDataReader row, int first = 0) => new(
        resident, row.GetInt64(first), row.GetInt64(first + 1), row.GetInt64(first + 2), row.GetInt64(first + 3), row.GetInt64(first + 4), row.GetInt64(first + 5),
        Store.Columns.LongOrNull(row, first + 6), Store.Columns.LongOrNull(row, first + 7), Store.Columns.LongOrNull(row, first + 8),
        Store.Columns.Bytes(row, first + 9), row.GetInt64(first + 10), Store.Columns.Bytes(row, first + 11), Store.Columns.LongOrNull(row, first + 12),
        Store.Columns.LongOrNull(row, first + 13));

    /// <summary>Of an opened row: an altered number may be no type at all.</summary>
    public string TypeName => Fhir.ResourceTypes.NameOf((short)Type);

    /// <summary>In the order of <see cref="Store.VaultColumns.Record"/>.</summary>
    public object?[] Values() =>
        [Resident.Value, Updated, Code, Identity, DateFrom, DateTo, Seq, Version, Type, Class, Source, Deleted, Body, Tokens, OtherCode];

    public RecordRow Sealed(ResidentKeys keys, MunicipalityId municipality, string table, ReadOnlySpan<byte> payload)
    {
        var size = BoundSize(municipality, table);
        var bound = new BoundBytes(size <= OnStack ? stackalloc byte[OnStack] : new byte[size]);
        BodyFormat.RecordHead(keys, ref bound);
        Bind(ref bound, municipality, table);
        bound.Number(Identity);
        bound.Number(OtherCode);
        return this with { Body = BodyFormat.SealRecord(keys, payload, bound.Bytes) };
    }

    /// <summary>Null when the row was altered or does not stand where it was written.</summary>
    public byte[]? Open(ResidentKeys keys, MunicipalityId municipality, string table)
    {
        if (Body.Length < 3)
            return null;
        var size = BoundSize(municipality, table);
        var bound = new BoundBytes(size <= OnStack ? stackalloc byte[OnStack] : new byte[size]);
        bound.Head(Body[0], Body[1], Body[2]);
        Bind(ref bound, municipality, table);
        // Rows of the first format carry their identity as the first of the tokens; the column was added to them later and must say the same. So with the other code.
        if (Body[0] is BodyFormat.Record or BodyFormat.RecordOfOneCode)
            bound.Number(Identity);
        else if (Identity != FirstToken)
            return null;
        if (Body[0] is BodyFormat.Record)
            bound.Number(OtherCode);
        else if (OtherCode is not Unknown)
            return null;
        return BodyFormat.OpenRecord(keys, Body, bound.Bytes);
    }

    /// <summary>
    /// The column <c>identity</c>: 24 bits of the resident's number, then 40 of the keyed hash. So an index on this one column keeps a resident together; that 40
    /// bits may meet by chance does no harm, every row found is opened and compared.
    /// </summary>
    public static long IdentityOf(ResidentNo resident, long token) => ((resident.Value & 0xFF_FFFF) << 40) | (token & 0xFF_FFFF_FFFF);

    /// <summary>The class behind the permuted number; null for a number that no permutation gives.</summary>
    public AccessClass? ClassOf(ResidentKeys keys) => keys.Classes.Undo((int)Class) is >= 0 and var index ? AccessClass.FromIndex(index) : null;

    private long? FirstToken => Tokens.Length < 8 ? null : IdentityOf(Resident, System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(Tokens));

    private int BoundSize(MunicipalityId municipality, string table) => 3 + (13 * 9) + 12 + (3 * (municipality.Value.Length + table.Length)) + Tokens.Length;

    private void Bind(ref BoundBytes bound, MunicipalityId municipality, string table)
    {
        bound.Text(municipality.Value);
        bound.Text(table);
        bound.Number(Resident.Value);
        bound.Number(Seq);
        bound.Number(Version);
        bound.Number(Type);
        bound.Number(Class);
        bound.Number(Code);
        bound.Number(DateFrom);
        bound.Number(DateTo);
        bound.Number(Source);
        bound.Blob(Tokens);
        bound.Number(Deleted);
        bound.Number(Updated);
    }
}
