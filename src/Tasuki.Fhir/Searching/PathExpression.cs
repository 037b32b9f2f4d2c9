using System.Text.RegularExpressions;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// Compiles the part of FHIRPath that R4's search parameters use: unions, steps, <c>as</c>, <c>where(resolve() is T)</c>, <c>where(name='value')</c>. What is
/// beyond it makes the parameter unknown, with the reason.
/// </summary>
internal static partial class PathExpression
{
    private sealed record Place(PathStep[] Steps, ClassMapping Type, string? Target, string? System = null);

    /// <summary>Null and a reason when the expression is beyond us; the alternatives that are of other types are passed over.</summary>
    public static (List<ElementPath>? Paths, List<string> LeftOut, string? Reason) Compile(string type, string expression, SearchKind kind)
    {
        var paths = new List<ElementPath>();
        var leftOut = new List<string>();
        foreach (var alternative in Split(expression))
        {
            if (Whole().Match(alternative) is not { Success: true } match)
                return (null, leftOut, $"its expression '{alternative}' is not one this program reads");
            var (path, chosen, rest) = (match.Groups["path"].Value, match.Groups["type"].Value, match.Groups["rest"].Value);
            string[] segments = [.. Segments().Matches(path + (chosen.Length > 0 ? $".as({chosen})" : "") + rest).Select(one => one.Groups["one"].Value)];
            if (segments[0] is not "Resource" && !string.Equals(segments[0], type, StringComparison.Ordinal))
                continue;
            var start = ModelInfo.ModelInspector.FindClassMapping(type)!;
            List<Place>? places = [new Place([], start, null)];
            foreach (var segment in segments.Skip(1))
            {
                places = Step(places, segment);
                if (places is null)
                    return (null, leftOut, $"its expression '{alternative}' is not one this program reads");
            }

            foreach (var place in places)
            {
                if (LeafOf(place.Type.Name, kind) is { } leaf)
                    paths.Add(new ElementPath(place.Steps, leaf, place.Type.Name, place.Target, leaf is LeafKind.Text && kind is SearchKind.Token ? place.System : null));
                else
                    leftOut.Add(string.Join('.', place.Steps.Select(step => step.Name).Prepend(type)));
            }
        }

        return paths.Count > 0 ? (paths, leftOut, null) : (null, leftOut, leftOut.Count > 0 ? $"it looks at {string.Join(", ", leftOut)} only, whose type holds no such value" : "its expression names no element of the type");
    }

    /// <summary>The compiled parts of a composite are relative to the element its own expression names.</summary>
    public static (List<ElementPath>? Paths, List<string> LeftOut, string? Reason) CompileBelow(string type, IReadOnlyList<PathStep> below, string expression, SearchKind kind)
    {
        var paths = new List<ElementPath>();
        var leftOut = new List<string>();
        var prefix = string.Concat(below.Select(step => step.Name + "."));
        var alternatives = Split(expression).Select(one => $"{type}.{prefix}{one}");
        var (whole, left, reason) = Compile(type, string.Join(" | ", alternatives), kind);
        leftOut.AddRange(left);
        if (whole is null)
            return (null, leftOut, reason);
        paths.AddRange(whole.Select(path => path with { Steps = [.. path.Steps.Skip(below.Count)] }));
        return (paths, leftOut, null);
    }

    private static List<Place>? Step(List<Place> places, string segment)
    {
        var next = new List<Place>();
        foreach (var place in places)
        {
            if (Cast().Match(segment) is { Success: true } cast)
            {
                // Some expressions write DateTime for dateTime.
                if (string.Equals(place.Type.Name, cast.Groups["type"].Value, StringComparison.OrdinalIgnoreCase))
                    next.Add(place);
            }
            else if (ResolvesTo().Match(segment) is { Success: true } resolves)
            {
                next.Add(place with { Target = resolves.Groups["type"].Value });
            }
            else if (Where().Match(segment) is { Success: true } where)
            {
                next.Add(place with { Steps = [.. place.Steps[..^1], place.Steps[^1] with { WhereName = where.Groups["name"].Value, WhereValue = where.Groups["value"].Value }] });
            }
            else if (Name().IsMatch(segment) && place.Type.FindMappedElementByName(segment) is { } element)
            {
                if (element.Choice is ChoiceType.ResourceChoice)
                    return null;
                foreach (var type in element.FhirType.Select(fhirType => ModelInfo.ModelInspector.FindOrImportClassMapping(fhirType)!))
                {
                    var name = element.Choice is ChoiceType.DatatypeChoice ? segment + char.ToUpperInvariant(type.Name[0]) + type.Name[1..] : segment;
                    next.Add(new Place([.. place.Steps, new PathStep(name)], type, null, type.Name is "code" ? CodeBindings.SystemOf(element) : null));
                }
            }
            else if (places.Count == 1)
            {
                return null;
            }
        }

        return next.Count > 0 ? next : null;
    }

    private static LeafKind? LeafOf(string type, SearchKind kind) => kind switch
    {
        SearchKind.Token => type switch
        {
            "string" => LeafKind.PlainToken,
            "code" or "id" or "uri" or "url" or "oid" or "uuid" or "canonical" => LeafKind.Text,
            "boolean" => LeafKind.Boolean,
            "Coding" => LeafKind.Coding,
            "CodeableConcept" => LeafKind.CodeableConcept,
            "Identifier" => LeafKind.Identifier,
            "ContactPoint" => LeafKind.ContactPoint,
            _ => null,
        },
        SearchKind.Date => type switch
        {
            "date" or "dateTime" or "instant" => LeafKind.Date,
            "Period" => LeafKind.Period,
            "Timing" => LeafKind.Timing,
            _ => null,
        },
        SearchKind.Number => type switch
        {
            "decimal" or "integer" or "positiveInt" or "unsignedInt" => LeafKind.Number,
            "Range" => LeafKind.Range,
            _ => null,
        },
        SearchKind.Quantity => type switch
        {
            "Quantity" or "Age" or "Duration" or "Count" or "Distance" or "SimpleQuantity" => LeafKind.Quantity,
            "Money" => LeafKind.Money,
            "Range" => LeafKind.Range,
            _ => null,
        },
        SearchKind.String => type switch
        {
            "string" or "markdown" or "code" or "uri" or "id" => LeafKind.Text,
            "HumanName" => LeafKind.HumanName,
            "Address" => LeafKind.Address,
            _ => null,
        },
        SearchKind.Uri => type is "uri" or "url" or "canonical" or "oid" or "uuid" ? LeafKind.Uri : null,
        SearchKind.Reference => type switch
        {
            "Reference" => LeafKind.Reference,
            "canonical" or "uri" or "url" => LeafKind.Canonical,
            _ => null,
        },
        _ => LeafKind.Element,
    };

    private static IEnumerable<string> Split(string expression) => expression.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^(?:\((?<path>[^()]+?) as (?<type>\w+)\)(?<rest>(?:\.\w+)*)|(?<path>[A-Za-z](?:[^()|%\[\]]|\((?:[^()]|\(\))*\))*))$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(?<one>[A-Za-z]+(?:\((?:[^()]|\(\))*\))?)(?:\.|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Segments();

    [GeneratedRegex(@"^as\((?<type>\w+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Cast();

    [GeneratedRegex(@"^where\(resolve\(\) is (?<type>\w+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ResolvesTo();

    [GeneratedRegex(@"^where\((?<name>\w+)='(?<value>[^']*)'\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Where();

    [GeneratedRegex("^[A-Za-z]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
