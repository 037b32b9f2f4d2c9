using System.Collections.Immutable;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>What a token or a request asks for, as a whole.</summary>
/// <param name="Words">Those that are no resource scopes: <c>openid</c>, <c>fhirUser</c>, <c>launch</c>, <c>launch/patient</c>, <c>offline_access</c>, <c>online_access</c>.</param>
public sealed record SmartScopes(ImmutableArray<SmartScope> Resources, ImmutableArray<string> Words)
{
    public const string OpenId = "openid";
    public const string FhirUser = "fhirUser";
    public const string Launch = "launch";
    public const string LaunchPatient = "launch/patient";
    public const string Offline = "offline_access";
    public const string Online = "online_access";

    /// <summary>Scopes of one request.</summary>
    public const int Most = 100;

    private const int Longest = 4000;

    internal static readonly ImmutableArray<string> KnownWords = [OpenId, FhirUser, Launch, LaunchPatient, Offline, Online];

    private static readonly Error Characters = new("scope.characters", "Scopes hold the characters of RFC 6749, section 3.3, with single blanks between them.");

    public bool Has(string word) => Words.Contains(word, StringComparer.Ordinal);

    /// <summary>Errors: those of <see cref="SmartScope.Parse"/>, with the place of the scope in the list; <c>scope.characters</c>, <c>scope.many</c>.</summary>
    public static Result<SmartScopes> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new SmartScopes([], []);
        if (text.Length > Longest)
            return new Error("scope.many", $"The scopes are longer than {Longest} characters.");
        // x21, x23 to x5B, x5D to x7E: no quotation mark, no backslash, nothing beyond ASCII.
        if (text.Any(c => c is not (' ' or '!' or (>= '#' and <= '[') or (>= ']' and <= '~'))))
            return Characters;
        var parts = text.Split(' ');
        if (parts.Any(p => p.Length == 0))
            return Characters;
        if (parts.Length > Most)
            return new Error("scope.many", $"{parts.Length} scopes were asked for, {Most} are allowed.");

        var resources = new List<SmartScope>();
        var words = new List<string>();
        for (var i = 0; i < parts.Length; i++)
        {
            if (KnownWords.Contains(parts[i], StringComparer.Ordinal))
            {
                words.Add(parts[i]);
                continue;
            }

            var scope = SmartScope.Parse(parts[i]);
            if (!scope.IsOk)
                return new Error(scope.Error.Code, $"Scope {i + 1} of {parts.Length}: {scope.Error.Message}");
            resources.Add(scope.Value);
        }

        return new SmartScopes([.. resources.Distinct()], [.. words.Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Error <c>scope.not-registered</c>: something lies outside the list the app was approved with.</summary>
    public Result<SmartScopes> Within(SmartScopes registered)
    {
        var outside = Resources.Count(r => !registered.Resources.Any(allowed => allowed.Covers(r))) + Words.Count(w => !registered.Has(w));
        return outside == 0 ? this : new Error("scope.not-registered", $"{outside} of the scopes lie outside those the app is registered with.");
    }

    /// <summary>What works of them; a scope of which nothing does is left out.</summary>
    public SmartScopes Working() => this with { Resources = [.. Resources.Select(r => r.Working()).Where(r => r.Actions is not ScopeActions.None).Distinct()] };

    public bool Covers(SmartScope wanted) => Resources.Any(r => r.Covers(wanted));

    public IEnumerable<string> ToList() => Words.Concat(Resources.Select(r => r.ToString()));

    public override string ToString() => string.Join(' ', ToList());
}
