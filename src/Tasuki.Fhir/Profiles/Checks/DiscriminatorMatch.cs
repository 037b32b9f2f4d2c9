using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;
using Tasuki.Fhir.Profiles.Terminology;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>Does an item belong to a slice? All discriminators that the slice says something about must hold.</summary>
internal sealed class DiscriminatorMatch(CheckRun run, ProfileWalk walk)
{
    private readonly ExpectedParts _parts = new(run.Library);

    /// <summary>Null when it cannot be told: the slice says nothing that tells it apart, or what it says is not at hand.</summary>
    public bool? Is(Node item, int position, int ordinal, Rule slice, SlicingRule slicing, Profile profile)
    {
        var isTold = false;
        var isOpen = false;
        foreach (var discriminator in slicing.Discriminators)
        {
            if (discriminator.Kind is DiscriminatorKind.Position)
            {
                if (position != ordinal)
                    return false;
                isTold = true;
                continue;
            }

            if (discriminator.Steps is not { } steps)
                continue;
            var (answer, says) = Holds(discriminator.Kind, item, slice, steps, profile);
            if (answer is false)
                return false;
            isTold |= says;
            isOpen |= says && answer is null;
        }

        return isTold && !isOpen ? true : null;
    }

    // Says: the slice says something of this place. The answer is null when it cannot be told.
    private (bool? Answer, bool Says) Holds(DiscriminatorKind kind, Node item, Rule slice, IReadOnlyList<Step> steps, Profile profile)
    {
        var expected = _parts.Of(slice, steps, profile.Package);
        if (kind is DiscriminatorKind.Exists)
        {
            var rules = expected.Where(one => one.Rule is not null).ToList();
            if (rules.Count == 0 || (rules.TrueForAll(one => one.Rule!.Min == 0) && rules.TrueForAll(one => one.Rule!.Max > 0)))
                return (null, false);
            return (Places(item, steps).Count > 0 == rules.Exists(one => one.Rule!.Min > 0), true);
        }

        var places = Places(item, steps);
        if (kind is DiscriminatorKind.Type)
            return Typed(item, places, expected, steps);
        if (kind is DiscriminatorKind.Profile)
            return Profiled(item, places, slice, expected, steps, profile);
        return Valued(places, expected, profile);
    }

    private (bool?, bool) Valued(List<Node> places, List<ExpectedPart> expected, Profile profile)
    {
        bool? best = false;
        var says = false;
        foreach (var part in expected)
        {
            if (part.Exact is null && part.AtLeast is null && part.Rule is not { Binding: not null } && !(part.Rule is { } inner && SaysWithin(inner)))
                continue;
            says = true;
            foreach (var place in places)
            {
                var met = Met(place, part, profile);
                if (met is true)
                    return (true, true);
                best = met is null ? null : best;
            }
        }

        return says ? (best, true) : (null, false);
    }

    private bool? Met(Node place, ExpectedPart part, Profile profile)
    {
        if (part.Exact is { } exact)
            return NodeMatch.IsExactly(place, exact);
        if (part.AtLeast is { } pattern)
            return NodeMatch.Holds(place, pattern);
        if (part.Rule is { Binding: { } binding } rule)
        {
            return BindingCheck.Has(run.Library.ValueSets.Find(binding.ValueSet, profile.Package), place, DataTypes.Of(place, rule)) switch
            {
                Membership.Yes => true,
                Membership.Unknown => null,
                _ => false,
            };
        }

        return MetWithin(place, part.Rule!);
    }

    // Where the fixed values stand further down: each of them must be found.
    private static bool MetWithin(Node place, Rule rule)
    {
        foreach (var child in rule.Children.Concat(rule.Children.SelectMany(one => one.Slices)))
        {
            var says = child.Fixed is not null || child.Pattern is not null;
            if (!says && !SaysWithin(child))
                continue;
            if (child.Min == 0 && child.SliceName is null && !place.Children.Exists(one => DataTypes.Is(one, child)))
                continue;
            if (!place.Children.Exists(one => DataTypes.Is(one, child) && (child.Fixed is null || NodeMatch.IsExactly(one, child.Fixed))
                && (child.Pattern is null || NodeMatch.Holds(one, child.Pattern)) && MetWithin(one, child)))
                return false;
        }

        return true;
    }

