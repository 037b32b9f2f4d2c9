using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>What a slice says at the place a discriminator points to: a rule, or a part of a value that was fixed above it.</summary>
internal sealed record ExpectedPart(Rule? Rule, Node? Exact, Node? AtLeast)
{
    public static ExpectedPart Of(Rule rule) => new(rule, rule.Fixed, rule.Pattern);
}

/// <summary>Follows the path of a discriminator through the rules of a slice, and through the profiles of its types where those say more.</summary>
internal sealed class ExpectedParts(ProfileLibrary library)
{
    private readonly Dictionary<(Rule, IReadOnlyList<Step>), List<ExpectedPart>> _known = [];

    public List<ExpectedPart> Of(Rule slice, IReadOnlyList<Step> steps, string package)
    {
        if (_known.TryGetValue((slice, steps), out var known))
            return known;
        List<ExpectedPart> parts = [ExpectedPart.Of(slice)];
        foreach (var step in steps)
            parts = [.. parts.SelectMany(part => Next(part, step, package))];
        return _known[(slice, steps)] = parts;
    }

    private IEnumerable<ExpectedPart> Next(ExpectedPart part, Step step, string package)
    {
        if (step.Kind is StepKind.Element)
        {
            foreach (var child in part.Exact?.Children.Where(one => Named(one.Name, step.Name)) ?? [])
                yield return new ExpectedPart(null, child, null);
            foreach (var child in part.AtLeast?.Children.Where(one => Named(one.Name, step.Name)) ?? [])
                yield return new ExpectedPart(null, null, child);
        }

        if (part.Rule is not { } rule)
            yield break;
        var found = false;
        foreach (var next in Rules(rule, step, package))
        {
            found = true;
            yield return ExpectedPart.Of(next);
        }

        if (found || step is not { Kind: StepKind.Element, Name: "url" })
            yield break;
        // The url of an extension is that of its definition, which need not be at hand.
        foreach (var url in rule.Types.Where(type => type.Code is "Extension").SelectMany(type => type.Profiles))
            yield return new ExpectedPart(null, new Node("url", null, -1, 0) { Kind = NodeKind.Text, Text = Canonical.Parse(url).Url }, null);
    }

    private IEnumerable<Rule> Rules(Rule rule, Step step, string package)
    {
        switch (step.Kind)
        {
            case StepKind.Resolve:
                return rule.Types.SelectMany(type => type.Targets).Select(target => RootOf(target, package)).OfType<Rule>();
            case StepKind.OfType:
                return [rule];
            case StepKind.Extension:
                return Owners(rule, package).SelectMany(owner => owner.Inner).Where(child => child.Name is "extension").SelectMany(child => child.Slices)
                    .Where(slice => slice.Types.Any(type => type.Profiles.Any(one => string.Equals(Canonical.Parse(one).Url, step.Name, StringComparison.Ordinal)))).SelectMany(one => Owners(one, package));
            default:
                // The nearest owner that knows the element says it all: a profile's rules before those of its types.
                foreach (var owner in Owners(rule, package))
                {
                    Rule[] found = [.. owner.Inner.Where(child => string.Equals(child.BaseName, step.Name, StringComparison.Ordinal) || DataTypes.OfChoice(child.Name, step.Name) is not null)];
                    if (found.Length > 0)
                        return found.Concat(found.SelectMany(child => child.Slices));
                }

                return [];
        }
    }

    private IEnumerable<Rule> Owners(Rule rule, string package)
    {
        yield return rule;
        foreach (var root in rule.Types.SelectMany(type => type.Profiles).Select(target => RootOf(target, package)).OfType<Rule>())
            yield return root;
    }

    private Rule? RootOf(string profile, string package) => library.Profile(profile, package) is { IsOk: true, Value: var known } ? known.Root : null;

    private static bool Named(string written, string name) => string.Equals(written, name, StringComparison.Ordinal) || DataTypes.OfChoice(written, name) is not null;
}
