namespace Tasuki.Kernel;

/// <summary>A resident within one municipality. Our own number: it says nothing about the person and may stand in clear.</summary>
public readonly record struct ResidentNo(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
