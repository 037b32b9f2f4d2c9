using System.Text;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// What a resource is ordered by under one search parameter: a number (times in milliseconds since 1970 by their beginning, quantities in the base unit of their kind where
/// UCUM names one), or a text, of which the first 64 characters count; neither when it has no value. Of several values the one counts that comes first in the order
/// asked for (R4, search, _sort).
/// </summary>
public readonly record struct SortValue(decimal? Number, string? Text)
{
    private const int Longest = 64;

    /// <param name="parameter">No composite: that has no order.</param>
    /// <param name="greatest">The order descends.</param>
    public static SortValue Of(SearchParameter parameter, ReadOnlySpan<byte> json, bool greatest)
    {
        var first = new FirstInOrder(parameter.Kind, greatest);
        parameter.Any(json, first);
        return first.Value;
    }

    /// <summary>What has no value comes last in either direction.</summary>
    public static int Compare(SortValue one, SortValue other, bool descending)
    {
        var (missing, otherMissing) = (one is { Number: null, Text: null }, other is { Number: null, Text: null });
        if (missing || otherMissing)
            return missing.CompareTo(otherMissing);
        var order = one.Number is { } number && other.Number is { } against ? number.CompareTo(against)
            : one.Text is { } text && other.Text is { } second ? string.CompareOrdinal(text, second)
            : one.Number is null ? 1 : -1;
        return descending ? -order : order;
    }

    public static SortValue Of(string text) => new(null, text.Length <= Longest ? text : text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)]);

    private sealed class FirstInOrder(SearchKind kind, bool greatest) : ValueTest
    {
        public SortValue Value { get; private set; }

        public override bool Token(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) => kind is SearchKind.Token && code.Length > 0 && Take(Of(Encoding.UTF8.GetString(code)));

        public override bool Text(ReadOnlySpan<byte> text) => kind is SearchKind.String && Take(Of(SearchText.Fold(Encoding.UTF8.GetString(text))));

        public override bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type) => Take(Of(Encoding.UTF8.GetString(reference)));

        public override bool Uri(ReadOnlySpan<byte> uri) => Take(Of(Encoding.UTF8.GetString(uri)));

        public override bool Date(FhirDate date) => Take(new SortValue(DateTest.Millis(date).From, null));

        public override bool Number(decimal? low, decimal? high) => kind is SearchKind.Number && Take(new SortValue(low ?? high, null));

        public override bool Quantity(decimal? low, decimal? high, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code, ReadOnlySpan<byte> unit)
        {
            if (kind is not SearchKind.Quantity || (low ?? high) is not { } number)
                return false;
            var known = system.SequenceEqual("http://unitsofmeasure.org"u8) && code.Length <= UcumUnit.Longest ? UcumUnit.Parse(Encoding.UTF8.GetString(code)) : null;
            return Take(new SortValue(known?.InBase(number) ?? number, null));
        }

        // Never enough: the first in order may be the last in the resource.
        private bool Take(SortValue value)
        {
            if (Compare(value, Value, greatest) < 0)
                Value = value;
            return false;
        }
    }
}
