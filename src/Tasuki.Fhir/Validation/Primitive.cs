namespace Tasuki.Fhir.Validation;

/// <summary>The primitive types of R4; the order of the numbers and texts matters to nobody.</summary>
internal enum Primitive : byte
{
    None, String, Markdown, Code, Id, Uri, Url, Canonical, Oid, Uuid, Base64Binary, Date, DateTime, Instant, Time, Xhtml, Boolean, Integer, UnsignedInt, PositiveInt, Decimal,
}

internal static class Primitives
{
    private static readonly Dictionary<string, Primitive> ByName = Enum.GetValues<Primitive>().Where(one => one is not Primitive.None).ToDictionary(NameOf, StringComparer.Ordinal);

    public static Primitive Of(string type) => ByName.GetValueOrDefault(type);

    public static string NameOf(Primitive primitive) => primitive is Primitive.None ? "" : char.ToLowerInvariant(primitive.ToString()[0]) + primitive.ToString()[1..];

    public static bool IsNumber(Primitive primitive) => primitive >= Primitive.Integer;
}
