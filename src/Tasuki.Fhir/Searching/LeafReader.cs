using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Searching;

/// <summary>Reads one value where a path ends and hands it to the test. What is not written as its type holds no value.</summary>
internal static class LeafReader
{
    public static bool Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, LeafKind kind, ReadOnlySpan<byte> target, ValueTest test) =>
        test.TakesElements && kind is not LeafKind.Element ? Whole(ref reader, json, kind, target, test) : Value(ref reader, json, kind, target, test);

    private static bool Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, LeafKind kind, ReadOnlySpan<byte> target, ValueTest test) => kind switch
    {
        LeafKind.Text => IsString(ref reader) && TextOrToken(Bytes(ref reader), target, test),
        LeafKind.Uri => IsString(ref reader) && test.Uri(Bytes(ref reader)),
        LeafKind.Canonical => IsString(ref reader) && Bytes(ref reader) is { Length: > 0 } canonical && test.Canonical(canonical),
        LeafKind.PlainToken => IsString(ref reader) && Bytes(ref reader) is { Length: > 0 } plain && test.AnyCase(plain),
        LeafKind.Boolean => reader.TokenType switch
        {
            JsonTokenType.True => test.Token([], "true"u8),
            JsonTokenType.False => test.Token([], "false"u8),
            _ => false,
        },
        LeafKind.Date => IsString(ref reader) && FhirDate.Parse(reader.GetString()) is { } date && test.Date(date),
        LeafKind.Number => Decimal(ref reader) is { } number && test.Number(number, number),
        LeafKind.Element => reader.TokenType is JsonTokenType.StartObject && test.Element(Slice(ref reader, json)),
        LeafKind.CodeableConcept => reader.TokenType is JsonTokenType.StartObject && Concept(ref reader, test),
        LeafKind.Timing => reader.TokenType is JsonTokenType.StartObject && TimingOf(ref reader) is { } limits && test.Date(limits),
        LeafKind.SyllabicName or LeafKind.Deceased or LeafKind.FirstEntry => reader.TokenType is JsonTokenType.StartObject && SpecialLeaf.Read(Slice(ref reader, json), kind, target, test),
        LeafKind.HumanName or LeafKind.Address => reader.TokenType is JsonTokenType.StartObject && Parts(ref reader, kind, test),
        _ => reader.TokenType is JsonTokenType.StartObject && Fields(ref reader, kind, target, test),
    };

    // A reference that says nothing of its type may be to any.
    private static bool Whole(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, LeafKind kind, ReadOnlySpan<byte> target, ValueTest test)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
            return false;
        var look = reader;
        return (target.IsEmpty || kind is not LeafKind.Reference || !Fields(ref look, kind, [], ValueTest.AnyValue) || PointsThere(reader, target)) && test.Element(Slice(ref reader, json));
    }

    private static bool PointsThere(Utf8JsonReader reader, ReadOnlySpan<byte> target) => Fields(ref reader, LeafKind.Reference, target, ValueTest.AnyValue);

    // A code has no system of its own written down, but the one its element is bound to; the same reader serves string parameters.
    private static bool TextOrToken(ReadOnlySpan<byte> text, ReadOnlySpan<byte> system, ValueTest test) => text.Length > 0 && (test.Code(system, text) || test.Text(text));

    private static bool Concept(ref Utf8JsonReader reader, ValueTest test)
    {
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var isCoding = reader.ValueTextEquals("coding"u8);
            reader.Read();
            if (!isCoding)
            {
                reader.Skip();
            }
            else if (reader.TokenType is JsonTokenType.StartObject)
            {
                if (Fields(ref reader, LeafKind.Coding, [], test))
                    return true;
            }
            else if (reader.TokenType is JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                {
                    if (reader.TokenType is not JsonTokenType.StartObject)
                        reader.Skip();
                    else if (Fields(ref reader, LeafKind.Coding, [], test))
                        return true;
                }
            }
        }

        return false;
    }

    // One pass over an element of few plain fields; the reader ends on its last token.
    private static bool Fields(scoped ref Utf8JsonReader reader, LeafKind kind, ReadOnlySpan<byte> target, ValueTest test)
    {
        ReadOnlySpan<byte> system = [], code = [], unit = [], value = [], reference = [], type = [], comparator = [];
        FhirDate? start = null, end = null;
        (decimal? Value, string? System, string? Code, string? Unit) low = default, high = default;
        decimal? number = null;
        var hasValue = false;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var field = FieldOf(ref reader);
            reader.Read();
            switch (field)
            {
                case Field.System when IsString(ref reader): system = Bytes(ref reader); break;
                case Field.Code when IsString(ref reader): code = Bytes(ref reader); break;
                case Field.Unit when IsString(ref reader): unit = Bytes(ref reader); break;
                case Field.Reference when IsString(ref reader): reference = Bytes(ref reader); break;
                case Field.Type when IsString(ref reader): type = Bytes(ref reader); break;
                case Field.Comparator when IsString(ref reader): comparator = Bytes(ref reader); break;
                case Field.Start when IsString(ref reader): start = FhirDate.Parse(reader.GetString()); break;
                case Field.End when IsString(ref reader): end = FhirDate.Parse(reader.GetString()); break;
                case Field.Low when reader.TokenType is JsonTokenType.StartObject: low = Bound(ref reader); break;
                case Field.High when reader.TokenType is JsonTokenType.StartObject: high = Bound(ref reader); break;
                case Field.Value:
                    hasValue = true;
                    if (IsString(ref reader))
                        value = Bytes(ref reader);
                    else
                        number = Decimal(ref reader);
                    reader.Skip();
                    break;
                default: reader.Skip(); break;
            }
        }

        switch (kind)
        {
            case LeafKind.Coding:
                // With a value it is a quantity that went astray. A system alone is a value too: who asks for the system finds it.
                return code.Length + system.Length > 0 && !hasValue && test.Token(system, code);
            case LeafKind.Identifier:
                return value.Length + system.Length > 0 && test.Token(system, value);
            case LeafKind.ContactPoint:
                return value.Length > 0 && test.AnyCase(value);
            case LeafKind.Reference:
                return reference.Length > 0 && (target.IsEmpty || PointsAt(reference, type, target) || (test.TakesContained && reference[0] == (byte)'#')) && Reference(reference, type, test);
            case LeafKind.Period:
                return DateOf(start, end) is { } period && test.Date(period);
            case LeafKind.Quantity when number is { } one:
                var (from, to) = comparator switch
                {
                    [(byte)'<'] => ((decimal?)null, (decimal?)(one - Step(one))),
                    [(byte)'>'] => (one + Step(one), null),
                    [(byte)'<', ..] => (null, one),
                    [(byte)'>', ..] => (one, null),
                    _ => (one, one),
                };
                return test.Quantity(from, to, system, code, unit);
            case LeafKind.Money when number is { } amount:
                return test.Quantity(amount, amount, "urn:iso:std:iso:4217"u8, code, []);
            case LeafKind.Range when low.Value is not null || high.Value is not null:
                var side = low.Value is not null ? low : high;
                return test.Number(low.Value, high.Value)
                    || test.Quantity(low.Value, high.Value, Utf8(side.System), Utf8(side.Code), Utf8(side.Unit));
            default:
                return false;
        }
    }

    // A span has its ends within it: what is less than a number ends ten digits behind the last it was written with.
    private static decimal Step(decimal number) => new(1, 0, 0, isNegative: false, (byte)Math.Min(number.Scale + 10, 28));

    private static ReadOnlySpan<byte> Utf8(string? text) => text is null ? [] : Encoding.UTF8.GetBytes(text);

    internal static FhirDate? DateOf(FhirDate? start, FhirDate? end)
    {
        if (start is null && end is null)
            return null;
        var from = start?.From ?? FhirDate.OpenStart;
        var to = end?.To ?? FhirDate.OpenEnd;
        return new FhirDate(from, to < from ? from : to);
    }

    // Whoever asks for a record finds what refers to one of its versions too.
    private static bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type, ValueTest test) =>
        test.Reference(reference, type) || (WrittenReference.Plain(reference) is var plain && plain.Length < reference.Length && test.Reference(plain, type));

    private static bool PointsAt(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type, ReadOnlySpan<byte> target)
    {
        if (type.SequenceEqual(target))
            return true;
        for (var rest = reference; rest.IndexOf(target) is >= 0 and var at; rest = rest[(at + target.Length)..])
        {
            var before = reference.Length - rest.Length + at;
            if ((before == 0 || reference[before - 1] is (byte)'/') && at + target.Length < rest.Length && rest[at + target.Length] is (byte)'/')
                return true;
        }

        return false;
    }

    private static (decimal?, string?, string?, string?) Bound(ref Utf8JsonReader reader)
    {
        decimal? value = null;
        string? system = null, code = null, unit = null;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var field = FieldOf(ref reader);
            reader.Read();
            switch (field)
            {
                case Field.Value: value = Decimal(ref reader); break;
                case Field.System when IsString(ref reader): system = reader.GetString(); break;
                case Field.Code when IsString(ref reader): code = reader.GetString(); break;
                case Field.Unit when IsString(ref reader): unit = reader.GetString(); break;
            }

            reader.Skip();
        }

        return (value, system, code, unit);
    }

    /// <summary>Of a repetition only the outer limits count (R4, search, date). The reader stands on the element's start.</summary>
    internal static FhirDate? TimingOf(ref Utf8JsonReader reader)
    {
        FhirDate? whole = null;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var isEvent = reader.ValueTextEquals("event"u8);
            var isRepeat = reader.ValueTextEquals("repeat"u8);
            reader.Read();
            if (isEvent && reader.TokenType is JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                {
                    if (IsString(ref reader) && FhirDate.Parse(reader.GetString()) is { } date)
                        whole = Both(whole, date);
                    reader.Skip();
                }
            }
            else if (isRepeat && reader.TokenType is JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
                {
                    var isBounds = reader.ValueTextEquals("boundsPeriod"u8);
                    reader.Read();
                    if (isBounds && reader.TokenType is JsonTokenType.StartObject)
                    {
                        var bounds = new Taken();
                        Fields(ref reader, LeafKind.Period, [], bounds);
                        whole = bounds.Found is { } found ? Both(whole, found) : whole;
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return whole;
    }

    private static FhirDate Both(FhirDate? one, FhirDate other) =>
        one is not { } first ? other : new FhirDate(first.From < other.From ? first.From : other.From, first.To > other.To ? first.To : other.To);

    // Every written part of a name or an address is a value of its own.
    private static bool Parts(ref Utf8JsonReader reader, LeafKind kind, ValueTest test)
    {
        var whole = kind is LeafKind.HumanName && test.TakesWholeNames;
        string family = "", given = "";
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var counts = kind is LeafKind.HumanName
                ? reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("family"u8) || reader.ValueTextEquals("given"u8) || reader.ValueTextEquals("prefix"u8)
                    || reader.ValueTextEquals("suffix"u8)
                : reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("line"u8) || reader.ValueTextEquals("city"u8) || reader.ValueTextEquals("district"u8)
                    || reader.ValueTextEquals("state"u8) || reader.ValueTextEquals("postalCode"u8) || reader.ValueTextEquals("country"u8);
            var (isFamily, isGiven) = whole ? (reader.ValueTextEquals("family"u8), reader.ValueTextEquals("given"u8)) : (false, false);
            reader.Read();
            if (counts && IsString(ref reader))
            {
                family = isFamily ? reader.GetString()! : family;
                if (test.Text(Bytes(ref reader)))
                    return true;
            }
            else if (counts && reader.TokenType is JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                {
                    if (IsString(ref reader) && test.Text(Bytes(ref reader)))
                        return true;
                    given += isGiven && IsString(ref reader) ? reader.GetString() : "";
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return whole && family.Length + given.Length > 0 && test.WholeName(family, given);
    }

    private enum Field : byte
    {
        Other,
        System,
        Code,
        Unit,
        Value,
        Comparator,
        Reference,
        Type,
        Start,
        End,
        Low,
        High,
    }

    private static Field FieldOf(ref Utf8JsonReader reader) => reader.ValueSpan switch
    {
        [(byte)'s', (byte)'y', ..] when reader.ValueTextEquals("system"u8) => Field.System,
        [(byte)'s', (byte)'t', ..] when reader.ValueTextEquals("start"u8) => Field.Start,
        [(byte)'c', (byte)'o', (byte)'d', ..] when reader.ValueTextEquals("code"u8) => Field.Code,
        [(byte)'c', (byte)'o', (byte)'m', ..] when reader.ValueTextEquals("comparator"u8) => Field.Comparator,
        [(byte)'c', (byte)'u', ..] when reader.ValueTextEquals("currency"u8) => Field.Code,
        [(byte)'u', ..] when reader.ValueTextEquals("unit"u8) => Field.Unit,
        [(byte)'v', ..] when reader.ValueTextEquals("value"u8) => Field.Value,
        [(byte)'r', ..] when reader.ValueTextEquals("reference"u8) => Field.Reference,
        [(byte)'t', ..] when reader.ValueTextEquals("type"u8) => Field.Type,
        [(byte)'e', ..] when reader.ValueTextEquals("end"u8) => Field.End,
        [(byte)'l', ..] when reader.ValueTextEquals("low"u8) => Field.Low,
        [(byte)'h', ..] when reader.ValueTextEquals("high"u8) => Field.High,
        _ => Field.Other,
    };

    private static bool IsString(ref Utf8JsonReader reader) => reader.TokenType is JsonTokenType.String;

    internal static ReadOnlySpan<byte> Bytes(scoped ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;

    // A number beyond what a decimal holds equals nothing that can be asked for.
    private static decimal? Decimal(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.Number && decimal.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static ReadOnlySpan<byte> Slice(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private sealed class Taken : ValueTest
    {
        public FhirDate? Found { get; private set; }

        public override bool Date(FhirDate date)
        {
            Found = date;
            return true;
        }
    }
}
