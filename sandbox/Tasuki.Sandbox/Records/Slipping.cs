using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>The one thing that goes wrong on about every twentieth paper.</summary>
internal sealed record Slipping(SlipKind Kind, string Code)
{
    public static Slipping? Of(Dice dice, PaperKind kind)
    {
        if (kind.Category is DataCategory.MaternalInfantCheckup || (kind.Category is DataCategory.MunicipalScreening && kind.ReportCode != "42") || !dice.Chance(0.05))
            return null;
        return dice.Between(0, 5) switch
        {
            0 => new Slipping(SlipKind.OutOfRange, "9A751000000000001"),
            1 => new Slipping(SlipKind.DecimalPoint, "9N001000000000001"),
            2 => new Slipping(SlipKind.WrongUnit, "3F015000002327101"),
            3 => new Slipping(SlipKind.MissingUnit, "9N006000000000001"),
            _ => new Slipping(SlipKind.FutureDate, "3F070000002327101"),
        };
    }

    public (Measured Value, string? Unit, string? Ucum) On(Measured value, string? unit, string? ucum) => Kind switch
    {
        SlipKind.OutOfRange => (value with { Scaled = value.Scaled * 10 }, unit, ucum),
        SlipKind.DecimalPoint => (value with { Scaled = value.Scaled / 10 }, unit, ucum),
        SlipKind.WrongUnit => (value, "mmol/L", "mmol/L"),
        SlipKind.MissingUnit => (value, null, null),
        _ => (value, unit, ucum),
    };
}
