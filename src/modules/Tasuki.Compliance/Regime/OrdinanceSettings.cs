using Tasuki.Kernel;

namespace Tasuki.Compliance.Regime;

/// <summary>
/// What a municipality's ordinance may lay down about requests under chapter 5 (Act art. 108: rules on the procedure that do not go against it). The defaults are the law's
/// values; they are limits too, always in the person's favour: an answer may be promised earlier, never later.
/// </summary>
public sealed record OrdinanceSettings
{
    public const int HighestFee = 10_000;

    /// <summary>Days until a request for disclosure is decided (art. 83(1)), 1 to 30.</summary>
    public int DisclosureDays { get; init; } = 30;

    /// <summary>Days by which that may be extended (art. 83(2)), 0 to 30.</summary>
    public int DisclosureExtensionDays { get; init; } = 30;

    /// <summary>Days until a request for correction is decided (art. 94(1)), 1 to 30.</summary>
    public int CorrectionDays { get; init; } = 30;

    /// <summary>Art. 94(2), 0 to 30.</summary>
    public int CorrectionExtensionDays { get; init; } = 30;

    /// <summary>Days until a request to stop use is decided (art. 102(1)), 1 to 30.</summary>
    public int StopDays { get; init; } = 30;

    /// <summary>Art. 102(2), 0 to 30.</summary>
    public int StopExtensionDays { get; init; } = 30;

    /// <summary>Days after a disclosure within which its correction or stop may be asked (art. 90(3), 98(3)), 90 to 365.</summary>
    public int AfterDisclosureDays { get; init; } = 90;

    /// <summary>Persons in a file from which on it stands in the published register, 1 to 1,000.</summary>
    public int RegisterPersons { get; init; } = 1000;

    /// <summary>
    /// Yen for a request for disclosure as the ordinance has it (art. 89(2): within the actual cost; to be checked against the original), 0 to 10,000; 0 is free. Null: nothing was
    /// entered here, and nothing is said about it but to ask.
    /// </summary>
    public int? DisclosureFee { get; init; }

    /// <summary>Error <c>settings.ordinance</c>: names the setting, its value and its limits.</summary>
    public Result<Done> Check()
    {
        (string Name, int Value, int From, int To)[] settings =
        [
            (nameof(DisclosureDays), DisclosureDays, 1, 30), (nameof(DisclosureExtensionDays), DisclosureExtensionDays, 0, 30),
            (nameof(CorrectionDays), CorrectionDays, 1, 30), (nameof(CorrectionExtensionDays), CorrectionExtensionDays, 0, 30),
            (nameof(StopDays), StopDays, 1, 30), (nameof(StopExtensionDays), StopExtensionDays, 0, 30),
            (nameof(AfterDisclosureDays), AfterDisclosureDays, 90, 365), (nameof(RegisterPersons), RegisterPersons, 1, 1000),
        ];
        foreach (var (name, value, from, to) in settings)
        {
            if (value < from || value > to)
                return new Error("settings.ordinance", $"{name} is {value}; the Act leaves an ordinance {from} to {to}.");
        }

        if (DisclosureFee is < 0 or > HighestFee)
            return new Error("settings.ordinance", $"{nameof(DisclosureFee)} is {DisclosureFee}; a fee is 0 to {HighestFee} yen.");
        return Done.Yes;
    }
}
