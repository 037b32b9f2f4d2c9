using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Fhir.Profiles;
using Tasuki.Kernel;

namespace Tasuki.FhirApi;

/// <summary>What becomes of a resource that does not meet a profile it declares.</summary>
internal enum ProfileWeight
{
    /// <summary>It is not looked at; $validate alone uses the packages.</summary>
    Off,

    /// <summary>Stored, and said where the answer can carry it.</summary>
    Warn,

    /// <summary>Refused.</summary>
    Strict,
}

/// <summary>The profiles of the packages an operator has put down, and how much they weigh on a write. Read once at start.</summary>
public sealed class WrittenProfiles
{
    /// <summary>Of what one resource declares, this many are looked at.</summary>
    internal const int MostDeclared = 20;

    private readonly ProfileValidator? _validator;

    private WrittenProfiles(ProfileWeight weight, ProfileValidator? validator) => (Weight, _validator) = (weight, validator);

    internal ProfileWeight Weight { get; }

    /// <summary>Errors <c>settings.profiles</c>, <c>settings.packages</c>: the sentence says which setting to change.</summary>
    /// <param name="weight"><c>off</c>, <c>warn</c> or <c>strict</c>; null is <c>warn</c> where there are packages.</param>
    /// <param name="packages">A folder of <c>.tgz</c> packages, or one of them.</param>
    public static Result<WrittenProfiles> Load(string? weight, string? packages)
    {
        ProfileWeight? said = weight switch { "off" => ProfileWeight.Off, "warn" => ProfileWeight.Warn, "strict" => ProfileWeight.Strict, _ => null };
        if (said is null && !string.IsNullOrEmpty(weight))
            return new Error("settings.profiles", "Tasuki:Profiles must be off, warn or strict.");
        if (string.IsNullOrEmpty(packages))
        {
            return said is null or ProfileWeight.Off ? new WrittenProfiles(ProfileWeight.Off, null)
                : new Error("settings.packages", "Tasuki:Profiles asks for resources to be held against profiles: name the folder of FHIR packages (.tgz) in Tasuki:Packages.");
        }

        try
        {
            var loaded = ProfileValidator.Load(packages);
            return loaded.IsOk ? new WrittenProfiles(said ?? ProfileWeight.Warn, loaded.Value) : new Error("settings.packages", $"Tasuki:Packages cannot be used. {loaded.Error.Message}");
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return new Error("settings.packages", "Tasuki:Packages cannot be used: the folder must not be read by this server.");
        }
    }

    /// <summary>What the profiles a resource declares say of it as it is written; errors only where they refuse.</summary>
    /// <param name="json">A resource that base R4 has passed.</param>
    internal IReadOnlyList<Issue> OnWrite(ReadOnlyMemory<byte> json)
    {
        if (Weight is ProfileWeight.Off || Declared(json) is not { Count: > 0 } declared)
            return [];
        var issues = Check(json, declared);
        return Weight is ProfileWeight.Strict ? issues : [.. issues.Select(issue => issue.Severity is "error" ? issue with { Severity = "warning" } : issue)];
    }

    /// <summary>What these profiles say of a resource. One that no package holds is an error: nothing is known of it.</summary>
    internal IReadOnlyList<Issue> Check(ReadOnlyMemory<byte> json, IReadOnlyList<string> profiles)
    {
        if (profiles.Count == 0)
            return [];
        if (_validator is null)
            return [new Issue("error", "not-found", "This server holds no packages of profiles: what the profiles ask was not looked at.")];
        var issues = _validator.Check(json, [.. profiles.Take(MostDeclared)]).Select(Of).ToList();
        if (profiles.Count > MostDeclared)
            issues.Add(new Issue("error", "too-costly", $"More than {MostDeclared} profiles are named; the rest were not looked at."));
        // What refuses stands first.
        return [.. issues.OrderBy(issue => issue.Severity switch { "error" => 0, "warning" => 1, _ => 2 })];
    }

    /// <summary><c>meta.profile</c>, each once.</summary>
    internal static IReadOnlyList<string> Declared(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        return document.RootElement.TryGetProperty("meta"u8, out var meta) && meta.ValueKind is JsonValueKind.Object
            && meta.TryGetProperty("profile"u8, out var list) && list.ValueKind is JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(one => one.ValueKind is JsonValueKind.String).Select(one => one.GetString()!).Distinct(StringComparer.Ordinal)] : [];
    }

    private static Issue Of(ProfileFinding finding) => new(
        finding.Severity switch { FindingSeverity.Error => "error", FindingSeverity.Warning => "warning", _ => "information" },
        finding.Code, finding.Sentence, finding.Path, finding.Line, finding.Column);
}
