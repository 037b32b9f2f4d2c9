using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Validation;

/// <summary>A second reading of one object that holds plain values beside their extensions.</summary>
internal static class BesideCheck
{
    public static List<BesideFault> Faults(ReadOnlySpan<byte> json, TypeTable type)
    {
        var plain = new Dictionary<Element, List<Place>>();
        var beside = new Dictionary<Element, List<Place>>();
        var alternatives = new Dictionary<int, Element>();
        var faults = new List<BesideFault>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = CanonicalResource.MaximumDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = Encoding.UTF8.GetBytes(reader.GetString()!).AsSpan();
            var isBeside = name.Length > 1 && name[0] is (byte)'_';
            var element = type.Find(isBeside ? name[1..] : name);
            reader.Read();
            if (element is { IsChoice: true } && !alternatives.TryAdd(element.Bit, element) && alternatives[element.Bit] != element)
                faults.Add(new BesideFault(element, FaultCode.Choice, "stands with more than one value where one of several types may stand"));
            if (element is not { Many: true } || element.Primitive is Primitive.None)
                reader.Skip();
            else if (reader.TokenType is JsonTokenType.StartArray)
                (isBeside ? beside : plain)[element] = Places(ref reader, isBeside);
            else
                reader.Skip();
        }

        foreach (var element in plain.Keys.Union(beside.Keys))
        {
            var values = plain.GetValueOrDefault(element) ?? [];
            var others = beside.GetValueOrDefault(element) ?? [];
            var places = Enumerable.Range(0, Math.Max(values.Count, others.Count)).Select(i => (Value: values.ElementAtOrDefault(i), Beside: others.ElementAtOrDefault(i))).ToList();
            if (places.Exists(place => place is (Place.Empty, Place.Empty)) || (values.Count > 0 && !values.Contains(Place.Filled)) || (others.Count > 0 && others.TrueForAll(one => one is Place.Empty)))
                faults.Add(new BesideFault(element, FaultCode.Empty, "is empty at a place of its list"));
            else if (places.Exists(place => place is (Place.Empty, Place.IdAlone)))
                faults.Add(new BesideFault(element, "ele-1", "has an id and says nothing at a place of its list") { IsInvariant = true });
            else if (values.Count > 0 && others.Count > 0 && values.Count != others.Count)
                faults.Add(new BesideFault(element, FaultCode.Alignment, "has values and extensions in lists that are not of one length") { Refuses = false });
        }

        return faults;
    }

    private static List<Place> Places(ref Utf8JsonReader reader, bool isBeside)
    {
        var filled = new List<Place>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            var isFilled = reader.TokenType is not JsonTokenType.Null;
            filled.Add(!isFilled ? Place.Empty : isBeside && IsIdAlone(ref reader) ? Place.IdAlone : Place.Filled);
            reader.Skip();
        }

        return filled;
    }

    // The reader is left where it was, or at the end of an object with an id alone.
    private static bool IsIdAlone(ref Utf8JsonReader reader)
    {
        var look = reader;
        if (look.TokenType is not JsonTokenType.StartObject || !look.Read() || look.TokenType is not JsonTokenType.PropertyName || !look.ValueTextEquals("id"u8))
            return false;
        look.Read();
        look.Skip();
        if (!look.Read() || look.TokenType is not JsonTokenType.EndObject)
            return false;
        reader = look;
        return true;
    }

    // What stands at one place of a list.
    private enum Place : byte
    {
        Empty,
        IdAlone,
        Filled,
    }
}

internal readonly record struct BesideFault(Element Element, string Code, string Sentence)
{
    public bool Refuses { get; init; } = true;

    public bool IsInvariant { get; init; }
}
