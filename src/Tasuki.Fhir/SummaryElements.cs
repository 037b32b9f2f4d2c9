using System.Collections.Concurrent;
using System.Collections.Frozen;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;

namespace Tasuki.Fhir;

/// <summary>Which elements a resource has, which of them R4 marks for summaries, and which it requires. By the name in JSON, so a choice is <c>valueQuantity</c>.</summary>
public static class SummaryElements
{
    private static readonly ConcurrentDictionary<string, (FrozenSet<string> Summary, FrozenSet<string> Mandatory, FrozenSet<string> All, string[] SummaryChoices, string[] MandatoryChoices, string[] Choices)> Known = new(StringComparer.Ordinal);

    public static bool InSummary(string type, string name)
    {
        var of = Known.GetOrAdd(type, Of);
        return of.Summary.Contains(name) || IsChoice(of.SummaryChoices, name);
    }

    public static bool IsMandatory(string type, string name)
    {
        var of = Known.GetOrAdd(type, Of);
        return of.Mandatory.Contains(name) || IsChoice(of.MandatoryChoices, name);
    }

    /// <summary>Whether the type has this element; a choice is also called by its stem, as in <c>value</c>.</summary>
    public static bool Knows(string type, string element)
    {
        var of = Known.GetOrAdd(type, Of);
        return of.All.Contains(element) || IsChoice(of.Choices, element);
    }

    /// <summary>Whether an element asked for is the one that stands in JSON under this name.</summary>
    public static bool Means(string type, string element, string name) =>
        string.Equals(element, name, StringComparison.Ordinal) || (Known.GetOrAdd(type, Of).Choices.Contains(element, StringComparer.Ordinal) && IsChoice([element], name));

    private static bool IsChoice(string[] choices, string name) =>
        Array.Exists(choices, choice => name.Length > choice.Length && name.StartsWith(choice, StringComparison.Ordinal) && char.IsAsciiLetterUpper(name[choice.Length]));

    private static (FrozenSet<string>, FrozenSet<string>, FrozenSet<string>, string[], string[], string[]) Of(string type)
    {
        var properties = ModelInfo.ModelInspector.FindClassMapping(type)?.PropertyMappings ?? [];
        return (
            properties.Where(one => one.InSummary).Select(one => one.Name).ToFrozenSet(StringComparer.Ordinal),
            properties.Where(one => one.IsMandatoryElement).Select(one => one.Name).ToFrozenSet(StringComparer.Ordinal),
            properties.Select(one => one.Name).ToFrozenSet(StringComparer.Ordinal),
            [.. properties.Where(one => one.InSummary && one.Choice is ChoiceType.DatatypeChoice).Select(one => one.Name)],
            [.. properties.Where(one => one.IsMandatoryElement && one.Choice is ChoiceType.DatatypeChoice).Select(one => one.Name)],
            [.. properties.Where(one => one.Choice is ChoiceType.DatatypeChoice).Select(one => one.Name)]);
    }
}
