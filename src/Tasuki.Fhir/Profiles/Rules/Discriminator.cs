namespace Tasuki.Fhir.Profiles.Rules;

internal enum DiscriminatorKind
{
    Value,
    Exists,
    Type,
    Profile,
    Position,
}

internal enum StepKind
{
    Element,
    Extension,
    Resolve,
    OfType,
}

internal readonly record struct Step(StepKind Kind, string Name);

/// <summary>What tells slices apart (R4, profiling.html#discriminator): its kind, and the simple FHIRPath to where to look. No steps is the element itself.</summary>
/// <param name="Steps">Null when the path is beyond the simple subset.</param>
internal sealed record Discriminator(DiscriminatorKind Kind, IReadOnlyList<Step>? Steps)
{
    public static readonly Discriminator Url = new(DiscriminatorKind.Value, [new Step(StepKind.Element, "url")]);
    public static readonly Discriminator OwnType = new(DiscriminatorKind.Type, []);

    public static Discriminator Parse(string? kind, string? path) => new(
        kind switch { "exists" => DiscriminatorKind.Exists, "type" => DiscriminatorKind.Type, "profile" => DiscriminatorKind.Profile, "position" => DiscriminatorKind.Position, _ => DiscriminatorKind.Value },
        StepsOf(path));

    private static List<Step>? StepsOf(string? path)
    {
        var steps = new List<Step>();
        var rest = path.AsSpan().Trim();
        while (rest.Length > 0)
        {
            var end = EndOfStep(rest);
            var step = rest[..end].Trim();
            rest = end < rest.Length ? rest[(end + 1)..] : default;
            if (step is "$this")
                continue;
            if (step is "resolve()")
                steps.Add(new Step(StepKind.Resolve, ""));
            else if (Argument(step, "extension") is { } url)
                steps.Add(new Step(StepKind.Extension, url));
            else if (Argument(step, "ofType") is { } type)
                steps.Add(new Step(StepKind.OfType, type));
            else if (Argument(step, "as") is { } cast)
                steps.Add(new Step(StepKind.OfType, cast));
            else if (step.Length > 0 && !step.ContainsAny('(', ')', ' '))
                steps.Add(new Step(StepKind.Element, step.EndsWith("[x]") ? step[..^3].ToString() : step.ToString()));
            else
                return null;
        }

        return steps;
    }

    private static int EndOfStep(ReadOnlySpan<char> rest)
    {
        var depth = 0;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] is '(')
                depth++;
            else if (rest[i] is ')')
                depth--;
            else if (rest[i] is '.' && depth == 0)
                return i;
        }

        return rest.Length;
    }

    private static string? Argument(ReadOnlySpan<char> step, string function) =>
        step.StartsWith(function) && step.Length > function.Length + 2 && step[function.Length] is '(' && step[^1] is ')'
            ? step[(function.Length + 1)..^1].Trim().Trim('\'').Trim('"').ToString() : null;
}
