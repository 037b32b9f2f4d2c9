using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;

namespace Tasuki.Fhir;

/// <summary>Which elements a resource has, which of them R4 marks for summaries, and which it requires. By the name in JSON, so a choice is <c>valueQuantity</c>.</summary>
public static class SummaryElements
{
    private static readonly ConcurrentDictionary<string, (FrozenSet<string> Mandatory, FrozenSet<string> All, string[] MandatoryChoices, string[] Choices)> Known = new(StringComparer.Ordinal);

    // Of these a summary says nothing; at the top it keeps what a resource is known by, below what qualifies an element that it keeps.
    private static readonly FrozenSet<string> AtTop = new[] { "resourceType", "id", "meta" }.ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string> Below = new[] { "id", "extension", "modifierExtension" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>
    /// Takes out what R4 does not mark for summaries, at every level (R4, search, 2.21.1.9.2.2). The identity stays, and the extensions of an element that stays: they say how it is meant.
    /// </summary>
    public static void Keep(string type, JsonObject resource)
    {
        if (ModelInfo.ModelInspector.FindClassMapping(type) is { } mapping)
            Keep(mapping, resource, AtTop);
    }

    private static void Keep(ClassMapping mapping, JsonObject element, FrozenSet<string> always)
    {
        foreach (var (key, value) in element.ToList())
        {
            var name = key.StartsWith('_') ? key[1..] : key;
            if (always.Contains(name))
                continue;
            var property = mapping.FindMappedElementByName(name) ?? mapping.FindMappedElementByChoiceName(name);
            // An element that keeps nothing is none.
            if (property is not { InSummary: true } || (!key.StartsWith('_') && TypeOf(property, name) is { } below && !Keep(below, value)))
                element.Remove(key);
        }
    }

    private static bool Keep(ClassMapping mapping, JsonNode? value)
    {
        if (value is JsonArray list)
        {
            foreach (var item in list.ToList().Where(item => !Keep(mapping, item)))
                list.Remove(item);
            return list.Count > 0;
        }

        if (value is not JsonObject element)
            return true;
        Keep(mapping, element, Below);
        return element.Count > 0;
    }

    // Null for what is no element with elements of its own: primitive values, and resources within.
    private static ClassMapping? TypeOf(PropertyMapping property, string name)
    {
        if (property.Choice is ChoiceType.ResourceChoice)
            return null;
        var types = property.FhirType.Select(type => ModelInfo.ModelInspector.FindOrImportClassMapping(type)).OfType<ClassMapping>();
        if (property.Choice is ChoiceType.DatatypeChoice)
            types = types.Where(type => name.Length > property.Name.Length && string.Equals(type.Name, name[property.Name.Length..], StringComparison.OrdinalIgnoreCase));
        return types.FirstOrDefault() is { IsFhirPrimitive: false } complex ? complex : null;
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

    private static (FrozenSet<string>, FrozenSet<string>, string[], string[]) Of(string type)
    {
        var properties = ModelInfo.ModelInspector.FindClassMapping(type)?.PropertyMappings ?? [];
        return (
            properties.Where(one => one.IsMandatoryElement).Select(one => one.Name).ToFrozenSet(StringComparer.Ordinal),
            properties.Select(one => one.Name).ToFrozenSet(StringComparer.Ordinal),
            [.. properties.Where(one => one.IsMandatoryElement && one.Choice is ChoiceType.DatatypeChoice).Select(one => one.Name)],
            [.. properties.Where(one => one.Choice is ChoiceType.DatatypeChoice).Select(one => one.Name)]);
    }
}
