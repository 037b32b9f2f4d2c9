using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.Search;

/// <summary>Where a page ended: the date or time of change it is ordered by, and the seq. In an order by date, records without one come in a second phase, in the order stored.</summary>
internal readonly record struct PagePosition(bool Undated, long Date, long Seq);

/// <summary>The token of the next page: sealed, and bound to municipality, resident, actor, purpose and the query itself, so it opens nothing else.</summary>
internal static class PageToken
{
    public static string Seal(KeyRing ring, Binding bound, PagePosition position)
    {
        Span<byte> plain = stackalloc byte[17];
        plain[0] = position.Undated ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(plain[1..], position.Date);
        BinaryPrimitives.WriteInt64BigEndian(plain[9..], position.Seq);
        return Base64Url.EncodeToString(Aead.Seal(ring.Key(RingPurpose.Page), [], plain, bound.Bytes));
    }

    public static PagePosition? Open(KeyRing ring, Binding bound, string token)
    {
        if (token.Length > 200 || !Base64Url.IsValid(token))
            return null;
        return Aead.Open(ring.Key(RingPurpose.Page), 0, Base64Url.DecodeFromChars(token), bound.Bytes) is { Length: 17 } plain
            ? new PagePosition(plain[0] == 1, BinaryPrimitives.ReadInt64BigEndian(plain.AsSpan(1)), BinaryPrimitives.ReadInt64BigEndian(plain.AsSpan(9))) : null;
    }

    public static Binding Bound(MunicipalityId municipality, ResidentNo resident, Actor actor, string purpose, RecordQuery query) =>
        new Binding(municipality, "page").Number(resident.Value).Number((int)actor.Kind).Text(actor.Id).Text(purpose).Blob(SHA256.HashData(Text(query)));

    // The limit of a page may change from one to the next; everything else is the query.
    private static byte[] Text(RecordQuery query) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(int)query.Order};{PredicateText.Of(query.Predicate)}"));
}
