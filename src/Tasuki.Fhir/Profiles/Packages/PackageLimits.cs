namespace Tasuki.Fhir.Profiles.Packages;

/// <summary>What a package folder may hold. Sizes are in bytes.</summary>
public sealed record PackageLimits
{
    public static PackageLimits Default { get; } = new();

    public int Packages { get; init; } = 64;

    /// <summary>Files in one package.</summary>
    public int Files { get; init; } = 20_000;

    /// <summary>One <c>.tgz</c> as it lies on the disk.</summary>
    public long PackedBytes { get; init; } = 256L << 20;

    /// <summary>All files of one package, unpacked.</summary>
    public long UnpackedBytes { get; init; } = 2L << 30;

    /// <summary>One definition, unpacked.</summary>
    public long FileBytes { get; init; } = 64L << 20;

    /// <summary>All definitions of one package as they are kept in memory, packed.</summary>
    public long KeptBytes { get; init; } = 256L << 20;
}
