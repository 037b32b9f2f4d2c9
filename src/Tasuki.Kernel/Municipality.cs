using System.Text.RegularExpressions;

namespace Tasuki.Kernel;

/// <summary>The short name of a municipality in this deployment: lower-case letters, digits, hyphens, 1 to 32. It is part of every sealed value, so it never changes.</summary>
public readonly partial record struct MunicipalityId
{
    private MunicipalityId(string value) => Value = value;

    public string Value { get; }

    public static Result<MunicipalityId> Parse(string? text) =>
        text is not null && Pattern().IsMatch(text)
            ? new MunicipalityId(text)
            : new Error("municipality.id", "A municipality id is 1 to 32 lower-case letters, digits or hyphens and starts with a letter.");

    public override string ToString() => Value;

    [GeneratedRegex("^[a-z][a-z0-9-]{0,31}$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

/// <summary>The body a deployment serves (自治体), with the name of the operator (運営主体) that runs the service in law.</summary>
public sealed record Municipality(MunicipalityId Id, string Name, string OperatorName, bool IsDemo);
