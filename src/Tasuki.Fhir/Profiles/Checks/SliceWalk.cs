using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>Deals the items of an element out to the slices of a profile and holds each against its slice (R4, profiling.html#slicing).</summary>
internal sealed class SliceWalk(CheckRun run, ProfileWalk walk)
{
    private static readonly SlicingRule ByUrl = new([Discriminator.Url], IsClosed: false, IsOpenAtEnd: false, IsOrdered: false);
    private static readonly SlicingRule ByType = new([Discriminator.OwnType], IsClosed: false, IsOpenAtEnd: false, IsOrdered: false);
    private readonly DiscriminatorMatch _match = new(run, walk);

    public void Check(Node owner, List<Node> items, Rule sliced, SlicingRule? slicing, Profile profile)
    {
        slicing = slicing is { Discriminators.Count: > 0 } ? slicing : sliced.Name is "extension" or "modifierExtension" ? ByUrl : sliced.IsChoice ? ByType : slicing;
        if (slicing is null || slicing.Discriminators.Count == 0)
        {
            if (items.Count > 0)
                run.Note(items[0], profile, sliced, "not-supported", "slice", "is cut into slices that nothing tells apart; they were not checked.", $"slicing {profile.Url} {sliced.Id}");
            return;
        }

        var slices = sliced.Slices;
        var dealt = new List<Node>?[slices.Count];
        var undecided = new bool[slices.Count];
        var rest = new List<Node>();
        var (furthest, restBegan) = (-1, false);
        for (var i = 0; i < items.Count; i++)
        {
            var at = SliceOf(items[i], i, slices, slicing, undecided, profile);
            if (at < 0)
            {
                rest.Add(items[i]);
                restBegan = true;
                continue;
            }

            (dealt[at] ??= []).Add(items[i]);
            if (slicing.IsOrdered && at < furthest)
                run.Error(items[i], profile, slices[at], "structure", "order", $"stands behind items of later slices; the profile orders the slice {slices[at].SliceName} before them.");
            else if (slicing.IsOpenAtEnd && restBegan)
                run.Error(items[i], profile, slices[at], "structure", "order", $"stands behind items of no slice; the profile allows those at the end alone.");
            furthest = Math.Max(furthest, at);
        }

        if (slices.FindIndex(slice => slice.SliceName is Rule.DefaultSlice) is >= 0 and var byDefault)
            (dealt[byDefault], rest) = (rest, []);
        for (var i = 0; i < slices.Count; i++)
            Slice(owner, dealt[i] ?? [], slices[i], slicing, undecided[i], profile);
        if (slicing.IsClosed && !Array.Exists(undecided, one => one))
            rest.ForEach(item => run.Error(item, profile, sliced, "structure", "slice", "belongs to no slice, and the profile allows no others."));
    }

    private int SliceOf(Node item, int position, List<Rule> slices, SlicingRule slicing, bool[] undecided, Profile profile)
    {
        for (var i = 0; i < slices.Count; i++)
        {
            run.Step();
            if (run.IsCutShort)
                return -1;
            if (slices[i].SliceName is Rule.DefaultSlice)
                continue;
            switch (_match.Is(item, position, i, slices[i], slicing, profile))
            {
                case true:
                    return i;
                case null:
                    undecided[i] = true;
                    break;
            }
        }

        return -1;
    }

    private void Slice(Node owner, List<Node> items, Rule slice, SlicingRule slicing, bool isUndecided, Profile profile)
    {
        if (isUndecided && items.Count < slice.Min)
            run.Note(owner, profile, slice, "not-supported", "slice", $"has a slice {slice.SliceName} that could not be told from the others; it was not checked.", $"slicing {profile.Url} {slice.Id}");
        else if (items.Count < slice.Min)
            run.Error(owner, profile, slice, "required", "slice-min", $"holds {items.Count} of the slice {slice.SliceName}; the profile requires at least {slice.Min}.", slice.BaseName);
        if (items.Count > slice.Max)
            run.Error(items[0], profile, slice, "structure", "slice-max", $"is one of {items.Count} of the slice {slice.SliceName}; the profile allows {(slice.Max == 0 ? "none" : $"at most {slice.Max}")}.");
        foreach (var item in items)
            walk.Value(item, DataTypes.Of(item, slice), slice, profile);
        if (slice.Slices.Count > 0)
            Check(owner, items, slice, slice.Slicing ?? slicing, profile);
    }
}
