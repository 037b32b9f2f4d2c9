using System.Text;
using System.Text.Json;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.FhirPath;
using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>FHIRPath invariants of elements. The resource is read into the model that FHIRPath needs when the first one is asked for.</summary>
internal sealed class InvariantCheck(CheckRun run, ReferenceCheck references, ReadOnlyMemory<byte> json)
{
    private enum Answer
    {
        Met,
        Broken,
        Unknown,
    }

    private static readonly FhirJsonDeserializer Reader = new(new DeserializerSettings().UsingMode(DeserializationMode.Ostrich));
    private const string LocalReference = "reference.startsWith('#').not() or (reference.substring(1)";
    private const string HasText = "htmlChecks() of txt-2";
    private const string ContainedAreReferred = "contained.where((('#'+id in (%resource.descendants().reference";

    // Above it what a resource as a whole must meet is not evaluated, since nothing bounds what an expression does with all of it.
    private const int LargestForWhole = 50_000;
    private readonly Dictionary<(Node, string), Answer> _answers = [];
    // Asking an element for a list makes all of it anew.
    private readonly Dictionary<(Node, string), PocoListNode> _lists = [];
    private PocoNode? _root;
    private bool _isRead;
    private readonly Dictionary<Node, int> _sizes = [];

    public void Check(Node node, Rule rule, Profile profile)
    {
        foreach (var invariant in rule.Invariants)
        {
            if (run.IsOver)
                return;
            // The one expression that is written for two rules.
            var expression = invariant is { Key: "txt-2", Expression: "htmlChecks()" } ? HasText : invariant.Expression;
            if (!_answers.TryGetValue((node, expression), out var answer))
                _answers[(node, expression)] = answer = Evaluate(node, expression);
            if (run.IsCutShort)
                return;
            if (answer is Answer.Unknown)
            {
                run.Note(node, profile, rule, "not-supported", invariant.Key, $"has the invariant {invariant.Key}, which could not be evaluated.", $"invariant {profile.Url} {invariant.Key}");
            }
            else if (answer is Answer.Broken)
            {
                var sentence = invariant.Says is { } says ? $"does not meet the invariant {invariant.Key}: {says}" : $"does not meet the invariant {invariant.Key}.";
                if (invariant.IsError)
                    run.Error(node, profile, rule, "invariant", invariant.Key, sentence);
                else
                    run.Warning(node, profile, rule, "invariant", invariant.Key, sentence);
            }
        }
    }

    private Answer Evaluate(Node node, string expression)
    {
        if (Quick(node, expression) is { } quick)
            return quick ? Answer.Met : Answer.Broken;
        if (node.ResourceType is not null && IsLarge(node))
            return Answer.Unknown;
        run.Step(node.Children.Count / 16 + (LooksAtAll(expression) ? Size(node.Resource) / 16 : 0));
        if (run.IsCutShort || run.Library.Invariants.Compile(expression) is not { } compiled || Poco(node) is not { } poco)
            return Answer.Unknown;
        try
        {
            var context = new FhirEvaluationContext { Resource = Poco(node.Resource), RootResource = Poco(Container(node.Resource)) };
            return compiled.Predicate(poco, context) ? Answer.Met : Answer.Broken;
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            return Answer.Unknown;
        }
    }

    // %rootResource is what contains a contained resource (R4, fhirpath.html#variables); a bundle contains nothing in that sense.
    private static Node Container(Node resource)
    {
        while (resource.Parent is { } parent && string.Equals(resource.Name, "contained", StringComparison.Ordinal))
            resource = parent.Resource;
        return resource;
    }

    // The invariants of R4 that stand on nearly every resource and ask for no more than which elements are there.
    private bool? Quick(Node node, string expression) => expression switch
    {
        "extension.exists() != value.exists()" => node.Children.Exists(child => child.Name is "extension") != node.Children.Exists(child => child.Name.StartsWith("value", StringComparison.Ordinal)),
        "contained.contained.empty()" or "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()" or "contained.meta.security.empty()"
            when !node.Children.Exists(child => child.Name is "contained") => true,
        "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()" => node.ChildText("type") is "history" || HasDistinctEntries(node),
        _ when expression.StartsWith(LocalReference, StringComparison.Ordinal) => LeadsSomewhere(node),
        "value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()" => HasOtherComponents(node),
        "descendants().linkId.isDistinct()" => new HashSet<string>(StringComparer.Ordinal) is var ids && AreDistinct(node, child => child.Parent != node && child.Name is "linkId" ? child.Text : null, ids),
        "concept.code.combine($this.descendants().concept.code).isDistinct()" => new HashSet<string>(StringComparer.Ordinal) is var codes && AreDistinct(node, child => child.Name is "concept" ? child.ChildText("code") : null, codes),
        // The base check's own reading of a narrative: one rule is said once.
        "htmlChecks()" when node.Text is { } html => Xhtml.IsNarrative(Encoding.UTF8.GetBytes(html)),
        HasText => node.Text is not { } text || Encoding.UTF8.GetBytes(text) is var bytes && (!Xhtml.IsNarrative(bytes) || Xhtml.SaysSomething(bytes)),
        // To the FHIRPath at hand no boolean of FHIR is the Boolean that it asks for.
        "operator = 'exists' implies (answer is Boolean)" => node.ChildText("operator") is not "exists" || node.Child("answerBoolean") is not null,
        _ when expression.StartsWith(ContainedAreReferred, StringComparison.Ordinal) => AreReferred(node),
        _ => null,
    };

