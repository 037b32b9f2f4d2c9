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

    /// <summary>Error <c>resource.json</c>: no well-formed FHIR XML; the sentence says where.</summary>
    public static Result<ReadOnlyMemory<byte>> ToJson(ReadOnlyMemory<byte> xml)
    {
        try
        {
            var bytes = xml.ToArray();
            if (IsTooDeep(bytes))
                return new Error("resource.depth", $"The XML is nested deeper than {DeepestXml} levels.");
            using var reader = XmlReader.Create(new MemoryStream(bytes, writable: false), Reading);
            var root = FhirXmlNode.Read(reader);
            if (!ResourceTypes.IsKnown(root.Name))
                return new Error("resource.json", "The XML's root is no FHIR R4 resource.");
            var json = root.ToTypedElement(ModelInfo.ModelInspector).ToJson();
            return new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(json));
        }
        catch (XmlException broken)
        {
            return new Error("resource.json", $"The XML is not well-formed: line {broken.LineNumber}, column {broken.LinePosition}.");
        }
        catch (Exception wrong) when (wrong is FormatException or StructuralTypeException or InvalidOperationException)
        {
            return new Error("resource.json", "The XML is no FHIR R4 resource: an element or value stands where none can.");
        }
    }

    private static bool IsTooDeep(byte[] xml)
    {
        using var reader = XmlReader.Create(new MemoryStream(xml, writable: false), Reading);
        while (reader.Read())
        {
            if (reader.Depth > DeepestXml)
                return true;
        }

        return false;
    }
}
