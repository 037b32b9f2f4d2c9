using Tasuki.Kernel;

namespace Tasuki.FhirApi;

/// <summary>What the operator sets for the interface.</summary>
public sealed record FhirApiOptions
{
    /// <summary>Hours the files of a bulk export stay, and an export may take, 1 to 72.</summary>
    public int ExportHours { get; init; } = 24;

    /// <summary>What declared profiles weigh on a write; nothing without packages.</summary>
    public WrittenProfiles Profiles { get; init; } = WrittenProfiles.Load(weight: null, packages: null).Value;

    /// <summary>How dear a search may be.</summary>
    public SearchLimits Searches { get; init; } = SearchLimits.Usual;

    /// <summary>A wrong setting stops the server with this sentence.</summary>
    public Result<Done> Check() => ExportHours is >= 1 and <= 72 ? Done.Yes : new Error("fhir.export", $"The files of a bulk export stay 1 to 72 hours; {ExportHours} is set.");
}
