using System.Globalization;
using System.Text.Json;
using Tasuki.Fhir.Profiles.Instance;

namespace Tasuki.Fhir.Profiles.Rules;

/// <summary>Makes the tree of rules from the elements of a snapshot, which stand in the order of the tree with each slice behind what it slices.</summary>
internal static class RuleReader
{
    private static readonly HashSet<string> BoundStrengths = new(StringComparer.Ordinal) { "required", "extensible" };

    /// <summary>Null when the definition holds no snapshot.</summary>
    public static Profile? Read(JsonElement definition, string package)
    {
        if (Member(definition, "snapshot") is not { } snapshot || Member(snapshot, "element") is not { ValueKind: JsonValueKind.Array } elements)
            return null;
        Rule? root = null;
        var isModifier = false;
        var last = new Dictionary<string, Rule>(StringComparer.Ordinal);
        var byId = new Dictionary<string, Rule>(StringComparer.Ordinal);
        var all = new List<Rule>();
        foreach (var element in elements.EnumerateArray())
        {
            if (Text(element, "path") is not { } path)
                continue;
            var dot = path.LastIndexOf('.');
            var rule = Of(element, path, path[(dot + 1)..]);
            if (root is null)
                (root, isModifier) = (rule, Member(element, "isModifier") is { ValueKind: JsonValueKind.True });
            else if (dot > 0 && last.TryGetValue(path[..dot], out var owner))
                Place(owner, rule);
            else
                continue;
            last[path] = rule;
            byId.TryAdd(rule.Id, rule);
            byId.TryAdd(path, rule);
            all.Add(rule);
        }

        if (root is null)
            return null;
        foreach (var rule in all)
        {
            if (rule.ContentOf is { } content)
                rule.Content = byId.GetValueOrDefault(content[(content.IndexOf('#', StringComparison.Ordinal) + 1)..]);
        }

        return new Profile(Text(definition, "url") ?? "", Text(definition, "type") ?? root.Name, package, root)
        {
            IsModifier = isModifier,
            Contexts = [.. Items(definition, "context").Where(one => Text(one, "type") is not null && Text(one, "expression") is not null).Select(one => (Text(one, "type")!, Text(one, "expression")!))],
        };
    }

    private static void Place(Rule owner, Rule rule)
    {
        if (rule.SliceName is null)
        {
            owner.Children.Add(rule);
            return;
        }

        var sliced = owner.Children.Find(child => string.Equals(child.Name, rule.Name, StringComparison.Ordinal))
            ?? owner.Children.Find(child => child.IsChoice && rule.Name.StartsWith(child.BaseName, StringComparison.Ordinal));
        if (sliced is null)
            owner.Children.Add(sliced = new Rule { Id = rule.Id, Name = rule.Name, BaseName = rule.BaseName });
        (SliceOf(sliced.Slices, rule.SliceName) ?? sliced).Slices.Add(rule);
    }

    // A slice of a slice is named a/b; some publishers use the stroke in the name of a first slice too.
    private static Rule? SliceOf(List<Rule> slices, string name)
    {
        foreach (var slice in slices)
        {
            if (slice.SliceName is { } outer && name.Length > outer.Length && name.StartsWith(outer, StringComparison.Ordinal) && name[outer.Length] is '/')
                return SliceOf(slice.Slices, name) ?? slice;
        }

        return null;
    }

    private static Rule Of(JsonElement element, string path, string name) => new()
    {
        Id = Text(element, "id") ?? path,
        Name = name,
        BaseName = name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name,
        SliceName = path.Contains('.', StringComparison.Ordinal) ? Text(element, "sliceName") : null,
        Min = Member(element, "min") is { ValueKind: JsonValueKind.Number } min && min.TryGetInt32(out var least) ? least : 0,
        Max = int.TryParse(Text(element, "max"), NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : int.MaxValue,
        Types = [.. Items(element, "type").Select(type => new TypeRule(CodeOf(Text(type, "code") ?? ""), Texts(type, "profile"), Texts(type, "targetProfile")))],
        Fixed = Value(element, "fixed"),
        Pattern = Value(element, "pattern"),
        Least = Value(element, "minValue"),
        Most = Value(element, "maxValue"),
        Binding = Member(element, "binding") is { } binding && Text(binding, "strength") is { } strength && BoundStrengths.Contains(strength) && Text(binding, "valueSet") is { } set
            ? new BindingRule(strength is "required", set) : null,
        Invariants = [.. Items(element, "constraint").Where(one => Text(one, "expression") is not null && Text(one, "key") is not "ele-1")
            .Select(one => new InvariantRule(Text(one, "key") ?? "", Text(one, "severity") is not "warning", Text(one, "human"), Text(one, "expression")!))],
        ContentOf = Text(element, "contentReference"),
        MaxLength = Member(element, "maxLength") is { ValueKind: JsonValueKind.Number } length && length.TryGetInt32(out var longest) ? longest : 0,
        Slicing = Member(element, "slicing") is { } slicing ? SlicingOf(slicing) : null,
    };

    private static SlicingRule SlicingOf(JsonElement slicing) => new(
        [.. Items(slicing, "discriminator").Select(one => Discriminator.Parse(Text(one, "type"), Text(one, "path")))],
        Text(slicing, "rules") is "closed",
        Text(slicing, "rules") is "openAtEnd",
        Member(slicing, "ordered") is { ValueKind: JsonValueKind.True });

    private static string CodeOf(string code) => code.StartsWith("http://hl7.org/fhir/StructureDefinition/", StringComparison.Ordinal) ? code[40..] : code;

    private static Node? Value(JsonElement element, string prefix)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name.StartsWith(prefix, StringComparison.Ordinal) && member.Name.Length > prefix.Length && char.IsAsciiLetterUpper(member.Name[prefix.Length]))
                return NodeReader.Value(member.Value);
        }

        return null;
    }

    private static JsonElement? Member(JsonElement owner, string name) => owner.ValueKind is JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement owner, string name) => Member(owner, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement owner, string name) => Member(owner, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static string[] Texts(JsonElement owner, string name) => [.. Items(owner, name).Where(one => one.ValueKind is JsonValueKind.String).Select(one => one.GetString()!)];
}
