using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;
using Tasuki.Fhir.Profiles.Terminology;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>Codes against the value sets a profile binds them to: required is an error, extensible a warning; weaker bindings ask for nothing.</summary>
internal sealed class BindingCheck(CheckRun run)
{
    // Bound to the types of media, and by its definition these words of R4 too.
    private const string Formats = "CapabilityStatement.format";

    public void Check(Node node, string type, Rule rule, Profile profile)
    {
        if (rule.Id is Formats && node.Text is "xml" or "json" or "ttl")
            return;
        var binding = rule.Binding!;
        var set = run.Library.ValueSets.Find(binding.ValueSet, profile.Package);
        switch (Has(set, node, type))
        {
            case null when binding.IsRequired:
                run.Error(node, profile, rule, "code-invalid", "binding", $"holds no code; the profile requires one of the value set {binding.ValueSet}.");
                break;
            case Membership.No when binding.IsRequired:
                run.Error(node, profile, rule, "code-invalid", "binding", $"holds no code of the value set {binding.ValueSet}, which the profile requires.");
                break;
            case Membership.No:
                run.Warning(node, profile, rule, "code-invalid", "binding", $"holds no code of the value set {binding.ValueSet}, which is to be used where a code of it fits.");
                break;
            case Membership.Unknown:
                var what = set.IsMissing ? "is not at hand" : "draws on a code system that is not at hand";
                run.Note(node, profile, rule, "not-supported", "binding", $"is bound to the value set {binding.ValueSet}, which {what}; the code was not checked.", $"set {binding.ValueSet}");
                break;
        }
    }

    /// <summary>Null when there is no code at all.</summary>
    public static Membership? Has(ValueSetContent set, Node node, string type)
    {
        switch (type)
        {
            case "CodeableConcept":
                Membership? best = null;
                foreach (var coding in node.Children)
                {
                    if (!string.Equals(coding.Name, "coding", StringComparison.Ordinal) || Coding(set, coding) is not { } one)
                        continue;
                    if (one is Membership.Yes)
                        return one;
                    best = best is Membership.Unknown ? best : one;
                }

                return best;
            case "Coding" or "Quantity" or "Age" or "Duration" or "Count" or "Distance" or "SimpleQuantity" or "MoneyQuantity":
                return Coding(set, node);
            case "CodeableReference":
                return node.Child("concept") is { } concept ? Has(set, concept, "CodeableConcept") : Membership.Unknown;
            default:
                // An extension stands for the value.
                return node.Text is { } code ? set.Has(null, code) : Membership.Yes;
        }
    }

    // A code without its system is no code of any system.
    private static Membership? Coding(ValueSetContent set, Node coding) =>
        coding.ChildText("code") is not { } code ? null : coding.ChildText("system") is { } system ? set.Has(system, code) : set.IsMissing ? Membership.Unknown : Membership.No;
}
