using Tasuki.Fhir;
using Tasuki.Formats;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// What a file calls its patient becomes the resident's own Patient record. Everything else a file refers to by its own names is rewritten by the vault when it is
/// stored (<see cref="Vault.NewRecord.LocalUrl"/>); it knows one name for each record, so a second one (<c>Type/id</c> beside a fullUrl) is turned into the first here.
/// </summary>
internal sealed class References
{
    /// <summary>What stands for the resident as long as no Patient record exists.</summary>
    public const string Self = "Patient/self";

    private readonly HashSet<string> _patient = new(StringComparer.Ordinal) { Self };
    private readonly Dictionary<string, string> _secondNames = new(StringComparer.Ordinal);
    private readonly bool _onePerson;
    private readonly string _own;

    /// <param name="own">The name of the resident's own Patient record; null when there is none.</param>
    public References(FileContents contents, string? own)
    {
        foreach (var person in contents.People)
        {
            if (person.FullUrl is { } url)
                _patient.Add(url);
        }

        foreach (var resource in contents.Resources)
        {
            if (resource.FullUrl is { } url && resource.Resource.OriginalId is { } id && $"{resource.Resource.Type}/{id}" is var second && second != url)
                _secondNames.TryAdd(second, url);
        }

        _onePerson = contents.People.Count <= 1;
        _own = own ?? Self;
    }

    /// <summary>What other records of the file call this one.</summary>
    public static string? NameOf(ReadResource resource) =>
        resource.FullUrl ?? (resource.Resource.OriginalId is { } id ? $"{resource.Resource.Type}/{id}" : null);

    public CanonicalResource Of(CanonicalResource resource) => resource.WithReferences(Rewrite);

    private string? Rewrite(string reference)
    {
        if (_patient.Contains(reference))
            return _own;
        // A file about one person has one patient, under whichever server's name it stands.
        if (_onePerson && IsPatient(reference))
            return _own;
        return _secondNames.GetValueOrDefault(reference);
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
