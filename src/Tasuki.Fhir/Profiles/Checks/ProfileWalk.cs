using System.Globalization;
using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>Holds a resource against profiles, element by element along the tree of their rules.</summary>
internal sealed class ProfileWalk
{
    private const int LengthOfDate = 10;
    private readonly CheckRun _run;
    private readonly HashSet<(Node, Profile)> _open = [];
    private readonly Dictionary<(Node, Profile), bool> _trials = [];
    private readonly SliceWalk _slices;
    private readonly BindingCheck _bindings;
    private readonly ReferenceCheck _references;
    private readonly InvariantCheck _invariants;

    public ProfileWalk(CheckRun run, ReadOnlyMemory<byte> json)
    {
        _run = run;
        _slices = new SliceWalk(run, this);
        _bindings = new BindingCheck(run);
        _references = new ReferenceCheck(run);
        _invariants = new InvariantCheck(run, _references, json);
    }

    public ReferenceCheck References => _references;

    public void Profile(Node node, Profile profile)
    {
        // An element can lead back to itself by a reference that a discriminator follows; it is being checked already.
        if (_run.IsOver || !_open.Add((node, profile)))
            return;
        if (node.ResourceType is { } type && !DataTypes.IsAnyResource(profile.Type) && !string.Equals(type, profile.Type, StringComparison.Ordinal))
            _run.Error(node, profile, profile.Root, "structure", "type", $"is of another type than the profile is for: {profile.Type}.");
        else
            Value(node, node.ResourceType ?? profile.Type, profile.Root, profile, isRoot: true);
        _open.Remove((node, profile));
    }

    /// <summary>Does the element meet the profile? Nothing is told.</summary>
    public bool Meets(Node node, Profile profile)
    {
        if (_trials.TryGetValue((node, profile), out var known))
            return known;
        var inner = _open.Count > 0 && _open.Contains((node, profile));
        var meets = inner || _run.Passes(() => Profile(node, profile));
        if (!inner)
            _trials[(node, profile)] = meets;
        return meets;
    }

    /// <summary>A resource against the standard's definition of its type and the profiles it declares.</summary>
    public void Resource(Node node, Profile asking, Rule rule)
    {
        var declared = false;
        if (node.Child("meta") is { } meta)
        {
            foreach (var child in meta.Children)
            {
                if (!string.Equals(child.Name, "profile", StringComparison.Ordinal) || child.Text is not { } canonical)
                    continue;
                if (DeclaredProfile(child, canonical, asking, rule) is { } profile)
                {
                    declared = true;
                    Profile(node, profile);
                }
            }
        }

        if (!declared && _run.Library.Type(node.ResourceType ?? "") is { } type)
            Profile(node, type);
    }

    public void Value(Node node, string type, Rule rule, Profile profile, bool isRoot = false)
    {
        if (_run.IsOver)
            return;
        _run.Step();
        var kept = Kept(rule, type);
        if (!isRoot && rule.Types.Count > 0 && kept.Count == 0)
        {
            _run.Error(node, profile, rule, "structure", "type", $"is of a type that the profile does not allow; allowed: {string.Join(", ", rule.Types.Select(one => one.Code).Distinct(StringComparer.Ordinal))}.");
            return;
        }

        Plain(node, rule, profile);
        if (rule.Binding is not null)
            _bindings.Check(node, type, rule, profile);
        _invariants.Check(node, rule, profile);
        if (rule.Content is { } content)
            _invariants.Check(node, content, profile);
        if (type is "Reference" or "canonical" && kept.Count > 0)
            _references.Check(node, kept, rule, profile);
        var asked = isRoot ? false : TypeProfiles(node, kept, rule, profile);
        var inner = rule.Inner;
        if (inner.Count > 0)
            Children(node, inner, profile);
        if (isRoot)
            return;
        if (node.ResourceType is not null)
        {
            Resource(node, profile, rule);
        }
        else if (inner.Count > 0)
        {
            if (!asked && _run.Library.Type(type) is { } ownType)
                _invariants.Check(node, ownType.Root, ownType);
        }
        else if (!asked)
        {
            OfType(node, type);
        }
    }

