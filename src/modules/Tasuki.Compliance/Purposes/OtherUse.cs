using Tasuki.Compliance.Regime;
using Tasuki.Kernel;

namespace Tasuki.Compliance.Purposes;

/// <summary>That a purpose goes beyond what the data was taken for, and may do so.</summary>
/// <param name="Why">Why the ground holds and nobody is harmed unduly; published with the purpose.</param>
/// <param name="Harms">It could harm somebody unduly (Act art. 69(2), proviso): the register takes none that does.</param>
public sealed record OtherUse(OtherUseGround Ground, string? Why, bool Harms)
{
    /// <summary>Errors <c>purpose.ground</c>, <c>purpose.harm</c>, <c>mynumber.found</c>.</summary>
    public Result<OtherUse> Whole()
    {
        if (Ground is OtherUseGround.None || !Enum.IsDefined(Ground))
            return Missing;
        if (Harms)
            return new Error("purpose.harm", "What could harm somebody unduly is no use the register takes.");
        var why = TypedText.Line(Why, Missing.Code, StatedPurpose.MaximumText);
        return why.IsOk ? this with { Why = why.Value } : why.Error;
    }

    /// <summary>Data is held already, and the purpose came after it.</summary>
    public static readonly Error Missing = new("purpose.ground", "A purpose that came after the data names its ground in art. 69, and why nobody is harmed unduly.");
}
