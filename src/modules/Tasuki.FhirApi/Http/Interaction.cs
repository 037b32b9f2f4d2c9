namespace Tasuki.FhirApi;

/// <summary>One request of FHIR's REST, from HTTP or from an entry of a Bundle.</summary>
/// <param name="Path">Behind the base, unescaped, without empty parts.</param>
/// <param name="Query">In order, names as often as they came.</param>
internal sealed record Interaction(string Method, IReadOnlyList<string> Path, IReadOnlyList<(string Name, string Value)> Query, ReadOnlyMemory<byte> Body)
{
    /// <summary>What the body says it is; null where there is none.</summary>
    public string? ContentType { get; init; }

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    public string? IfNoneExist { get; init; }

    public Preference Prefer { get; init; }

    /// <summary>Where the body stands in what was sent; null where it is all of it.</summary>
    public BodyPlace? Place { get; init; }

    /// <summary>The whole address to the letter; null where it was not HTTP that brought it.</summary>
    public string? Url { get; init; }

    /// <summary>What an entry of a transaction is called by its neighbours.</summary>
    public string? FullUrl { get; init; }
}

/// <summary>The header <c>Prefer</c>.</summary>
/// <param name="Lenient">What is unknown in a search is said and left out, instead of refused.</param>
internal readonly record struct Preference(bool Minimal, bool OutcomeOnly, bool Lenient)
{
    /// <summary>The answer may come later, from an address that the first answer names.</summary>
    public bool RespondAsync { get; init; }

    public static Preference Of(IEnumerable<string?> headers)
    {
        var parts = headers.SelectMany(one => (one ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new Preference(parts.Contains("return=minimal"), parts.Contains("return=OperationOutcome"), parts.Contains("handling=lenient")) { RespondAsync = parts.Contains("respond-async") };
    }
}

/// <summary>What is answered. <paramref name="Body"/> is FHIR JSON; empty for none.</summary>
internal sealed record Answer(int Status, ReadOnlyMemory<byte> Body)
{
    public int? Version { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    /// <summary>Absolute.</summary>
    public string? Location { get; init; }

    /// <summary>Beside those that other members stand for.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>A media type that is neither FHIR JSON nor its XML; null for those.</summary>
    public string? Form { get; init; }

    /// <summary>Writes a body of any length; <see cref="Body"/> is empty then.</summary>
    public Func<Stream, CancellationToken, Task>? Write { get; init; }

    /// <summary>The token's scopes do not cover what was asked: so it was refused before the gate.</summary>
    public bool BeyondScopes { get; init; }

    /// <summary>The body is an OperationOutcome that says why not.</summary>
    public bool IsFailure => Status >= 400;
}
