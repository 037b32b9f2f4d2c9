using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Validation;

/// <summary>The children of one JSON object, read again from its bytes. Of what is not as R4 wants it nothing is said: that is told elsewhere.</summary>
internal readonly ref struct Parts(ReadOnlySpan<byte> json)
{
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);
    private readonly ReadOnlySpan<byte> _json = json;

    public bool Has(string name) => Find(name, out _);

    /// <summary>The plain value, or one of the list, is one of these.</summary>
    public bool Says(string name, params ReadOnlySpan<string> values)
    {
        if (!Find(name, out var reader))
            return false;
        if (reader.TokenType is not JsonTokenType.StartArray)
            return IsOneOf(ref reader, values);
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (IsOneOf(ref reader, values))
                return true;
            reader.Skip();
        }

        return false;
    }

    /// <summary>The bytes of a plain value; empty where there is none.</summary>
    public ReadOnlySpan<byte> Raw(string name) =>
        !Find(name, out var reader) || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? []
        : reader.TokenType is JsonTokenType.String && reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;

    public string Text(string name) => Encoding.UTF8.GetString(Raw(name));

    public decimal? Number(string name) =>
        Find(name, out var reader) && reader.TokenType is JsonTokenType.Number && reader.TryGetDecimal(out var number) ? number : null;

    /// <summary>How many stand in a list; 1 for what is no list.</summary>
    public int Count(string name)
    {
        if (!Find(name, out var reader))
            return 0;
        if (reader.TokenType is not JsonTokenType.StartArray)
            return 1;
        var count = 0;
        for (; reader.Read() && reader.TokenType is not JsonTokenType.EndArray; count++)
            reader.Skip();
        return count;
    }

    /// <summary>The objects of a list, or the one object that is no list.</summary>
    public PartsList Each(string name) => Find(name, out var reader) ? new PartsList(_json, reader) : default;

    /// <summary>One of the objects has this child.</summary>
    public bool Inner(string name, string child)
    {
        foreach (var one in Each(name))
        {
            if (one.Has(child))
                return true;
        }

        return false;
    }

    public bool None(string name, string child) => !Inner(name, child);

    public bool All(string name, string child)
    {
        foreach (var one in Each(name))
        {
            if (!one.Has(child))
                return false;
        }

        return true;
    }

    public bool AnySays(string name, string child, string value)
    {
        foreach (var one in Each(name))
        {
            if (one.Says(child, value))
                return true;
        }

        return false;
    }

    /// <summary>A CodeableConcept, or one of several, has one of these codes.</summary>
    public bool Coded(string name, string system, params ReadOnlySpan<string> codes)
    {
        foreach (var concept in Each(name))
        {
            foreach (var coding in concept.Each("coding"))
            {
                if (coding.Says("system", system) && coding.Says("code", codes))
                    return true;
            }
        }

        return false;
    }

    /// <summary>The type that a literal reference names; null when it names none.</summary>
    public string? Target(string name)
    {
        foreach (var reference in Each(name))
            return LiteralReference.TypeOf(reference.Raw("reference"))?.Name;
        return null;
    }

    /// <summary>One date is after another. Not said where only one of them has a time and they are less than a day apart: the day of the other may be that of another zone.</summary>
    public bool IsAfter(string name, string other)
    {
        var one = Raw(name);
        var two = Raw(other);
        if (one.IsEmpty || two.IsEmpty)
            return false;
        if (one.Length <= 10 && two.Length <= 10)
        {
            var length = Math.Min(one.Length, two.Length);
            return one[..length].SequenceCompareTo(two[..length]) > 0;
        }

        if (FhirDate.Parse(one) is not { } from || FhirDate.Parse(two) is not { } to)
            return false;
        return one.Length > 10 && two.Length > 10 ? from.From > to.From : from.From - to.To >= OneDay;
    }

    /// <summary>One quantity is more than another of the same unit. Units are not converted.</summary>
    public bool IsMore(string name, string other)
    {
        foreach (var one in Each(name))
        {
            foreach (var two in Each(other))
            {
                return one.Number("value") > two.Number("value") && one.Raw("system").SequenceEqual(two.Raw("system")) && one.Raw("code").SequenceEqual(two.Raw("code"))
                    && (one.Has("code") || one.Raw("unit").SequenceEqual(two.Raw("unit")));
            }
        }

        return false;
    }

    private static bool IsOneOf(ref Utf8JsonReader reader, scoped ReadOnlySpan<string> values)
    {
        if (reader.TokenType is not JsonTokenType.String)
            return false;
        foreach (var value in values)
        {
            if (reader.ValueTextEquals(value))
                return true;
        }

        return false;
    }

    private bool Find(string name, out Utf8JsonReader reader)
    {
        reader = new Utf8JsonReader(_json, FactsBuilder.Reading);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
                return true;
            reader.Skip();
        }

        return false;
    }
}

/// <summary>The objects that stand under one name.</summary>
internal ref struct PartsList(ReadOnlySpan<byte> json, Utf8JsonReader reader)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private Utf8JsonReader _reader = reader;
    private bool _isOver = reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject);

    public Parts Current { get; private set; }

    public readonly PartsList GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_isOver || _json.IsEmpty)
            return false;
        if (_reader.TokenType is JsonTokenType.StartObject)
        {
            _isOver = true;
            Current = new Parts(_json[(int)_reader.TokenStartIndex..]);
            return true;
        }

        while (_reader.Read() && _reader.TokenType is not JsonTokenType.EndArray)
        {
            var start = (int)_reader.TokenStartIndex;
            var isObject = _reader.TokenType is JsonTokenType.StartObject;
            _reader.Skip();
            if (!isObject)
                continue;
            Current = new Parts(_json[start..]);
            return true;
        }

        _isOver = true;
        return false;
    }
}
