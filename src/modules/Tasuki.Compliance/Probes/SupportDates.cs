namespace Tasuki.Compliance.Probes;

/// <summary>
/// The last day on which the makers still mend what the server stands on, as they announced it; to be checked against their pages when a new edition comes. A version
/// that is not here is one nobody looked up yet, and is not taken for supported.
/// </summary>
internal static class SupportDates
{
    private static readonly Dictionary<string, DateOnly> Ends = new(StringComparer.Ordinal)
    {
        ["dotnet 8.0"] = new(2026, 11, 10), ["dotnet 9.0"] = new(2026, 11, 10), ["dotnet 10.0"] = new(2028, 11, 14),
        ["debian 11"] = new(2026, 8, 31), ["debian 12"] = new(2028, 6, 30), ["debian 13"] = new(2030, 6, 30),
        ["ubuntu 22.04"] = new(2027, 4, 30), ["ubuntu 24.04"] = new(2029, 4, 30), ["ubuntu 26.04"] = new(2031, 4, 30),
        ["rhel 8"] = new(2029, 5, 31), ["rhel 9"] = new(2032, 5, 31), ["rhel 10"] = new(2035, 5, 31),
        ["almalinux 8"] = new(2029, 3, 1), ["almalinux 9"] = new(2032, 5, 31), ["rocky 8"] = new(2029, 5, 31), ["rocky 9"] = new(2032, 5, 31),
        ["postgresql 14"] = new(2026, 11, 12), ["postgresql 15"] = new(2027, 11, 11), ["postgresql 16"] = new(2028, 11, 9), ["postgresql 17"] = new(2029, 11, 8), ["postgresql 18"] = new(2030, 11, 14),
    };

    /// <summary>Null for what is not known. A system's point releases count as their major version where the makers do.</summary>
    public static DateOnly? EndOf(string product) =>
        Ends.TryGetValue(product, out var end) || Ends.TryGetValue(product.Split('.')[0], out end) ? end : null;
}
