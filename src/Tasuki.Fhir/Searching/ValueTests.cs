using System.Text;

namespace Tasuki.Fhir.Searching;

internal sealed class TokenValueTest(TokenTest wanted) : ValueTest
{
    private readonly byte[]? _code = wanted.Code is null ? null : Encoding.UTF8.GetBytes(wanted.Code);
    private readonly byte[][]? _systems = wanted.System is null ? null : SystemNames.Of(wanted.System);

    public override bool Token(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) =>
        (_code is null || code.SequenceEqual(_code)) && (_systems is null || SystemNames.Any(_systems, system)) && !(wanted.WithoutSystem && system.Length > 0);

    // The system is implied (R4, search, token): asked for by name it fits, and so does "no system", as none is written.
    public override bool Code(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) =>
        (_code is null || code.SequenceEqual(_code)) && (_systems is null || (system.Length > 0 && SystemNames.Any(_systems, system)));

    // What has no system is of none that is asked for.
    public override bool AnyCase(ReadOnlySpan<byte> text) =>
        _systems is null && (text.SequenceEqual(_code) || string.Equals(Encoding.UTF8.GetString(text), wanted.Code, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Whether an element has a value for every part of a composite, be it one that can be compared or not.</summary>
internal sealed class WholeCompositeTest(SearchParameter[] parts) : ValueTest
{
    public override bool Element(ReadOnlySpan<byte> json)
    {
        foreach (var part in parts)
        {
            if (!part.Exists(json))
                return false;
        }

        return true;
    }
}

/// <summary>A system under every name it goes by (<see cref="CodeSystems"/>), as bytes.</summary>
internal static class SystemNames
{
    public static byte[][] Of(string system) =>
    [
        .. CodeSystems.NamesOf(system).SelectMany(name => name.StartsWith("urn:oid:1.2.392.", StringComparison.Ordinal) ? [name, name["urn:oid:".Length..]] : new[] { name })
            .Append(system).Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes),
    ];

    public static bool Any(byte[][] names, ReadOnlySpan<byte> system)
    {
        foreach (var name in names)
        {
            if (system.SequenceEqual(name))
                return true;
        }

        return false;
    }
}

internal sealed class DateValueTest(DateTest wanted) : ValueTest
{
    public override bool Date(FhirDate date)
    {
        var (from, to) = DateTest.Millis(date);
        return wanted.Holds(from, to);
    }
}

internal sealed class NumberValueTest(NumberTest wanted) : ValueTest
{
    public override bool Number(decimal? low, decimal? high) => wanted.Holds(low, high);
}

internal sealed class QuantityValueTest(QuantityTest wanted) : ValueTest
{
    private readonly NumberTest _number = new(wanted.Prefix, wanted.Value, wanted.Half);
    private readonly byte[]? _code = wanted.Code is null ? null : Encoding.UTF8.GetBytes(wanted.Code);
    private readonly byte[][]? _systems = wanted.System is null ? null : SystemNames.Of(wanted.System);

    private readonly UcumUnit? _unit = wanted is { System: UcumUnit.System, Code: { } named } ? UcumUnit.Parse(named) : null;

    public override bool Quantity(decimal? low, decimal? high, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code, ReadOnlySpan<byte> unit) =>
        Same(low, high, system, code, unit) || (_unit is not null && !code.SequenceEqual(_code) && SystemNames.Any(_systems!, system) && Converted(low, high, code));

    // What is written in another unit of the same kind, in the unit asked for: the digits asked with count there.
    private bool Converted(decimal? low, decimal? high, ReadOnlySpan<byte> code)
    {
        if (code.Length > UcumUnit.Longest || UcumUnit.Parse(Encoding.UTF8.GetString(code)) is not { } held || !held.IsLike(_unit!))
            return false;
        var (from, to) = (low is { } least ? held.Convert(least, _unit!) : null, high is { } most ? held.Convert(most, _unit!) : null);
        return from.HasValue == low.HasValue && to.HasValue == high.HasValue && _number.Holds(from, to);
    }

    private bool Same(decimal? low, decimal? high, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code, ReadOnlySpan<byte> unit) =>
        (_systems is null || SystemNames.Any(_systems, system))
        && (_code is null || code.SequenceEqual(_code) || (_systems is null && unit.SequenceEqual(_code)))
        && _number.Holds(low, high);
}

internal sealed class StringValueTest : ValueTest
{
    private readonly StringMatch _match;
    private readonly string _text;
    private readonly byte[] _exact;

    public StringValueTest(StringTest wanted)
    {
        _match = wanted.Match;
        _exact = Encoding.UTF8.GetBytes(wanted.Text);
        _text = SearchText.Fold(wanted.Text);
    }

    public override bool Text(ReadOnlySpan<byte> text)
    {
        if (_match is StringMatch.Exact)
            return text.SequenceEqual(_exact);
        var folded = SearchText.Fold(Encoding.UTF8.GetString(text));
        return _match is StringMatch.Begins ? folded.StartsWith(_text, StringComparison.Ordinal) : folded.Contains(_text, StringComparison.Ordinal);
    }
}

internal sealed class ReferenceValueTest(ReferenceTest wanted) : ValueTest
{
    private readonly byte[] _target = Encoding.UTF8.GetBytes(wanted.Target);
    private readonly bool _idAlone = !wanted.Target.Contains('/', StringComparison.Ordinal) && !wanted.Target.Contains(':', StringComparison.Ordinal);

    public override bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type) =>
        reference.SequenceEqual(_target)
        || (_idAlone && reference.Length > _target.Length && reference.EndsWith(_target) && reference[^(_target.Length + 1)] is (byte)'/' && reference.IndexOf("/_history/"u8) < 0);
}

internal sealed class CanonicalValueTest(CanonicalTest wanted) : ValueTest
{
    private readonly byte[][] _names = [.. wanted.Names.Select(Encoding.UTF8.GetBytes)];

    public override bool Canonical(ReadOnlySpan<byte> canonical) => SystemNames.Any(_names, canonical);
}

internal sealed class UriValueTest(UriTest wanted) : ValueTest
{
    private readonly byte[] _uri = Encoding.UTF8.GetBytes(wanted.Uri);

    public override bool Uri(ReadOnlySpan<byte> uri) =>
        uri.SequenceEqual(_uri) || (wanted.Above && !uri.IsEmpty && _uri.AsSpan().StartsWith(uri)) || (!wanted.Above && uri.StartsWith(_uri) && (wanted.Below || uri[_uri.Length] is (byte)'|'));
}

internal sealed class CompositeValueTest((SearchParameter Part, ValueTest Test)[] parts) : ValueTest
{
    public override bool Element(ReadOnlySpan<byte> json)
    {
        foreach (var (part, test) in parts)
        {
            if (!part.Any(json, test))
                return false;
        }

        return true;
    }
}
