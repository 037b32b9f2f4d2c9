using System.Text;
using System.Text.Json;
using System.Xml;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>Elements of the ministry's CDA, in the order its schema wants them, and the people and organisations they name.</summary>
internal sealed class CdaWriter(XmlWriter xml, IReadOnlyDictionary<string, JsonElement> resources)
{
    private const string Instance = "http://www.w3.org/2001/XMLSchema-instance";

    /// <summary>The first instant of the checkup, as FHIR writes it.</summary>
    public string? Day { get; set; }

    public IEnumerable<JsonElement> Resources => resources.Values;

    public JsonElement? Resource(string? url) => url is not null && resources.TryGetValue(url, out var found) ? found : null;

    public void Start(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(name, CdaElement.Hl7);
        foreach (var (attribute, value) in attributes)
            Attribute(attribute, value);
    }

    public void Attribute(string name, string value) => xml.WriteAttributeString(name, Writable(value));

    public void Type(string type) => xml.WriteAttributeString("type", Instance, type);

    public void Text(string text) => xml.WriteString(Writable(text));

    public void End() => xml.WriteEndElement();

    public void Leaf(string name, string text)
    {
        Start(name);
        if (text.Length > 0)
            Text(text);
        End();
    }

    public void Code(string name, string code, string? system, string? display)
    {
        Start(name, ("code", code));
        if (system is not null)
            Attribute("codeSystem", system);
        if (display is { Length: > 0 })
            Attribute("displayName", display);
        End();
    }

    public void Id(string? root, string? extension)
    {
        Start("id");
        if (root is null)
            Attribute("nullFlavor", "NI");
        else
            Attribute("root", root);
        if (extension is not null)
            Attribute("extension", extension);
        End();
    }

    public void Time(string name, string? fhir)
    {
        Start(name);
        if (CheckupValues.CdaTime(fhir) is { } time)
            Attribute("value", time);
        else
            Attribute("nullFlavor", "NI");
        End();
    }

    public void Interval(string name, string? start, string? end)
    {
        if (CheckupValues.CdaTime(start) is { } both && (end is null || start == end))
        {
            Start(name, ("value", both));
            End();
            return;
        }

        Start(name);
        if (start is not null)
            Time("low", start);
        if (end is not null)
            Time("high", end);
        End();
    }

    /// <summary>An assignedAuthor or assignedEntity around a Practitioner or Organization. False where the reference leads to neither.</summary>
    public bool Assigned(string outer, string inner, string? reference, bool time)
    {
        if (Resource(reference) is not { } resource || resource.Text("resourceType") is not ("Practitioner" or "Organization"))
            return false;
        Start(outer);
        if (time)
            Time("time", null);
        Start(inner);
        Id(null, null);
        if (resource.Text("resourceType") == "Practitioner")
        {
            Start("assignedPerson");
            Leaf("name", NameOf(resource));
            End();
        }
        else
        {
            Organization("representedOrganization", resource);
        }

        End();
        End();
        return true;
    }

    public static string NameOf(JsonElement practitioner)
    {
        var name = practitioner.Each("name").FirstOrDefault();
        return name.Text("text") ?? string.Join('　', name.Each("given").Select(given => given.GetString()).Prepend(name.Text("family")).Where(part => part is { Length: > 0 }));
    }

    public void Organization(string name, JsonElement organization)
    {
        Start(name);
        foreach (var identifier in organization.Each("identifier"))
        {
            var root = identifier.Text("system") switch { CheckupCodes.InstitutionSystem => CheckupCodes.Institution, CheckupCodes.InsurerSystem => CheckupCodes.Insurer, _ => null };
            if (root is not null && identifier.Text("value") is { } number)
                Id(root, number);
        }

        if (organization.Text("name") is { } called)
            Leaf("name", called);
        foreach (var telecom in organization.Each("telecom"))
        {
            if (telecom.Text("value") is { } value)
            {
                Start("telecom", ("value", telecom.Text("system") switch { "fax" => "fax:", "email" => "mailto:", "url" => "", _ => "tel:" } + value));
                End();
            }
        }

        if (organization.Each("address").FirstOrDefault() is { ValueKind: JsonValueKind.Object } address)
        {
            Start("addr");
            if (address.Text("text") is { } text)
                Text(text);
            if (address.Text("postalCode") is { } postal)
                Leaf("postalCode", postal);
            End();
        }

        End();
    }

    // What XML 1.0 cannot hold at all (control characters) has no way through.
    private static string Writable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!XmlConvert.IsXmlChar(text[i]) && !Pair(text, i))
                return Replaced(text);
        }

        return text;
    }

    private static string Replaced(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
            {
                clean.Append(text[i]);
            }
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
            {
                clean.Append(text[i]).Append(text[i + 1]);
                i++;
            }
            else
            {
                clean.Append('\uFFFD');
            }
        }

        return clean.ToString();
    }

    private static bool Pair(string text, int at) =>
        (at + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[at + 1], text[at])) || (at > 0 && XmlConvert.IsXmlSurrogatePair(text[at], text[at - 1]));
}
