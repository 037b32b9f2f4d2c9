using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>References: where they lead inside the resource (contained, or another entry of the bundle), and to which types they may.</summary>
internal sealed class ReferenceCheck(CheckRun run)
{
    // A longer one is no address; it would be copied for each reference.
    private const int LongestUrl = 4096;
    private readonly Dictionary<Node, Dictionary<string, Node>> _entries = [];
    private readonly Dictionary<Node, Dictionary<string, Node>> _contained = [];

    public void Check(Node node, IReadOnlyList<TypeRule> types, Rule rule, Profile profile)
    {
        var allowed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var target in types.SelectMany(one => one.Targets))
        {
            // A target that is not at hand may be of any type.
            if (run.Library.Profile(target, profile.Package) is not { IsOk: true, Value: var one })
                return;
            allowed.Add(one.Type);
        }

        if (allowed.Count == 0 || allowed.Any(DataTypes.IsAnyResource) || node.Kind is not NodeKind.Object)
            return;
        if (TypeOf(node) is { } type && !allowed.Contains(type))
            run.Error(node, profile, rule, "structure", "target", $"refers to a type that the profile does not allow; allowed: {string.Join(", ", allowed.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>The type of what is referred to; null when it cannot be told.</summary>
    public string? TypeOf(Node reference)
    {
        if (Resolve(reference) is { } target)
            return target.ResourceType;
        if (reference.ChildText("reference") is { } text)
        {
            var steps = text.Split('/');
            var history = Array.IndexOf(steps, "_history");
            var type = (history > 0 ? history : steps.Length) - 2;
            if (type >= 0 && ResourceTypes.IsKnown(steps[type]))
                return steps[type];
        }

        return reference.ChildText("type") is { } said && ResourceTypes.IsKnown(said) ? said : null;
    }

    /// <summary>The resource a reference leads to when it is in the same JSON (R4, references.html#contained, bundle.html#references).</summary>
    public Node? Resolve(Node reference)
    {
        var text = reference.Kind is NodeKind.Object ? reference.ChildText("reference") : reference.Text;
        if (string.IsNullOrEmpty(text))
            return null;
        if (text[0] is '#')
            return Contained(reference, text[1..]);
        for (var owner = reference; owner is not null; owner = owner.Parent)
        {
            if (owner.ResourceType is "Bundle" && Entry(owner, reference, text) is { } found)
                return found;
        }

        return null;
    }

    private Node? Contained(Node reference, string id)
    {
        var owner = reference.Resource;
        while (owner.Parent is { } parent && string.Equals(owner.Name, "contained", StringComparison.Ordinal))
            owner = parent.Resource;
        if (id.Length == 0)
            return owner;
        if (!_contained.TryGetValue(owner, out var known))
        {
            _contained[owner] = known = new Dictionary<string, Node>(StringComparer.Ordinal);
            foreach (var child in owner.Children)
            {
                if (child.Name is "contained" && child.ChildText("id") is { } its)
                    known.TryAdd(its, child);
            }
        }

        return known.GetValueOrDefault(id);
    }

    private Node? Entry(Node bundle, Node reference, string text)
    {
        if (!_entries.TryGetValue(bundle, out var entries))
            _entries[bundle] = entries = EntriesOf(bundle);
        if (entries.TryGetValue(text, out var found))
            return found;
        // A relative reference is meant from where its own resource stands.
        for (var owner = reference; owner is not null && owner != bundle; owner = owner.Parent)
        {
            if (owner.Parent is { } entry && entry.ChildText("fullUrl") is { } full && owner.ResourceType is { } type
                && full.Length <= LongestUrl && full.LastIndexOf($"/{type}/", StringComparison.Ordinal) is > 0 and var at && entries.TryGetValue(full[..(at + 1)] + text, out var relative))
                return relative;
        }

        return null;
    }

    private static Dictionary<string, Node> EntriesOf(Node bundle)
    {
        var entries = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var entry in bundle.Children)
        {
            if (!string.Equals(entry.Name, "entry", StringComparison.Ordinal) || entry.Child("resource") is not { } resource)
                continue;
            if (entry.ChildText("fullUrl") is { } full)
                entries.TryAdd(full, resource);
            if (resource.ChildText("id") is { } id)
                entries.TryAdd($"{resource.ResourceType}/{id}", resource);
        }

        return entries;
    }
}
