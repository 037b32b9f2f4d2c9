using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A record of a provision, as it lies sealed: the day, to whom, about whom, which items, on which consent.</summary>
/// <param name="Person">The name of the person as it was then; null where it could not be read any more.</param>
/// <param name="Recipient">Name of the app, or of the clinician.</param>
/// <param name="Operator">Who runs the app; the clinician's institution.</param>
/// <param name="Seat">Where the operator sits and who represents it; null where it was never asked.</param>
/// <param name="Purpose">What the recipient said it is for; of a clinician the vault's purpose.</param>
/// <param name="Consent">The number of the grant, and when it was given.</param>
internal sealed record ProvisionContent(
    long ResidentNo, DateOnly Day, string? Person, ActorKind To, string Recipient, string Operator, string? Seat, string Purpose, DataCategory[] Categories, DataCategory[] Sensitive, long Consent,
    DateTimeOffset Agreed)
{
    /// <summary>The same day seen again, perhaps with more.</summary>
    public ProvisionContent With(DataCategory[] categories, DataCategory[] sensitive) =>
        this with { Categories = [.. Categories.Union(categories).Order()], Sensitive = [.. Sensitive.Union(sensitive).Order()] };

    public bool Covers(DataCategory[] categories, DataCategory[] sensitive) => !categories.Except(Categories).Any() && !sensitive.Except(Sensitive).Any();

    public static DataCategory[] Of(AccessClasses classes, bool sensitive) => [.. Enum.GetValues<DataCategory>().Where(c => classes.Contains(new AccessClass(c, sensitive)))];
}
