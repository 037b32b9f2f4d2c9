namespace Tasuki.Fhir.Searching;

/// <summary>
/// What looks at the values of one parameter while a resource's bytes are walked; the first value that passes ends the walk. The spans are UTF-8, without JSON
/// escapes, and live for the call only.
/// </summary>
public abstract class ValueTest
{
    /// <summary>Passes with the first value that can be compared.</summary>
    public static readonly ValueTest AnyValue = new AnyValueTest();

    /// <param name="system">Empty when the value names none.</param>
    /// <param name="code">Empty when the value is a system alone.</param>
    public virtual bool Token(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) => false;

    /// <summary>A plain code, whose system is written nowhere: the one its element is bound to, empty when that is not one.</summary>
    public virtual bool Code(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) => Token([], code);

    /// <summary>A plain text that is looked at as a token: its case does not count (R4, search, token).</summary>
    public virtual bool AnyCase(ReadOnlySpan<byte> text) => Token([], text);

    public virtual bool Date(FhirDate date) => false;

    /// <summary>A span from low to high, both included; null is open.</summary>
    public virtual bool Number(decimal? low, decimal? high) => false;

    /// <param name="system">Of the unit's code; empty when there is none.</param>
    /// <param name="code">The unit's code; empty when there is none.</param>
    public virtual bool Quantity(decimal? low, decimal? high, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code, ReadOnlySpan<byte> unit) => false;

    public virtual bool Text(ReadOnlySpan<byte> text) => false;

    /// <param name="type">What the reference itself says of the type it points at; empty when it says nothing.</param>
    public virtual bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type) => false;

    /// <summary>A canonical as it is written, with its version where it has one. Without it a canonical is found too.</summary>
    public virtual bool Canonical(ReadOnlySpan<byte> canonical) => Reference(canonical, []) || (canonical.IndexOf((byte)'|') is > 0 and var bar && Reference(canonical[..bar], []));

    /// <summary>Asks for references to what stands within the resource (<c>#id</c>) also where a path leads to one type: which it is stands there.</summary>
    public virtual bool TakesContained => false;

    public virtual bool Uri(ReadOnlySpan<byte> uri) => false;

    /// <summary>Asks for <see cref="WholeName"/>, which must be put together.</summary>
    public virtual bool TakesWholeNames => false;

    /// <summary>A name's family name and its given names, after its parts; either may be empty.</summary>
    public virtual bool WholeName(string family, string given) => false;

    /// <summary>Asks for the JSON of every element a path ends at (<see cref="Element"/>) instead of its values.</summary>
    public virtual bool TakesElements => false;

    /// <summary>The JSON of one element that a composite looks into.</summary>
    public virtual bool Element(ReadOnlySpan<byte> json) => false;

    private sealed class AnyValueTest : ValueTest
    {
        public override bool Token(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) => true;

        public override bool Date(FhirDate date) => true;

        public override bool Number(decimal? low, decimal? high) => true;

        public override bool Quantity(decimal? low, decimal? high, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code, ReadOnlySpan<byte> unit) => true;

        public override bool Text(ReadOnlySpan<byte> text) => true;

        public override bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type) => true;

        public override bool Uri(ReadOnlySpan<byte> uri) => true;

        public override bool Element(ReadOnlySpan<byte> json) => true;
    }
}
