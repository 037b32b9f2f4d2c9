using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;

namespace Tasuki.Compliance.Guided;

/// <summary>Whether the result of an accessibility test of this year is published, and every criterion aimed at was met.</summary>
internal sealed class AccessibilityProbe(GuidedBook book, TimeProvider clock) : IProbe
{
    public const string Id = "accessibility.published";

    public async Task<Finding> Look(CancellationToken cancel)
    {
        if (await book.Newest(GuidedDocument.Accessibility, cancel) is not { } result)
            return Finding.Bad("never");
        var tested = result.Content.Fields["tested"];
        if (DateOnly.ParseExact(tested, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddYears(1) <= clock.Today())
            return Finding.Bad("old", tested);
        return result.Content.Fields["unmet"] is "0" ? Finding.Good("met", tested, result.Content.Fields["pages"]) : Finding.Bad("unmet", result.Content.Fields["unmet"], tested);
    }
}
