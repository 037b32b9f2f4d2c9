using System.Collections.Concurrent;
using System.Text.Json;
using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Fhir.Profiles.Terminology;
using Tasuki.Kernel;

namespace Tasuki.Fhir.Profiles.Rules;

/// <summary>The profiles at hand, each read when it is first asked for and kept. May be used from many threads.</summary>
internal sealed class ProfileLibrary(DefinitionSet definitions)
{
    private const string StandardPrefix = "http://hl7.org/fhir/StructureDefinition/";
    private readonly ConcurrentDictionary<(string Canonical, string Package), StoredDefinition> _found = new();
    private readonly ConcurrentDictionary<StoredDefinition, Result<Profile>> _profiles = new();
    private readonly SnapshotMaker _snapshots = new(definitions);

    public ValueSetTable ValueSets { get; } = new(definitions);

    public InvariantTable Invariants { get; } = new();

    /// <summary>Error <c>profile.unknown</c> when no package holds it, <c>profile.version</c> when none holds that version, and those of <see cref="SnapshotMaker"/>.</summary>
    /// <param name="package">The package that refers to it; empty for a resource or a person.</param>
    public Result<Profile> Profile(string canonical, string package = "")
    {
        if (!_found.TryGetValue((canonical, package), out var stored))
        {
            var parsed = Canonical.Parse(canonical);
            if (definitions.Find(DefinitionKind.StructureDefinition, parsed, package) is not { } found)
            {
                return definitions.IsKnown(DefinitionKind.StructureDefinition, parsed.Url)
                    ? new Error("profile.version", $"No package holds version {parsed.Version} of the profile {parsed.Url}.")
                    : new Error("profile.unknown", $"No package holds the profile {parsed}.");
            }

            // What is not at hand can be named by anybody's resource: only what is at hand is kept.
            stored = _found.GetOrAdd((canonical, package), found);
        }

        return _profiles.TryGetValue(stored, out var known) ? known : _profiles.GetOrAdd(stored, Read(stored));
    }

    /// <summary>The standard's own definition of a type.</summary>
    public Profile? Type(string type) => Profile(StandardPrefix + type) is { IsOk: true, Value: var profile } ? profile : null;

    private Result<Profile> Read(StoredDefinition stored)
    {
        try
        {
            using var json = JsonDocument.Parse(stored.Json());
            if (RuleReader.Read(json.RootElement, stored.Package) is { } profile)
                return profile;
            var made = _snapshots.Make(stored);
            if (made.Error is { } error)
                return error;
            using var whole = JsonDocument.Parse(made.Value);
            return RuleReader.Read(whole.RootElement, stored.Package) is { } generated ? generated : new Error("profile.snapshot", $"The definition {stored.Url} ({stored.Place}) makes no snapshot.");
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new Error("profile.broken", $"The definition {stored.Url} ({stored.Place}) cannot be read.");
        }
    }
}
