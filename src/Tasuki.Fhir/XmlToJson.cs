using System.Text;
using System.Xml;
using Tasuki.Fhir.Validation;
using Tasuki.Kernel;

namespace Tasuki.Fhir;

/// <summary>
/// One resource of FHIR XML, read along the tables of R4 and written as JSON. What JSON would lose ends the reading: an element twice that may stand once, a value without a
/// letter, text between elements, another namespace, an attribute that R4 does not have. What JSON can say as well (an element R4 does not know, a value of another form) is
/// written as it came and left to the check of the JSON, which finds it at the place it has in the XML (<see cref="PlacedJson"/>).
/// </summary>
/// <param name="reader">With line information, over text whose depth was looked at.</param>
internal sealed partial class XmlToJson(XmlReader reader)
{
    private const string Fhir = "http://hl7.org/fhir";
    private const string Xhtml = "http://www.w3.org/1999/xhtml";
    private const string Declarations = "http://www.w3.org/2000/xmlns/";
    private const string Schemas = "http://www.w3.org/2001/XMLSchema-instance";

    private readonly IXmlLineInfo _place = (IXmlLineInfo)reader;
    private PlacedJson _json = new(isPlaced: true);
    private Error? _fault;

    public Result<string> Run()
    {
        reader.MoveToContent();
        if (!ResourceTypes.IsKnown(reader.LocalName))
            return new Error("resource.json", "The XML's root is no FHIR R4 resource.");
        Resource();
        return _fault is null ? _json.ToString() : _fault;
    }

    // Of the object that is being written: what has stood in it, and the list that is open.
    private sealed class Frame
    {
        public bool Any { get; set; }

        public HashSet<Element> Seen { get; } = [];

        public HashSet<string> Strangers { get; } = new(StringComparer.Ordinal);

        public Element? List { get; set; }

        public int Items { get; set; }

        public bool IsOpen { get; set; }

        /// <summary>Ids and extensions of plain values that stand in a list: a list of their own behind it.</summary>
        public PlacedJson? Beside { get; set; }

        public int BesideItems { get; set; }
    }

    // The reader stands on the resource's start, and is left on its end.
    private void Resource()
    {
        if (!string.Equals(reader.NamespaceURI, Fhir, StringComparison.Ordinal))
        {
            Refuse($"'{Name}' is not of the namespace {Fhir}");
            return;
        }

        _json.Write("{\"resourceType\":").Text(reader.LocalName);
        var frame = new Frame { Any = true };
        // What is no type of R4 is said by the check, whatever it holds.
        if (R4.Resource(Encoding.UTF8.GetBytes(reader.LocalName)) is { } type)
            Inside(type, frame, isResource: true);
        else
            PassOver();
        _json.Write("}");
    }

    // Attributes and children of an element whose brace is open.
    private void Inside(TypeTable type, Frame frame, bool isResource)
    {
        Attributes(frame, isResource ? [] : type.Name is "Extension" ? ["id", "url"] : ["id"]);
        if (_fault is null && First())
            Members(type, frame);
    }

    // The reader stands on the first child, and is left on the end of what holds it.
    private void Members(TypeTable type, Frame frame)
    {
        do
        {
            Child(type, frame);
        }
        while (_fault is null && Next());

        CloseList(frame);
        _json.At(_place.LineNumber, _place.LinePosition - "</".Length);
    }

    private void Child(TypeTable type, Frame frame)
    {
        var element = type.Find(reader.LocalName);
        if (!string.Equals(reader.NamespaceURI, element?.Primitive is Primitive.Xhtml ? Xhtml : Fhir, StringComparison.Ordinal))
        {
            Refuse($"'{Name}' is not of the namespace {(element?.Primitive is Primitive.Xhtml ? Xhtml : Fhir)}");
        }
        else if (element is null)
        {
            CloseList(frame);
            if (frame.Strangers.Add(reader.LocalName))
                Property(frame, reader.LocalName).Write("{}");
            PassOver();
        }
        else if ((!type.IsResource && element.Name is "id") || (type.Name is "Extension" && element.Name is "url") || (element is { Primitive: Primitive.None, Type: null, IsResource: false }))
        {
            Refuse($"'{element.Name}' is no element here");
        }
        else
        {
            if (frame.List != element)
            {
                CloseList(frame);
                if (!frame.Seen.Add(element))
                    Refuse(element.Many ? $"'{element.Name}' stands again, apart from the others of its list" : $"'{element.Name}' stands twice where it may stand once", "resource.duplicate");
                frame.List = element.Many ? element : null;
            }

            if (_fault is null)
                Known(element, frame);
        }
    }

