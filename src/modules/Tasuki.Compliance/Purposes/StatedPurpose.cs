using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Compliance.Purposes;

/// <summary>A purpose as an officer states it.</summary>
/// <param name="Duty">The duty laid down by law or ordinance that it serves, in a sentence.</param>
/// <param name="Other">Where it goes beyond what the data was taken for.</param>
public sealed record StatedPurpose(
    string? Japanese, string? English, string? Easy, BasisKind Basis, string? BasisName, string? BasisPlace, string? Duty, IReadOnlyList<DataCategory> Needs, OtherUse? Other = null)
{
    public const int MaximumText = 500;
    public const int MaximumLine = 100;

    // Making a service better is no duty of a municipality by itself: it is stated by habit, and it is the purpose that art. 61(1) refuses.
    private static readonly string[] Improvement = ["改善", "向上", "品質", "より良い", "よりよい", "よくする", "improve", "improving", "improvement", "better service"];

    /// <summary>What the Act knows as law: statutes, orders and regulations under them, ordinances. A guideline of the office (要綱) is none.</summary>
    private static readonly string[] Laws = ["法", "法律", "令", "規則"];

    /// <summary>
    /// Whether it may be stated under this law, trimmed. Errors <c>purpose.text</c>, <c>purpose.needs</c>, <c>mynumber.found</c>; where a duty is asked for
    /// <c>purpose.basis</c>, <c>purpose.improvement</c> (the same for a purpose that only makes the service better), <c>purpose.basis-name</c>, <c>purpose.basis-place</c>.
    /// </summary>
    public Result<StatedPurpose> Under(LegalRegime regime)
    {
        var texts = new List<string>();
        foreach (var typed in new[] { Japanese, English, Easy })
        {
            var text = TypedText.Line(typed, "purpose.text", MaximumText);
            if (!text.IsOk)
                return text.Error;
            texts.Add(text.Value);
        }

        if (Needs.Count == 0)
            return new Error("purpose.needs", "A purpose needs one class of data or more.");
        var (name, place, duty) = (TypedText.Optional(BasisName, "purpose.basis", MaximumLine), TypedText.Optional(BasisPlace, "purpose.basis", MaximumLine), TypedText.Optional(Duty, "purpose.basis", MaximumText));
        if ((name.Error ?? place.Error ?? duty.Error) is { } wrong)
            return wrong;
        var stated = new StatedPurpose(texts[0], texts[1], texts[2], Enum.IsDefined(Basis) ? Basis : BasisKind.None, name.Value, place.Value, duty.Value, [.. Needs.Distinct().Order()], Other);
        if (regime.Purposes.NeedsDuty && stated.WhyNoDuty() is { } missing)
            return missing;
        return stated;
    }

    private Error? WhyNoDuty()
    {
        if (Basis is BasisKind.None || BasisName is null || BasisPlace is null || Duty is null)
        {
            return Improvement.Any(w => Japanese!.Contains(w, StringComparison.Ordinal) || English!.Contains(w, StringComparison.OrdinalIgnoreCase))
                ? new Error("purpose.improvement", "Making the service better is no duty laid down by law or ordinance; a municipality holds personal data for such a duty alone.")
                : new Error("purpose.basis", "A municipality names the law or ordinance, its place and the duty laid down there that the purpose serves.");
        }

        // A number in brackets behind the name says when it was made.
        var name = BasisName.Split('（', '(')[0].TrimEnd();
        if (Basis is BasisKind.Ordinance ? !name.EndsWith("条例", StringComparison.Ordinal) : name.EndsWith("方法", StringComparison.Ordinal) || !Laws.Any(l => name.EndsWith(l, StringComparison.Ordinal)))
            return new Error("purpose.basis-name", "The basis is a law, an order or regulation under one, or an ordinance, by its Japanese name.");
        return BasisPlace.Any(c => char.IsDigit(c) || "一二三四五六七八九十百".Contains(c, StringComparison.Ordinal))
            ? null : new Error("purpose.basis-place", "The place of the basis is an article, with its number.");
    }
}
