using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>What one check of one resource knows and has found. Used by one thread.</summary>
internal sealed class CheckRun(ProfileLibrary library, Node root, TimeProvider clock, CancellationToken cancel)
{
    private const int MostFindings = 1000;

    // About five seconds. Slices by profile hold every item against every slice, so a list of tens of thousands could keep a server busy.
    private const int MostSteps = 3_000_000;

    // What steps do not see (the expressions of a package) is bounded by the clock. A server under load must come to its end too, so this is long.
    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(20);
    private const int StepsBetweenLooks = 16;
    private readonly long _began = clock.GetTimestamp();
    private readonly List<(ProfileFinding Finding, int Offset)> _findings = [];
    private readonly HashSet<(string Path, string Rule, string Sentence)> _said = [];
    private readonly HashSet<string> _saidOnce = new(StringComparer.Ordinal);
    private int _trials;
    private int _steps;
    private int _nextLook = 1;
    private bool _isLate;

    public ProfileLibrary Library { get; } = library;

    public Node Root { get; } = root;

    /// <summary>A trial asks whether an element meets a profile; what it finds is not told.</summary>
    public bool IsTrial => _trials > 0;

    /// <summary>The trial has its answer: no.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Nothing that can still be found would change what is told.</summary>
    public bool IsOver => IsCutShort || (IsTrial ? HasFailed : _findings.Count >= MostFindings);

    /// <summary>The resource is too large for all of it to be checked; what was found is what was looked at.</summary>
    public bool IsCutShort => _steps > MostSteps || _isLate;

    /// <summary>Counts work: one element held against one rule is one. Throws where the caller no longer wants an answer.</summary>
    public void Step(int cost = 1)
    {
        _steps += Math.Min(cost, MostSteps);
        if (_steps < _nextLook || IsCutShort)
            return;
        _nextLook = _steps + StepsBetweenLooks;
        cancel.ThrowIfCancellationRequested();
        _isLate = clock.GetElapsedTime(_began) > LongestTime;
    }

    /// <summary>Runs a check and says whether it found no error.</summary>
    public bool Passes(Action check)
    {
        var outer = HasFailed;
        HasFailed = false;
        _trials++;
        check();
        _trials--;
        var passed = !HasFailed;
        HasFailed = outer;
        return passed;
    }

    public void Error(Node node, Profile profile, Rule rule, string code, string key, string sentence, string? missing = null) =>
        Say(FindingSeverity.Error, node, profile, rule, code, key, sentence, missing);

    public void Warning(Node node, Profile profile, Rule rule, string code, string key, string sentence) =>
        Say(FindingSeverity.Warning, node, profile, rule, code, key, sentence, null);

    /// <param name="once">What it is about: said at the first place where it matters.</param>
    public void Note(Node node, Profile profile, Rule rule, string code, string key, string sentence, string once)
    {
        if (!IsTrial && _saidOnce.Add(once))
            Say(FindingSeverity.Information, node, profile, rule, code, key, sentence, null);
    }

    /// <summary>In the order of the JSON.</summary>
    public IReadOnlyList<ProfileFinding> Findings(ReadOnlySpan<byte> json)
    {
        var all = new List<ProfileFinding>(_findings.Count);
        var (line, start, at) = (1, 0, 0);
        foreach (var (finding, offset) in _findings.OrderBy(one => one.Offset))
        {
            for (; json[at..offset].IndexOf((byte)'\n') is >= 0 and var end; line++)
                start = at += end + 1;
            at = offset;
            all.Add(finding with { Line = line, Column = offset - start + 1 });
        }

        return all;
    }

    private void Say(FindingSeverity severity, Node node, Profile profile, Rule rule, string code, string key, string sentence, string? missing)
    {
        if (IsTrial)
        {
            HasFailed |= severity is FindingSeverity.Error;
            return;
        }

        var path = missing is null ? node.Path : $"{node.Path}.{missing}";
        if (_findings.Count < MostFindings && _said.Add((path, key, sentence)))
            _findings.Add((new ProfileFinding(severity, code, path, profile.Url, key, $"{path} {sentence}") { Element = rule.Id }, node.Offset));
    }
}