    private void Known(Element element, Frame frame)
    {
        if (element.Primitive is Primitive.Xhtml)
        {
            Property(frame, element.Name);
            using var inner = reader.ReadSubtree();
            inner.Read();
            _json.Text(inner.ReadOuterXml());
        }
        else if (element.Primitive is not Primitive.None)
        {
            Plain(element, frame);
        }
        else
        {
            if (element.Many && frame.Items++ > 0)
                _json.Write(",").At(_place.LineNumber, _place.LinePosition - 1);
            else
                Property(frame, element.Name).Write(element.Many ? "[" : "");
            frame.IsOpen = element.Many;
            if (element.IsResource)
            {
                Wrapped();
            }
            else
            {
                _json.Write("{");
                Inside(element.Type!, new Frame(), isResource: false);
                _json.Write("}");
            }
        }
    }

    // <contained>, <resource>: an element around one resource.
    private void Wrapped()
    {
        var name = Name;
        Attributes(new Frame(), []);
        if (_fault is not null)
            return;
        if (!First())
        {
            _json.Write("{}");
            return;
        }

        _json.At(_place.LineNumber, _place.LinePosition - 1);
        Resource();
        if (_fault is null && Next())
            Refuse($"'{name}' holds more than one resource");
    }

    private void CloseList(Frame frame)
    {
        if (frame.List is not { } list || _fault is not null)
            return;
        if (list.Primitive is Primitive.None || frame.IsOpen)
            _json.Write("]");
        else if (frame.Beside is null)
            Property(frame, list.Name, (0, 0)).Write("[").Repeat("null,", frame.Items - 1).Write("null]");
        if (frame.Beside is { } beside)
            Property(frame, "_" + list.Name, (0, 0)).Write("[").Write(beside.Repeat("null,", frame.Items - frame.BesideItems).ToString()[..^1]).Write("]");
        (frame.List, frame.Items, frame.IsOpen, frame.Beside, frame.BesideItems) = (null, 0, false, null, 0);
    }

    private PlacedJson Property(Frame frame, string name) => Property(frame, name, (_place.LineNumber, _place.LinePosition - 1));

    private PlacedJson Property(Frame frame, string name, (int Line, int Column) at)
    {
        _json.Write(frame.Any ? "," : "").At(at.Line, at.Column).Text(name).Write(":");
        frame.Any = true;
        return _json;
    }

    // The names allowed are written as properties, but for 'value'.
    private void Attributes(Frame frame, ReadOnlySpan<string> allowed)
    {
        var (element, isRoot) = (Name, reader.Depth == 0);
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI is Declarations || (isRoot && reader.NamespaceURI is Schemas))
                continue;
            if (reader.NamespaceURI.Length > 0 || !allowed.Contains(reader.Name))
                Refuse($"'{element}' has an attribute that R4 does not give it", (_place.LineNumber, _place.LinePosition));
            else if (reader.Value.Length == 0)
                Refuse($"the attribute '{reader.Name}' of '{element}' is empty", (_place.LineNumber, _place.LinePosition));
            else if (reader.Name is not "value")
                Property(frame, reader.Name, (_place.LineNumber, _place.LinePosition)).Text(reader.Value);
        }

        reader.MoveToElement();
    }

    // From an element's start to its first child. One that is closed where it opens has none.
    private bool First() => !reader.IsEmptyElement && Next();

    // To the next child (true), or to the end of what holds it.
    private bool Next()
    {
        while (reader.Read() && reader.NodeType is not XmlNodeType.EndElement)
        {
            if (reader.NodeType is XmlNodeType.Element)
                return true;
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && reader.Value.AsSpan().ContainsAnyExcept(" \t\r\n"))
            {
                // The text begins with the blanks before it.
                var blanks = reader.Value.AsSpan(0, reader.Value.AsSpan().IndexOfAnyExcept(" \t\r\n"));
                var lines = blanks.Count('\n');
                Refuse("text stands between elements", (_place.LineNumber + lines, lines == 0 ? _place.LinePosition + blanks.Length : blanks.Length - blanks.LastIndexOf('\n')));
                return false;
            }
        }

        return false;
    }

    private void PassOver()
    {
        if (reader.IsEmptyElement)
            return;
        for (var depth = reader.Depth; reader.Read() && reader.Depth > depth;)
        {
        }
    }

    private string Name => IssuePath.Names(reader.LocalName);

    // At the bracket of the element.
    private void Refuse(string what, string code = "resource.json") => Refuse(what, (_place.LineNumber, _place.LinePosition - 1), code);

    private void Refuse(string what, (int Line, int Column) at, string code = "resource.json") =>
        _fault ??= new Error(code, $"The XML is no FHIR R4: {what} (line {at.Line}, column {at.Column}).");
}
