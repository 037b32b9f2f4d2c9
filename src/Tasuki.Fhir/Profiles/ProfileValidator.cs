using Tasuki.Fhir.Profiles.Checks;
using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Packages;
using Tasuki.Fhir.Profiles.Rules;
using Tasuki.Fhir.Validation;
using Tasuki.Kernel;

namespace Tasuki.Fhir.Profiles;

/// <summary>
/// Holds resources against profiles (R4, profiling.html) from FHIR packages. What base R4 asks is <see cref="ResourceValidator"/>'s; this looks at what profiles add,
/// and at the invariants and bindings of R4 itself. Whether must-support elements are supported is not checked. May be used from many threads.
/// </summary>
public sealed class ProfileValidator
{
    private const string OfStandardType = "http://hl7.org/fhir/StructureDefinition/";
    private readonly ProfileLibrary _library;
    private readonly TimeProvider _clock;

    private ProfileValidator(ProfileLibrary library, TimeProvider? clock) => (_library, _clock) = (library, clock ?? TimeProvider.System);

    /// <summary>
    /// Reads a <c>.tgz</c> package or a folder of them. Errors <c>package.missing</c>, <c>package.broken</c>, <c>package.size</c>, <c>package.path</c>, <c>package.empty</c>; the message
    /// names the package and the file in it.
    /// </summary>
    /// <param name="clock">Tells when a check has taken too long; null for that of the system.</param>
    public static Result<ProfileValidator> Load(string path, PackageLimits? limits = null, TimeProvider? clock = null) =>
        PackageFolder.Read(path, limits ?? PackageLimits.Default).Map(definitions => new ProfileValidator(new ProfileLibrary(definitions), clock));

    /// <summary>With the definitions of R4 alone.</summary>
    public static ProfileValidator OfStandard(TimeProvider? clock = null) => new(new ProfileLibrary(new DefinitionSet([])), clock);

    /// <summary>Is the profile at hand and whole? Errors <c>profile.unknown</c>, <c>profile.version</c>, <c>profile.base-missing</c>, <c>profile.cycle</c>, <c>profile.snapshot</c>, <c>profile.broken</c>.</summary>
    public Result<Done> Find(string profile) => _library.Profile(profile).Map(_ => Done.Yes);

    /// <param name="json">One resource.</param>
    /// <param name="profiles">Canonical URLs, with or without <c>|version</c>. None: those the resource declares in <c>meta.profile</c>, or else its type.</param>
    /// <param name="told">What <see cref="ResourceValidator"/> said of the same JSON: what it named at the same element is not told again.</param>
    /// <returns>
    /// In the order of the JSON; at most a thousand. Without an error among them the resource meets the profiles. Never throws, whatever the bytes are, but where it is
    /// cancelled. A check that takes too many steps or too long ends with the error <c>too-costly</c>.
    /// </returns>
    public IReadOnlyList<ProfileFinding> Check(ReadOnlyMemory<byte> json, IReadOnlyCollection<string> profiles, IReadOnlyCollection<ResourceIssue>? told = null, CancellationToken cancel = default)
    {
        if (TextFault(json.Span) is { } fault)
            return [fault];
        if (NodeReader.Resource(json.Span) is not { ResourceType: { } type } root || _library.Type(type) is not { } standard)
            return [new ProfileFinding(FindingSeverity.Error, "structure", "Resource", "", "type", "The JSON is no resource of R4.") { Line = 1, Column = 1 }];
        var run = new CheckRun(_library, root, _clock, cancel);
        var walk = new ProfileWalk(run, json);
        if (profiles.Count == 0)
            walk.Resource(root, standard, standard.Root);
        foreach (var name in profiles)
        {
            var profile = _library.Profile(name);
            if (profile.Error is { } error)
                run.Error(root, standard, standard.Root, "not-found", "profile", error.Message);
            else
                walk.Profile(root, profile.Value);
        }

        var findings = run.Findings(json.Span).Where(finding => !IsTold(finding, told)).ToArray();
        return run.IsCutShort
            ? [.. findings, new ProfileFinding(FindingSeverity.Error, "too-costly", type, "", "size", $"{type} takes too much work to be checked whole; the rest was not looked at.") { Line = 1, Column = 1 }]
            : findings;
    }

    // The standard's own rules say nothing new of an element that base R4 named; a profile's may.
    private static bool IsTold(ProfileFinding finding, IReadOnlyCollection<ResourceIssue>? told) => told is not null && told.Any(issue =>
        string.Equals(issue.Path, finding.Path, StringComparison.Ordinal) ? finding.Profile.StartsWith(OfStandardType, StringComparison.Ordinal) || IsSame(finding, issue)
        : finding.Code is "invariant" && IsSame(finding, issue) && issue.Path.Length > finding.Path.Length && issue.Path[finding.Path.Length] is '.' && issue.Path.StartsWith(finding.Path, StringComparison.Ordinal));

    private static bool IsSame(ProfileFinding finding, ResourceIssue issue) => finding.Rule switch
    {
        "binding" => issue.Code is FaultCode.Code,
        "txt-1" => issue.Code is FaultCode.Narrative,
        _ => string.Equals(issue.Code, finding.Rule, StringComparison.Ordinal),
    };

    private static ProfileFinding? TextFault(ReadOnlySpan<byte> json)
    {
        if (ResourceValidator.Check(json).FirstOrDefault(issue => issue.Code is FaultCode.Text or FaultCode.Json or FaultCode.Depth) is not { } issue)
            return null;
        return new ProfileFinding(FindingSeverity.Error, "structure", issue.Path, "", "json", issue.Sentence) { Line = issue.Line, Column = issue.Column };
    }
}
