using System.Text.Json;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// The facts of a resource (<see cref="RecordFacts"/>) looked for in its bytes without building an object: its main code, and every coding, identifier and
/// reference wherever it stands, <c>meta</c> left out.
/// </summary>
public static class WholeResource
{
    // As RecordFacts looks for it; a test holds the two together.
    private static readonly byte[][] CodeElements =
    [
        "code"u8.ToArray(), "vaccineCode"u8.ToArray(), "medicationCodeableConcept"u8.ToArray(), "type"u8.ToArray(), "serviceType"u8.ToArray(), "category"u8.ToArray(),
        "valueSet"u8.ToArray(),
    ];

    private enum Wanted : byte
    {
        Coding,
        Identifier,
        Reference,
    }

    public static bool MainCode(ReadOnlySpan<byte> json, ValueTest test)
    {
        var reader = new Utf8JsonReader(json, ValueExtractor.Reading);
        reader.Read();
        var best = CodeElements.Length;
        ReadOnlySpan<byte> system = [], code = [];
        while (best > 0 && reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var rank = RankOf(ref reader, best);
            reader.Read();
            if (rank < best && FirstCoding(ref reader, out var foundSystem, out var foundCode))
            {
                best = rank;
                system = foundSystem;
                code = foundCode;
            }
            else if (rank >= best)
            {
                reader.Skip();
            }
        }

        return best < CodeElements.Length && test.Token(system, code);
    }

    public static bool AnyCoding(ReadOnlySpan<byte> json, ValueTest test) => Any(json, Wanted.Coding, test, []);

    public static bool AnyIdentifier(ReadOnlySpan<byte> json, ReadOnlySpan<byte> value) => Any(json, Wanted.Identifier, ValueTest.AnyValue, value);

    public static bool AnyReference(ReadOnlySpan<byte> json, ReadOnlySpan<byte> reference) => Any(json, Wanted.Reference, ValueTest.AnyValue, reference);

    private static bool Any(ReadOnlySpan<byte> json, Wanted wanted, ValueTest test, ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(json, ValueExtractor.Reading);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("meta"u8))
                reader.Skip();
            else if (Property(ref reader, wanted, test, text))
                return true;
        }

        return false;
    }

    // The reader stands on a property's name.
    private static bool Property(ref Utf8JsonReader reader, Wanted wanted, ValueTest test, ReadOnlySpan<byte> text)
    {
        var named = wanted switch
        {
            Wanted.Coding => reader.ValueTextEquals("coding"u8),
            Wanted.Identifier => reader.ValueTextEquals("identifier"u8),
            _ => reader.ValueTextEquals("reference"u8),
        };
        reader.Read();
        if (named && wanted is Wanted.Reference && reader.TokenType is JsonTokenType.String)
            return LeafReader.Bytes(ref reader) is var written && (written.SequenceEqual(text) || WrittenReference.Plain(written).SequenceEqual(text));
        return Value(ref reader, wanted, named, test, text);
    }

    private static bool Value(ref Utf8JsonReader reader, Wanted wanted, bool named, ValueTest test, ReadOnlySpan<byte> text)
    {
        if (reader.TokenType is JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
            {
                // FHIR knows no list of lists; what stands in one is found all the same, as RecordFacts finds it.
                if (Value(ref reader, wanted, named, test, text))
                    return true;
            }

            return false;
        }

        if (reader.TokenType is not JsonTokenType.StartObject)
            return false;
        ReadOnlySpan<byte> system = [], code = [], value = [];
        bool hasSystem = false, hasValue = false;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var look = reader;
            look.Read();
            if (reader.ValueTextEquals("system"u8))
            {
                hasSystem = true;
                system = Text(ref look);
            }
            else if (reader.ValueTextEquals("code"u8))
            {
                code = Text(ref look);
            }
            else if (reader.ValueTextEquals("value"u8))
            {
                hasValue = true;
                value = Text(ref look);
            }

            if (Property(ref reader, wanted, test, text))
                return true;
        }

        return wanted switch
        {
            Wanted.Coding => code.Length > 0 && !hasValue && (named || hasSystem) && test.Token(system, code),
            Wanted.Identifier => named && value.Length > 0 && value.SequenceEqual(text),
            _ => false,
        };
    }

    private static ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader) => reader.TokenType is JsonTokenType.String ? LeafReader.Bytes(ref reader) : [];

    private static int RankOf(ref Utf8JsonReader reader, int best)
    {
        for (var i = 0; i < best; i++)
        {
            if (reader.ValueTextEquals(CodeElements[i]))
                return i;
        }

        return int.MaxValue;
    }

    // The first coding of a concept, of a list of them, or a coding itself. The reader ends on the value's last token.
    private static bool FirstCoding(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> system, out ReadOnlySpan<byte> code)
    {
        system = code = [];
        if (reader.TokenType is JsonTokenType.StartArray)
        {
            if (!reader.Read() || reader.TokenType is JsonTokenType.EndArray)
                return false;
            var first = FirstCoding(ref reader, out system, out code);
            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                reader.Skip();
            return first;
        }

        if (reader.TokenType is not JsonTokenType.StartObject)
            return false;
        bool? inner = null;
        var isCode = false;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var isCoding = reader.ValueTextEquals("coding"u8);
            var name = isCoding ? 0 : reader.ValueTextEquals("code"u8) ? 1 : reader.ValueTextEquals("system"u8) ? 2 : 3;
            reader.Read();
            if (isCoding)
            {
                inner = FirstCoding(ref reader, out system, out code);
            }
            else if (inner is null && name is 1 or 2 && reader.TokenType is JsonTokenType.String)
            {
                isCode |= name == 1;
                if (name == 1)
                    code = LeafReader.Bytes(ref reader);
                else
                    system = LeafReader.Bytes(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return inner ?? isCode;
    }
}
