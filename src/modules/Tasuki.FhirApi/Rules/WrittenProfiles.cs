using System.Text;
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

    // That a resource should have a narrative: R4's advice, which most systems do not follow.
    private const string Advice = "dom-6";

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    private readonly ProfileValidator? _validator;
    // Where there are no packages the definitions of R4 are unpacked when $validate is first asked.
    private readonly Lazy<ProfileValidator> _standard;

    private WrittenProfiles(ProfileWeight weight, ProfileValidator? validator) =>
        (Weight, _validator, _standard) = (weight, validator, new Lazy<ProfileValidator>(() => validator ?? ProfileValidator.OfStandard()));

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

    /// <summary>What the profiles a resource, and each it contains, declares say of it as it is written; errors only where they refuse.</summary>
    /// <param name="json">A resource that base R4 has passed.</param>
    internal IReadOnlyList<Issue> OnWrite(ReadOnlyMemory<byte> json, CancellationToken cancel) =>
        Weight switch
        {
            ProfileWeight.Off => [],
            ProfileWeight.Strict => OfDeclared(json, cancel),
            _ => [.. OfDeclared(json, cancel).Select(issue => issue.Severity is "error" ? issue with { Severity = "warning" } : issue).OrderBy(Rank)],
        };

    /// <summary>
    /// What the definitions of R4 and the profiles that are declared say of a resource and of each that stands in it (contained, an entry of a Bundle, a part of
    /// Parameters), whatever they weigh. Sees more than a write does: required bindings that the one pass does not know, and warnings of R4 (but for its advice to write narratives).
    /// </summary>
    /// <param name="told">What base R4 said of it, which is not told again.</param>
    internal IReadOnlyList<Issue> OfWhole(ReadOnlyMemory<byte> json, IReadOnlyList<ResourceIssue> told, CancellationToken cancel)
    {
        var issues = _standard.Value.Check(json, [], told, cancel).Where(finding => finding.Rule is not Advice).Select(finding => finding.Rule is ProfileFinding.Undeclared ? finding with { Severity = FindingSeverity.Error } : finding).Select(Of).ToList();
        if (Declaring(json).Sum(one => one.Profiles.Count) > MostDeclared)
            issues.Add(TooMany);
        return [.. issues.OrderBy(Rank)];
    }

    /// <summary>What these profiles say of a resource. One that no package holds is an error: nothing is known of it.</summary>
    internal IReadOnlyList<Issue> Check(ReadOnlyMemory<byte> json, IReadOnlyList<string> profiles, IReadOnlyList<ResourceIssue>? told, CancellationToken cancel)
    {
        if (profiles.Count == 0)
            return [];
        if (_validator is null)
            return [new Issue("error", "not-found", "This server holds no packages of profiles: what the profiles ask was not looked at.")];
        var issues = _validator.Check(json, [.. profiles.Take(MostDeclared)], told, cancel).Select(Of).ToList();
        if (profiles.Count > MostDeclared)
            issues.Add(TooMany);
        return [.. issues.OrderBy(Rank)];
    }

    private List<Issue> OfDeclared(ReadOnlyMemory<byte> json, CancellationToken cancel)
    {
        var issues = new List<Issue>();
        var left = MostDeclared;
        foreach (var (place, part, profiles) in Declaring(json))
        {
            var found = left > 0 ? Check(part, [.. profiles.Take(left)], told: null, cancel) : [];
            issues.AddRange(place is null ? found : found.Select(issue => issue with { Sentence = $"{place}: {issue.Sentence}", Expression = place, Line = 0, Column = 0 }));
            left -= profiles.Count;
        }

        if (left < 0)
            issues.Add(TooMany);
        return [.. issues.OrderBy(Rank)];
    }

    // meta.profile, each once.
    private static IReadOnlyList<string> Declared(JsonElement resource) =>
        resource.ValueKind is JsonValueKind.Object && resource.TryGetProperty("meta"u8, out var meta) && meta.ValueKind is JsonValueKind.Object
        && meta.TryGetProperty("profile"u8, out var list) && list.ValueKind is JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(one => one.ValueKind is JsonValueKind.String).Select(one => one.GetString()!).Distinct(StringComparer.Ordinal)] : [];

    // The resource itself (no place), and what it contains: one level, R4 knows no other.
    private static List<(string? Place, ReadOnlyMemory<byte> Json, IReadOnlyList<string> Profiles)> Declaring(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, Reading);
        var root = document.RootElement;
        var declaring = new List<(string?, ReadOnlyMemory<byte>, IReadOnlyList<string>)>();
        if (Declared(root) is { Count: > 0 } own)
            declaring.Add((null, json, own));
        if (root.TryGetProperty("contained"u8, out var contained) && contained.ValueKind is JsonValueKind.Array)
        {
            foreach (var (index, one) in contained.EnumerateArray().Index())
            {
                if (Declared(one) is { Count: > 0 } its)
                    declaring.Add(($"{root.GetProperty("resourceType"u8).GetString()}.contained[{index}]", Encoding.UTF8.GetBytes(one.GetRawText()), its));
            }
        }

        return declaring;
    }

    private static Issue TooMany => new("error", "too-costly", $"More than {MostDeclared} profiles are named; the rest were not looked at.");

    // What refuses stands first.
    private static int Rank(Issue issue) => issue.Severity switch { "error" => 0, "warning" => 1, _ => 2 };

    private static Issue Of(ProfileFinding finding) => new(
        finding.Severity switch { FindingSeverity.Error => "error", FindingSeverity.Warning => "warning", _ => "information" },
        finding.Code, finding.Sentence, finding.Path, finding.Line, finding.Column);
}