    private static bool SaysWithin(Rule rule) => rule.Children.Exists(child => !child.HoldsAnyValue || child.Slices.Exists(slice => !slice.HoldsAnyValue) || SaysWithin(child));

    private (bool?, bool) Typed(Node item, List<Node> places, List<ExpectedPart> expected, IReadOnlyList<Step> steps)
    {
        var types = expected.Where(one => one.Rule is not null).SelectMany(one => one.Rule!.Types.Count > 0 ? one.Rule.Types.Select(type => type.Code) : [one.Rule.BaseName]).ToHashSet(StringComparer.Ordinal);
        if (types.Count == 0 || types.Any(DataTypes.IsAnyResource))
            return (null, false);
        if (places.Count == 0 && steps.Count > 0 && steps[^1].Kind is StepKind.Resolve)
        {
            var said = Places(item, [.. steps.Take(steps.Count - 1)]).Select(walk.References.TypeOf).FirstOrDefault(type => type is not null);
            return (said is null ? null : types.Contains(said), true);
        }

        return (places.Exists(place => expected.Exists(one => one.Rule is { } rule && types.Contains(TypeOf(place, rule)))), true);
    }

    private static string TypeOf(Node place, Rule rule) =>
        place.ResourceType ?? (rule.IsChoice ? DataTypes.OfChoice(place.Name, rule.BaseName) : DataTypes.ChoiceOf(place.Name) is { } choice ? DataTypes.OfChoice(place.Name, choice) : null)
            ?? (rule.Types.Count > 0 ? rule.Types[0].Code : "");

    private (bool?, bool) Profiled(Node item, List<Node> places, Rule slice, List<ExpectedPart> expected, IReadOnlyList<Step> steps, Profile profile)
    {
        var names = steps.Count > 0 && steps[^1].Kind is StepKind.Resolve
            ? [.. _parts.Of(slice, [.. steps.Take(steps.Count - 1)], profile.Package).Where(one => one.Rule is not null).SelectMany(one => one.Rule!.Types).SelectMany(type => type.Targets)]
            : expected.Where(one => one.Rule is not null).SelectMany(one => one.Rule!.Types).SelectMany(type => type.Profiles).ToList();
        if (names.Count == 0)
            return (null, false);
        var profiles = names.Select(name => run.Library.Profile(name, profile.Package)).ToList();
        if (places.Count == 0 && steps.Count > 0)
        {
            // What is referred to is elsewhere: its type may still say no.
            var said = Places(item, [.. steps.Take(steps.Count - 1)]).Select(walk.References.TypeOf).FirstOrDefault(type => type is not null);
            return (said is not null && profiles.TrueForAll(one => one.IsOk && !string.Equals(one.Value.Type, said, StringComparison.Ordinal)) ? false : null, true);
        }

        if (profiles.Exists(one => one.IsOk && places.Exists(place => walk.Meets(place, one.Value))))
            return (true, true);
        return (profiles.TrueForAll(one => one.IsOk) ? false : null, true);
    }

    private List<Node> Places(Node item, IReadOnlyList<Step> steps)
    {
        List<Node> places = [item];
        foreach (var step in steps)
        {
            places = step.Kind switch
            {
                StepKind.Element => [.. places.SelectMany(place => place.Children).Where(child => string.Equals(child.Name, step.Name, StringComparison.Ordinal) || DataTypes.OfChoice(child.Name, step.Name) is not null)],
                StepKind.Extension => [.. places.SelectMany(place => place.Children).Where(child => child.Name is "extension" && string.Equals(child.ChildText("url"), step.Name, StringComparison.Ordinal))],
                StepKind.Resolve => [.. places.Select(walk.References.Resolve).OfType<Node>()],
                _ => [.. places.Where(place => string.Equals(place.ResourceType, step.Name, StringComparison.Ordinal) || (DataTypes.ChoiceOf(place.Name) is { } choice && string.Equals(DataTypes.OfChoice(place.Name, choice), step.Name, StringComparison.Ordinal)))],
            };
        }

        return places;
    }
}
