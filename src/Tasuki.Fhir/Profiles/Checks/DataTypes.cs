using System.Collections.Frozen;
using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>Which type an element has, from the name it is written under.</summary>
internal static class DataTypes
{
    private const string SystemPrefix = "http://hl7.org/fhirpath/System.";

    private static readonly FrozenDictionary<string, string> BySuffix = R4.Types.Where(type => !type.IsResource && !type.Name.Contains('.', StringComparison.Ordinal)).Select(type => type.Name)
        .Concat(Enum.GetValues<Primitive>().Where(one => one is not Primitive.None).Select(Primitives.NameOf))
        .ToFrozenDictionary(name => char.ToUpperInvariant(name[0]) + name[1..], name => name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Suffixes = BySuffix.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The type of a choice from what follows its name; null when the name is another element's.</summary>
    public static string? OfChoice(string written, string choice) =>
        written.Length > choice.Length && char.IsAsciiLetterUpper(written[choice.Length]) && written.StartsWith(choice, StringComparison.Ordinal)
            && Suffixes.TryGetValue(written.AsSpan(choice.Length), out var type) ? type : null;

    /// <summary>The choice a name is written for, <c>value</c> for <c>valueQuantity</c>; null when it ends in no type.</summary>
    public static string? ChoiceOf(string written)
    {
        for (var i = 1; i < written.Length; i++)
        {
            if (char.IsAsciiLetterUpper(written[i]) && Suffixes.ContainsKey(written.AsSpan(i)))
                return written[..i];
        }

        return null;
    }

    public static bool IsPrimitive(string type) => Primitives.Of(type) is not Primitive.None || type.StartsWith(SystemPrefix, StringComparison.Ordinal);

    public static bool IsAnyResource(string type) => type is "Resource" or "DomainResource";

    /// <summary>The type of the element under a rule; "" where it is the inner part of another.</summary>
    public static string Of(Node node, Rule rule)
    {
        if (node.ResourceType is { } resource)
            return resource;
        if (rule.IsChoice)
            return OfChoice(node.Name, rule.BaseName) ?? "";
        return rule.Types.Count > 0 ? rule.Types[0].Code : "";
    }

    public static bool Is(Node node, Rule rule) =>
        rule.IsChoice ? OfChoice(node.Name, rule.BaseName) is not null : string.Equals(node.Name, rule.Name, StringComparison.Ordinal);
}
