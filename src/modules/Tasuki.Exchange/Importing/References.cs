using Tasuki.Fhir;
using Tasuki.Formats;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// What a file calls its patient becomes the resident's own Patient record. Everything else a file refers to by its own names is rewritten by the vault when it is
/// stored (<see cref="Vault.NewRecord.LocalUrl"/>).
/// </summary>
internal sealed class References
{
    /// <summary>What stands for the resident as long as no Patient record exists.</summary>
    public const string Self = "Patient/self";

    private readonly HashSet<string> _patient = new(StringComparer.Ordinal) { Self };
    private readonly bool _onePerson;
    private readonly string _own;

    /// <param name="own"><c>Patient/ID</c> of the resident's own record; null when there is none.</param>
    public References(IReadOnlyList<ReadPerson> people, string? own)
    {
        foreach (var person in people)
        {
            if (person.FullUrl is { } url)
                _patient.Add(url);
        }

        _onePerson = people.Count <= 1;
        _own = own ?? Self;
    }

    public CanonicalResource Of(CanonicalResource resource) => resource.WithReferences(Rewrite);

    private string? Rewrite(string reference)
    {
        // A file about one person has one patient, under whichever server's name it stands.
        return _patient.Contains(reference) || (_onePerson && IsPatient(reference)) ? _own : null;
    }

    private static bool IsPatient(string reference)
    {
        var path = reference.AsSpan();
        if (path.IndexOf("/_history/") is >= 0 and var history)
            path = path[..history];
        var slash = path.LastIndexOf('/');
        return slash > 0 && slash < path.Length - 1 && (path[..slash] is "Patient" || path[..slash].EndsWith("/Patient"));
    }
}
