using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Validation;

/// <summary>A second reading of one object that holds plain values beside their extensions.</summary>
internal static class BesideCheck
{
    public static List<BesideFault> Faults(ReadOnlySpan<byte> json, TypeTable type)
    {
        var plain = new Dictionary<Element, List<bool>>();
        var beside = new Dictionary<Element, List<bool>>();
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
                (isBeside ? beside : plain)[element] = Filled(ref reader);
            else
                reader.Skip();
        }

        foreach (var element in plain.Keys.Union(beside.Keys))
        {
            var values = plain.GetValueOrDefault(element) ?? [];
            var others = beside.GetValueOrDefault(element) ?? [];
            var nobody = Enumerable.Range(0, Math.Max(values.Count, others.Count)).Any(i => !values.ElementAtOrDefault(i) && !others.ElementAtOrDefault(i));
            if (nobody || (values.Count > 0 && !values.Contains(true)) || (others.Count > 0 && !others.Contains(true)))
                faults.Add(new BesideFault(element, FaultCode.Empty, "is empty at a place of its list"));
            else if (values.Count > 0 && others.Count > 0 && values.Count != others.Count)
                faults.Add(new BesideFault(element, FaultCode.Alignment, "has values and extensions in lists that are not of one length") { Refuses = false });
        }

        return faults;
    }

    private static List<bool> Filled(ref Utf8JsonReader reader)
    {
        var filled = new List<bool>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            filled.Add(reader.TokenType is not JsonTokenType.Null);
            reader.Skip();
        }

        return filled;
    }
}

internal readonly record struct BesideFault(Element Element, string Code, string Sentence)
{
    public bool Refuses { get; init; } = true;
}
