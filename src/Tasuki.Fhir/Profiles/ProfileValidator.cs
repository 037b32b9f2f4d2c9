using Tasuki.Fhir.Profiles.Checks;
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
    private readonly ProfileLibrary _library;

    private ProfileValidator(ProfileLibrary library) => _library = library;

    /// <summary>
    /// Reads a <c>.tgz</c> package or a folder of them. Errors <c>package.missing</c>, <c>package.broken</c>, <c>package.size</c>, <c>package.path</c>; the message
    /// names the package and the file in it.
    /// </summary>
    public static Result<ProfileValidator> Load(string path, PackageLimits? limits = null) =>
        PackageFolder.Read(path, limits ?? PackageLimits.Default).Map(definitions => new ProfileValidator(new ProfileLibrary(definitions)));

    /// <summary>Is the profile at hand and whole? Errors <c>profile.unknown</c>, <c>profile.version</c>, <c>profile.base-missing</c>, <c>profile.cycle</c>, <c>profile.snapshot</c>, <c>profile.broken</c>.</summary>
    public Result<Done> Find(string profile) => _library.Profile(profile).Map(_ => Done.Yes);

    /// <param name="json">One resource.</param>
    /// <param name="profiles">Canonical URLs, with or without <c>|version</c>. None: those the resource declares in <c>meta.profile</c>, or else its type.</param>
    /// <param name="told">What <see cref="ResourceValidator"/> said of the same JSON: an invariant that it named at the same element is not told again.</param>
    /// <returns>In the order of the JSON; at most a thousand. Without an error among them the resource meets the profiles. Never throws, whatever the bytes are.</returns>
    public IReadOnlyList<ProfileFinding> Check(ReadOnlyMemory<byte> json, IReadOnlyCollection<string> profiles, IReadOnlyCollection<ResourceIssue>? told = null)
    {
        if (TextFault(json.Span) is { } fault)
            return [fault];
        if (NodeReader.Resource(json.Span) is not { ResourceType: { } type } root || _library.Type(type) is not { } standard)
            return [new ProfileFinding(FindingSeverity.Error, "structure", "Resource", "", "type", "The JSON is no resource of R4.") { Line = 1, Column = 1 }];
        var run = new CheckRun(_library, root);
        var walk = new ProfileWalk(run, new InvariantCheck(run, json));
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
            ? [.. findings, new ProfileFinding(FindingSeverity.Error, "too-costly", type, "", "size", $"{type} is too large to be checked whole; the rest was not looked at.") { Line = 1, Column = 1 }]
            : findings;
    }

    private static bool IsTold(ProfileFinding finding, IReadOnlyCollection<ResourceIssue>? told) =>
        finding.Code is "invariant" && told is not null && told.Any(issue => string.Equals(issue.Code, finding.Rule, StringComparison.Ordinal)
            && issue.Path.StartsWith(finding.Path, StringComparison.Ordinal) && (issue.Path.Length == finding.Path.Length || issue.Path[finding.Path.Length] is '.'));

    private static ProfileFinding? TextFault(ReadOnlySpan<byte> json)
    {
        if (ResourceValidator.Check(json).FirstOrDefault(issue => issue.Code is FaultCode.Text or FaultCode.Json or FaultCode.Depth) is not { } issue)
            return null;
        return new ProfileFinding(FindingSeverity.Error, "structure", issue.Path, "", "json", issue.Sentence) { Line = issue.Line, Column = issue.Column };
    }
}
