namespace Tasuki.Kernel.Seals;

/// <summary>
/// Closes a sealed value of the resident anew, under the newest key. Null when it lies under that key already. Errors as <see cref="ISeal.Open"/>.
/// </summary>
public delegate ValueTask<Result<byte[]?>> ResealValue(SealPlace place, ReadOnlyMemory<byte> sealedValue, CancellationToken cancel);

/// <summary>How many values were closed anew, and how many do not open and were left as they are.</summary>
public readonly record struct Resealed(long Values, long Broken);

/// <summary>
/// The seam through which sealed columns outside the vault follow a change of a resident's key: offers every value sealed for the resident to <paramref name="reseal"/>
/// and stores what comes back. The old key is destroyed only after it returned without a broken value, so a table that does not join loses its contents.
/// </summary>
public delegate Task<Resealed> ResealColumns(ResidentNo resident, ResealValue reseal, CancellationToken cancel);
