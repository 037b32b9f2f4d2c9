namespace Tasuki.Kernel.Seals;

/// <summary>
/// Every column of every table is declared: clear, token or sealed. A test fails on a column without a declaration, and on <see cref="ClearAttribute"/>
/// for text, bytes or JSON without a reason. <c>docs/guide/data-map.md</c> is made from the declarations.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ClearAttribute(string? reason = null) : Attribute
{
    public string? Reason { get; } = reason;
}

/// <summary>A keyed hash: it can be compared with another of its kind and says nothing without the ring.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TokenAttribute : Attribute;

/// <summary>Sealed through <see cref="ISeal"/> (or by the vault itself).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SealedAttribute : Attribute
{
    /// <summary>Under the municipality's field key in every row; else a resident's value lies under the resident's key.</summary>
    public bool ForMunicipality { get; init; }
}
