using System.Text;
using System.Xml;
using Hl7.Fhir.ElementModel;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Tasuki.Kernel;

namespace Tasuki.Fhir;

/// <summary>Between the two forms of FHIR R4. Digits of numbers stay as they were written.</summary>
public static class FhirXml
{
    private static readonly XmlReaderSettings Reading = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersFromEntities = 0, MaxCharactersInDocument = 64L * 1024 * 1024 };

    // XHTML nests more than resources do. What reads further down goes level by level into the stack.
    private const int DeepestXml = 2 * CanonicalResource.MaximumDepth;

    /// <summary>Null for what JSON can hold and XML, or what writes it, cannot: a control character, a number with an exponent of ten digits.</summary>
    /// <param name="json">One resource, well-formed.</param>
    public static ReadOnlyMemory<byte>? FromJson(ReadOnlyMemory<byte> json)
    {
        try
        {
            return Encoding.UTF8.GetBytes(FhirJsonNode.Parse(Encoding.UTF8.GetString(json.Span)).ToTypedElement(ModelInfo.ModelInspector).ToXml());
        }
        catch (Exception beyond) when (beyond is FormatException or OverflowException or XmlException or ArgumentException or StructuralTypeException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>
    /// Errors <c>resource.json</c> (no well-formed FHIR XML), <c>resource.duplicate</c> (an element stands twice that may stand once), <c>resource.depth</c>, <c>resource.text</c> (no UTF-8,
    /// whatever the XML says of itself); the sentence says where. What is a fault of the resource and none of the form is left to the check of the JSON, whose lines are those of the XML.
    /// </summary>
    public static Result<ReadOnlyMemory<byte>> ToJson(ReadOnlyMemory<byte> xml)
    {
        if (JsonText.NotUtf8(xml.Span) is { } fault)
            return fault;
        try
        {
            var text = Encoding.UTF8.GetString(xml.Span);
            if (IsTooDeep(text))
                return new Error("resource.depth", $"The XML is nested deeper than {DeepestXml} levels.");
            using var reader = XmlReader.Create(new StringReader(text), Reading);
            var json = new XmlToJson(reader).Run();
            return json.IsOk ? new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(json.Value)) : json.Error;
        }
        catch (XmlException broken)
        {
            return new Error("resource.json", $"The XML is not well-formed (line {broken.LineNumber}, column {broken.LinePosition}).");
        }
    }

    private static bool IsTooDeep(string xml)
    {
        using var reader = XmlReader.Create(new StringReader(xml), Reading);
        while (reader.Read())
        {
            if (reader.Depth > DeepestXml)
                return true;
        }

        return false;
    }
}
