using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>
/// What was given to one recipient of one person on one day (Act art. 29). It stays three years whatever becomes of the account: a record of a provision that ended with the
/// person's key would be none, so it lies under the municipality's key.
/// </summary>
internal sealed class ProvisionRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long ResidentNo { get; init; }

    [Clear]
    public required DateOnly Day { get; init; }

    /// <summary>Person, recipient, day and consent: what is noted twice is one row.</summary>
    [Token]
    public required byte[] Key { get; init; }

    /// <summary><see cref="ProvisionContent"/>.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; set; }
}
