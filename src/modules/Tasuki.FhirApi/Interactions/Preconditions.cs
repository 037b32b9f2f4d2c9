using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>What <c>If-Match</c> and <c>If-None-Match</c> of a change ask of the record that stands. Error <c>change.version</c>.</summary>
internal static class Preconditions
{
    private static readonly Error NoVersion = new("change.version", "If-Match carries no version this server gave: W/\"1\" is one.");
    private static readonly Error Stands = new("change.version", "If-None-Match asks that the record, or this version of it, does not stand; it does.");
    private static readonly Error NothingStands = new("change.version", "If-Match asks for a record that stands, and the condition finds none.");

    /// <summary>The version the change is to be held against; null for whichever stands.</summary>
    public static Result<int?> Of(Interaction interaction, StoredRecord standing)
    {
        if (interaction.IfNoneMatch is { } none && Tags.Hold(none, standing.Version))
            return Stands;
        if (interaction.IfMatch is not { } tags)
            return Result.Of<int?>(interaction.IfNoneMatch is null ? null : standing.Version);
        if (Tags.IsAny(tags))
            return Result.Of<int?>(null);
        return Tags.Hold(tags, standing.Version) ? Result.Of<int?>(standing.Version)
            : Tags.FirstOf(tags) is { } wanted ? new Error("change.version", $"Version {wanted} was to be changed, and version {standing.Version} stands.") : NoVersion;
    }

    /// <summary>Where a condition finds no record.</summary>
    public static Error? OfNothing(Interaction interaction) => interaction.IfMatch is null ? null : NothingStands;
}