    // By its letter nothing is called '#'; R4 means the resource around the contained one by it (references.html#contained).
    private bool LeadsSomewhere(Node reference) => reference.ChildText("reference") switch
    {
        "#" => Container(reference.Resource) != reference.Resource,
        ['#', ..] => references.Resolve(reference) is not null,
        _ => true,
    };

    private static bool HasOtherComponents(Node observation)
    {
        if (!observation.Children.Exists(child => child.Name.StartsWith("value", StringComparison.Ordinal)) || observation.Child("code") is not { } code)
            return true;
        var own = code.Children.Where(child => child.Name is "coding").Select(NodeMatch.Key).ToHashSet(StringComparer.Ordinal);
        return !observation.Children.Exists(child => child.Name is "component" && child.Child("code") is { } its && its.Children.Exists(coding => coding.Name is "coding" && own.Contains(NodeMatch.Key(coding))));
    }

    private static bool AreDistinct(Node node, Func<Node, string?> told, HashSet<string> seen) =>
        node.Children.TrueForAll(child => (told(child) is not { } text || seen.Add(text)) && AreDistinct(child, told, seen));

    // FHIRPath compares each entry with each other, and looks through the whole resource for each contained one; thousands of them would take minutes.
    private static bool HasDistinctEntries(Node bundle)
    {
        var seen = new HashSet<(string, string?)>();
        return bundle.Children.TrueForAll(entry => entry.Name is not "entry" || entry.ChildText("fullUrl") is not { } url || seen.Add((url, entry.Child("resource")?.Child("meta")?.ChildText("versionId"))));
    }

    private static bool AreReferred(Node resource)
    {
        if (!resource.Children.Exists(child => child.Name is "contained"))
            return true;
        var referred = new HashSet<string>(StringComparer.Ordinal);
        References(resource, referred);
        return resource.Children.TrueForAll(child => child.Name is not "contained" || (child.ChildText("id") is { } id && referred.Contains("#" + id)) || RefersToOwner(child));
    }

    private static bool RefersToOwner(Node contained)
    {
        var referred = new HashSet<string>(StringComparer.Ordinal);
        References(contained, referred);
        return referred.Contains("#");
    }

    private static void References(Node node, HashSet<string> found)
    {
        if (node.Text is ['#', ..] text)
            found.Add(text);
        foreach (var child in node.Children)
            References(child, found);
    }

    private PocoNode? Poco(Node node)
    {
        if (node.Poco is { } known)
            return known;
        if (node.Parent is not { } parent)
            return node.Poco = Root();
        if (Poco(parent) is not { } owner)
            return null;
        var children = node.Index >= 0 && _lists.TryGetValue((parent, node.Name), out var kept) ? kept
            : owner.Child(node.Name) ?? (DataTypes.ChoiceOf(node.Name) is { } choice ? owner.Child(choice) : null);
        if (node.Index >= 0 && children is PocoListNode { Pocos.Count: > 1 } several)
            _lists.TryAdd((parent, node.Name), several);
        node.Poco = children switch
        {
            PocoNode one => one,
            PocoListNode list when node.Index >= 0 && node.Index < list.Pocos.Count => list[node.Index],
            PocoListNode { Pocos.Count: 1 } list => list[0],
            _ => null,
        };
        return node.Poco;
    }

    private bool IsLarge(Node resource) => Size(resource) > LargestForWhole;

    private static bool LooksAtAll(string expression) => expression.Contains("%resource", StringComparison.Ordinal) || expression.Contains("%rootResource", StringComparison.Ordinal);

    // Of a resource.
    private int Size(Node resource)
    {
        if (!_sizes.TryGetValue(resource, out var size))
            _sizes[resource] = size = Count(resource);
        return size;
    }

    private static int Count(Node node)
    {
        var size = 1;
        foreach (var child in node.Children)
            size += Count(child);
        return size;
    }

    private PocoNode? Root()
    {
        if (_isRead)
            return _root;
        _isRead = true;
        try
        {
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = CanonicalResource.MaximumDepth });
            Reader.TryDeserializeResource(ref reader, out var resource, out _);
            return _root = resource?.ToPocoNode(ModelInfo.ModelInspector, null);
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            return null;
        }
    }
}