    public void Children(Node node, List<Rule> rules, Profile profile)
    {
        foreach (var rule in rules)
        {
            // Each rule goes through all children.
            _run.Step(node.Children.Count / 16);
            if (_run.IsOver)
                return;
            var found = Found(node, rule);
            Count(node, found, rule, profile);
            if (found.Count == 0 && rule.Slices.Count == 0)
                continue;
            foreach (var child in found)
                Value(child, DataTypes.Of(child, rule), rule, profile);
            if (rule.Slices.Count > 0)
                _slices.Check(node, found, rule, rule.Slicing, profile);
            if (rule.Name is "extension" or "modifierExtension")
                Extensions(found, rule, profile);
        }
    }

    private static readonly List<Node> Nothing = [];

    private static List<Node> Found(Node node, Rule rule)
    {
        List<Node>? found = null;
        foreach (var child in node.Children)
        {
            if (DataTypes.Is(child, rule))
                (found ??= []).Add(child);
        }

        return found ?? Nothing;
    }

    private void Count(Node owner, List<Node> found, Rule rule, Profile profile)
    {
        if (found.Count < rule.Min)
        {
            var sentence = found.Count == 0 ? "is missing; the profile requires it." : $"stands {found.Count} times; the profile requires at least {rule.Min}.";
            _run.Error(owner, profile, rule, "required", "min", sentence, rule.BaseName);
        }
        else if (found.Count > rule.Max)
        {
            var sentence = rule.Max == 0 ? "stands where the profile allows none." : $"stands {found.Count} times; the profile allows at most {rule.Max}.";
            _run.Error(found[0], profile, rule, "structure", "max", sentence);
        }
    }

    private static IReadOnlyList<TypeRule> Kept(Rule rule, string type)
    {
        if (rule.Types.Count == 1 && string.Equals(rule.Types[0].Code, type, StringComparison.Ordinal))
            return rule.Types;
        return [.. rule.Types.Where(one => string.Equals(one.Code, type, StringComparison.Ordinal) || DataTypes.IsAnyResource(one.Code))];
    }

    private void Plain(Node node, Rule rule, Profile profile)
    {
        if (rule.Fixed is { } exact && !NodeMatch.IsExactly(node, exact))
            _run.Error(node, profile, rule, "value", "fixed", "is not the value that the profile fixes.");
        if (rule.Pattern is { } pattern && !NodeMatch.Holds(node, pattern))
            _run.Error(node, profile, rule, "value", "pattern", "does not hold the values that the profile's pattern asks for.");
        if (rule.MaxLength > 0 && node.Kind is NodeKind.Text && node.Text!.Length > rule.MaxLength && node.Text.EnumerateRunes().Count() > rule.MaxLength)
            _run.Error(node, profile, rule, "value", "maxLength", $"is longer than the {rule.MaxLength} characters that the profile allows.");
        if (rule.Least is { } least && Order(node, least) is < 0)
            _run.Error(node, profile, rule, "value", "minValue", "is less than the profile allows.");
        if (rule.Most is { } most && Order(node, most) is > 0)
            _run.Error(node, profile, rule, "value", "maxValue", "is more than the profile allows.");
    }

