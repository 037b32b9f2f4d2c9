using System.Text;
using System.Text.Json;
using Tasuki.Fhir.Searching;

namespace Tasuki.Fhir.Validation;

/// <summary>Collects the facts of one resource: as a passenger of <see cref="ResourceWalk"/>, or alone where the resource need not be checked or is not valid.</summary>
internal sealed class FactsBuilder
{
    private readonly int[] _codeAt = new int[Roles.CodeElements.Length];
    private readonly int[] _dateAt = new int[Roles.DateElements.Length];

    public List<Coding> Codings { get; } = [];

    public List<string> Identifiers { get; } = [];

    public List<string> References { get; } = [];

    // Offsets are kept plus one, so that zero says "not there".
    public void Top(int mainCode, int mainDate, int offset)
    {
        if (mainCode >= 0)
            _codeAt[mainCode] = offset + 1;
        if (mainDate >= 0)
            _dateAt[mainDate] = offset + 1;
    }

    public static string Text(ReadOnlySpan<byte> raw, bool escaped) => escaped ? Unescaped(raw) : Encoding.UTF8.GetString(raw);

    public RecordFacts Build(ReadOnlySpan<byte> json)
    {
        var code = MainCode(json);
        return new RecordFacts(code, OtherCodes(json, code?.Code), MainDate(json), Codings, Identifiers, References);
    }

    /// <summary>Reads a resource that nobody has checked. Takes any JSON object.</summary>
    public static RecordFacts Read(ReadOnlySpan<byte> json)
    {
        var builder = new FactsBuilder();
        var reader = new Utf8JsonReader(json, Reading);
        reader.Read();
        builder.Walk(ref reader, json, top: true, inCoding: false, inIdentifier: false);
        return builder.Build(json);
    }

    internal static readonly JsonReaderOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    private void Walk(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, bool top, bool inCoding, bool inIdentifier)
    {
        var own = new CodingParts(this);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var escaped = reader.ValueIsEscaped;
            var name = escaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
            var role = Roles.Of(name);
            if (top)
            {
                var isMeta = name.SequenceEqual("meta"u8);
                var (mainCode, mainDate) = Roles.Main(name);
                reader.Read();
                Top(mainCode, mainDate, (int)reader.TokenStartIndex);
                if (isMeta)
                {
                    reader.Skip();
                    continue;
                }
            }
            else
            {
                reader.Read();
            }

            own.Take(role, ref reader, this, inIdentifier);
            if (reader.TokenType is JsonTokenType.StartObject)
            {
                Walk(ref reader, json, top: false, role is Role.Coding, role is Role.Identifier);
            }
            else if (reader.TokenType is JsonTokenType.StartArray)
            {
                Items(ref reader, json, role);
            }
        }

        if (!top)
            own.Finish(json, inCoding, this);
    }

    private void Items(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Role role)
    {
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartObject)
                Walk(ref reader, json, top: false, role is Role.Coding, role is Role.Identifier);
            else if (reader.TokenType is JsonTokenType.StartArray)
                Items(ref reader, json, role);
        }
    }

    private Coding? MainCode(ReadOnlySpan<byte> json)
    {
        foreach (var at in _codeAt)
        {
            if (at == 0)
                continue;
            var reader = new Utf8JsonReader(json[(at - 1)..], Reading);
            reader.Read();
            if (FirstCoding(ref reader) is { } coding)
                return coding;
        }

        return null;
    }

    // Of the first such element that has any code: a type's parameter over it looks nowhere else.
    private List<string> OtherCodes(ReadOnlySpan<byte> json, string? main)
    {
        var codes = new List<string>();
        foreach (var at in _codeAt)
        {
            if (at == 0)
                continue;
            var reader = new Utf8JsonReader(json[(at - 1)..], Reading);
            reader.Read();
            AllCodes(ref reader, codes);
            if (codes.Count > 0)
                break;
        }

        codes.RemoveAll(code => string.Equals(code, main, StringComparison.Ordinal));
        return codes.Count < 2 ? codes : [.. codes.Distinct(StringComparer.Ordinal)];
    }

    // Of a CodeableConcept, a Coding or a list of them. The reader stands on the value and is left at its end.
    private static void AllCodes(ref Utf8JsonReader reader, List<string> codes)
    {
        if (reader.TokenType is JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                AllCodes(ref reader, codes);
            return;
        }

        if (reader.TokenType is not JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var (isList, isCode) = (reader.ValueTextEquals("coding"u8), reader.ValueTextEquals("code"u8));
            reader.Read();
            if (isList)
                AllCodes(ref reader, codes);
            else if (isCode && reader.TokenType is JsonTokenType.String)
                codes.Add(Text(reader.ValueSpan, reader.ValueIsEscaped));
            else
                reader.Skip();
        }
    }

    // The reader stands on a value and is left somewhere inside it.
    private static Coding? FirstCoding(ref Utf8JsonReader reader)
    {
        while (reader.TokenType is JsonTokenType.StartArray)
            reader.Read();
        if (reader.TokenType is not JsonTokenType.StartObject)
            return null;
        string? code = null;
        string? system = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("coding"u8))
            {
                reader.Read();
                return FirstCoding(ref reader);
            }

            var role = reader.ValueTextEquals("code"u8) ? Role.Code : reader.ValueTextEquals("system"u8) ? Role.System : Role.None;
            reader.Read();
            if (role is Role.Code && reader.TokenType is JsonTokenType.String)
                code = Text(reader.ValueSpan, reader.ValueIsEscaped);
            else if (role is Role.System && reader.TokenType is JsonTokenType.String)
                system = Text(reader.ValueSpan, reader.ValueIsEscaped);
            else
                reader.Skip();
        }

        return code is null ? null : new Coding(system, code);
    }

    private FhirDate? MainDate(ReadOnlySpan<byte> json)
    {
        for (var i = 0; i < _dateAt.Length; i++)
        {
            var at = _dateAt[i];
            if (at == 0)
                continue;
            var reader = new Utf8JsonReader(json[(at - 1)..], Reading);
            reader.Read();
            var isObject = reader.TokenType is JsonTokenType.StartObject;
            if ((!isObject ? Date(ref reader) : Roles.IsTiming(i) ? LeafReader.TimingOf(ref reader) : Period(ref reader)) is { } date)
                return date;
        }

        return null;
    }

    private static FhirDate? Date(ref Utf8JsonReader reader) =>
        reader.TokenType is not JsonTokenType.String ? null : reader.ValueIsEscaped ? FhirDate.Parse(reader.GetString()) : FhirDate.Parse(reader.ValueSpan);

    private static FhirDate? Period(ref Utf8JsonReader reader)
    {
        FhirDate? start = null;
        FhirDate? end = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isStart = reader.ValueTextEquals("start"u8);
            var isEnd = reader.ValueTextEquals("end"u8);
            reader.Read();
            if (isStart)
                start = Date(ref reader);
            else if (isEnd)
                end = Date(ref reader);
            reader.Skip();
        }

        if (start is null && end is null)
            return null;
        // An open end is open: the span reaches to the last instant that can be stored.
        var from = start?.From ?? FhirDate.OpenStart;
        var to = end?.To ?? FhirDate.OpenEnd;
        return new FhirDate(from, to < from ? from : to);
    }

    private static string Unescaped(ReadOnlySpan<byte> raw)
    {
        var quoted = new byte[raw.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        raw.CopyTo(quoted.AsSpan(1));
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return reader.GetString()!;
    }
}
