using System.Text;
using System.Text.Json;
using System.Xml;
using Tasuki.Kernel;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>
/// Writes one checkup as a result file of the ministry's format (hc08 V08, UTF-8). What <see cref="SpecificCheckupReader"/> read comes back as it was,
/// except for what a resource does not carry: insured symbol and number, and the person's address.
/// </summary>
public static class SpecificCheckupWriter
{
    private const string Instance = "http://www.w3.org/2001/XMLSchema-instance";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        Indent = false,
        NewLineHandling = NewLineHandling.Entitize,
        CloseOutput = false,
    };

    /// <summary>The names (full URLs) of observations that the format cannot hold and that were left out. Error: <c>checkup.composition</c> where the document has none.</summary>
    public static Result<IReadOnlyList<string>> Write(Stream target, CheckupDocument document)
    {
        var resources = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        JsonElement? found = null;
        foreach (var each in document.Resources)
        {
            using var json = JsonDocument.Parse(each.Resource.Json, new JsonDocumentOptions { MaxDepth = Fhir.CanonicalResource.MaximumDepth });
            var root = json.RootElement.Clone();
            if (each.FullUrl is { } url)
                resources[url] = root;
            if (each.Resource.Type == "Composition")
                found ??= root;
        }

        if (found is not { } composition)
            return new Error("checkup.composition", "The document has no Composition: it cannot be told what belongs to it.");

        using var xml = XmlWriter.Create(target, Settings);
        var writer = new CdaWriter(xml, resources);
        xml.WriteStartDocument();
        xml.WriteStartElement("ClinicalDocument", CdaElement.Hl7);
        xml.WriteAttributeString("xmlns", "xsi", null, Instance);
        new CheckupHeaderWriter(writer).Write(document, composition);
        var observations = new CheckupObservationWriter(writer);
        Body(writer, observations, composition);
        xml.WriteEndElement();
        xml.WriteEndDocument();
        xml.Flush();
        return observations.LeftOut;
    }

    private static void Body(CdaWriter writer, CheckupObservationWriter observations, JsonElement composition)
    {
        writer.Start("component");
        writer.Start("structuredBody");
        var any = false;
        foreach (var section in composition.Each("section"))
        {
            any = true;
            writer.Start("component");
            writer.Start("section");
            if (section.At("code").Coding() is { } code)
                writer.Code("code", code.Code, CheckupCodes.Sections, CheckupCodes.SectionName(code.Code));
            if (section.Text("title") is { } title)
                writer.Leaf("title", title);
            writer.Leaf("text", Narrative(section.At("text").Text("div")));
            foreach (var entry in section.Each("entry"))
            {
                if (entry.Text("reference") is { } reference)
                    observations.Entry(reference);
            }

            writer.End();
            writer.End();
        }

        if (!any)
        {
            writer.Start("component");
            writer.Start("section");
            writer.End();
            writer.End();
        }

        writer.End();
        writer.End();
    }

    private static string Narrative(string? div)
    {
        if (div is null)
            return "";
        try
        {
            var text = new StringBuilder();
            using var reader = XmlReader.Create(new StringReader(div), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            while (reader.Read())
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)
                    text.Append(reader.Value);
            }

            return text.ToString();
        }
        catch (XmlException)
        {
            return "";
        }
    }
}