    // Numbers by size, dates by the time they span, a time of day by its text. What cannot be compared (quantities of other units) breaks no rule.
    private static int? Order(Node node, Node bound)
    {
        if (node.Kind is NodeKind.Object && node.Child("value") is { } value && bound.Child("value") is { } than
            && string.Equals(node.ChildText("code"), bound.ChildText("code"), StringComparison.Ordinal))
            return Order(value, than);
        if (node.Kind is NodeKind.Number && bound.Kind is NodeKind.Number && decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var one)
            && decimal.TryParse(bound.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var other))
            return one.CompareTo(other);
        if (node.Kind is not NodeKind.Text || bound.Kind is not NodeKind.Text)
            return null;
        if (FhirDate.Parse(node.Text) is { } date && FhirDate.Parse(bound.Text) is { } limit)
            return Order(date, node.Text!.Length > LengthOfDate, limit, bound.Text!.Length > LengthOfDate);
        return node.Text!.Length == bound.Text!.Length ? string.CompareOrdinal(node.Text, bound.Text) : null;
    }

    // A date and a time are compared where they are a day apart: the day may be that of another zone.
    private static int? Order(FhirDate date, bool isTimed, FhirDate limit, bool isLimitTimed)
    {
        if (isTimed && isLimitTimed)
            return date.From.CompareTo(limit.From);
        var apart = isTimed == isLimitTimed ? TimeSpan.Zero : TimeSpan.FromDays(1);
        return date.To <= limit.From - apart ? -1 : date.From >= limit.To + apart ? 1 : null;
    }

    // True when the element was held against a profile of its type, which covers the type itself.
    private bool TypeProfiles(Node node, IReadOnlyList<TypeRule> kept, Rule rule, Profile profile)
    {
        var names = kept.Count == 1 ? kept[0].Profiles : [.. kept.SelectMany(one => one.Profiles)];
        if (names.Count == 0)
            return false;
        var known = new List<Profile>(names.Count);
        foreach (var name in names)
        {
            if (_run.Library.Profile(name, profile.Package) is { IsOk: true, Value: var one })
                known.Add(one);
            else
                _run.Note(node, profile, rule, "not-found", "profile", $"should meet the profile {name}, which is not at hand; that was not checked.", $"profile {name}");
        }

        if (known.Count < names.Count)
            return false;
        if (known.Count == 1)
        {
            Profile(node, known[0]);
            return true;
        }

        if (known.Find(one => Meets(node, one)) is { } met)
            Profile(node, met);
        else if (!_run.IsCutShort)
            _run.Error(node, profile, rule, "structure", "profile", $"meets none of the {known.Count} profiles that are allowed here.");
        return true;
    }

    private void OfType(Node node, string type)
    {
        if (DataTypes.IsPrimitive(type))
        {
            if (node.Children.Count > 0 && _run.Library.Type("Element") is { } element)
                Children(node, element.Root.Children, element);
        }
        else if (_run.Library.Type(type) is { } known)
        {
            Profile(node, known);
        }
    }

    private Profile? DeclaredProfile(Node node, string canonical, Profile asking, Rule rule)
    {
        var found = _run.Library.Profile(canonical, asking.Package);
        if (found.IsOk)
            return found.Value;
        var isUnknown = found.Error.Code is "profile.unknown" or "profile.version";
        if (isUnknown)
            _run.Note(node, asking, rule, "not-found", ProfileFinding.Undeclared, "names a profile that is in no package; it was not checked.", $"declared {canonical}");
        else
            _run.Error(node, asking, rule, "processing", "profile", found.Error.Message);
        return null;
    }

    private void Extensions(List<Node> found, Rule rule, Profile profile)
    {
        foreach (var node in found)
        {
            // Inside an extension of several parts their urls are plain names.
            if (node.ChildText("url") is not { } url || !url.Contains(':', StringComparison.Ordinal))
                continue;
            if (_run.Library.Profile(url, profile.Package) is { IsOk: true, Value: var known })
                Extension(node, known, rule, profile);
            else if (rule.Name is "modifierExtension")
                _run.Error(node, profile, rule, "extension", "extension", "is a modifier extension whose definition is not at hand, so what the record says cannot be told.");
            else
                _run.Note(node, profile, rule, "extension", "extension", "is an extension whose definition is not at hand; it was not checked.", $"extension {url}");
        }
    }

    private void Extension(Node node, Profile definition, Rule rule, Profile profile)
    {
        var isModifier = rule.Name is "modifierExtension";
        if (isModifier != definition.IsModifier)
            _run.Error(node, profile, rule, "extension", "modifier", isModifier ? "stands among the modifier extensions, and its definition is none of one." : "is a modifier extension and must stand in modifierExtension.");
        if (!ExtensionPlace.IsAllowed(node, definition))
            _run.Error(node, profile, rule, "extension", "context", $"is an extension that may not stand here; it may stand in {string.Join(", ", definition.Contexts.Select(one => one.Expression))}.");
        Profile(node, definition);
    }
}
