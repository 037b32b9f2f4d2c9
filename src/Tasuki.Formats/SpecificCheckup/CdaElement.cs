using System.Text;
using System.Xml;
using Tasuki.Kernel;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>One element with where it stands. Attribute values and text are without the blanks around them.</summary>
internal sealed class CdaElement(string name, string @namespace, CdaElement? parent, int ordinal, long line, long column)
{
    public const string Hl7 = "urn:hl7-org:v3";

    private readonly StringBuilder _text = new(0);
    private List<(string Name, string Value)>? _attributes;
    private List<CdaElement>? _children;
    private Dictionary<string, int>? _names;

    public string Name { get; } = name;

    public string Namespace { get; } = @namespace;

    public long Line { get; } = line;

    public long Column { get; } = column;

    public bool IsHl7 => Namespace == Hl7;

    public bool IsEmpty { get; set; }

    public bool Entered { get; set; }

    public int Depth { get; init; }

    public IReadOnlyList<CdaElement> Children => _children ?? (IReadOnlyList<CdaElement>)[];

    public string Text => _text.ToString().Trim();

    public string Path
    {
        get
        {
            var own = ordinal > 1 ? $"/{Name}[{ordinal}]" : $"/{Name}";
            return parent is null ? own : parent.Path + own;
        }
    }

    /// <summary>Null where the attribute is missing or blank. <c>xsi:type</c> is found under that name whatever its prefix.</summary>
    public string? this[string attribute]
    {
        get
        {
            foreach (var (each, value) in _attributes ?? [])
            {
                if (each == attribute)
                    return value.Length == 0 ? null : value;
            }

            return null;
        }
    }

    public CdaElement? Child(string name)
    {
        foreach (var child in Children)
        {
            if (child.Name == name && child.IsHl7)
                return child;
        }

        return null;
    }

    public IEnumerable<CdaElement> All(string name) => Children.Where(child => child.Name == name && child.IsHl7);

    public int NextOrdinal(string name)
    {
        _names ??= new Dictionary<string, int>(StringComparer.Ordinal);
        var next = _names.GetValueOrDefault(name) + 1;
        _names[name] = next;
        return next;
    }

    public void Add(CdaElement child) => (_children ??= []).Add(child);

    public void Add(string text) => _text.Append(text);

    public void Add(string attribute, string value) => (_attributes ??= []).Add((attribute, value.Trim()));

    /// <summary>The text of this element and all below it.</summary>
    public string AllText()
    {
        if (_children is null)
            return Text;
        var text = new StringBuilder(_text.ToString());
        foreach (var child in _children)
            text.Append(' ').Append(child.AllText());
        return text.ToString().Trim();
    }
}

/// <summary>Ends the reading from anywhere below: an iterator that is deep in other iterators has no shorter way out.</summary>
internal sealed class ReadingStopped(Error reason, SourcePosition position) : Exception(reason.Message)
{
    public ReadStopped Item { get; } = new(position, reason);
}

/// <summary>
/// Goes through an XML file one element at a time. A caller either enters an element (<see cref="Children"/>) or takes it whole
/// (<see cref="Whole"/>), so no more than one entry of a document is held.
/// </summary>
internal sealed class CdaSource : IDisposable
{
    // A checkup with every item of the table has about 5,000.
    private const int MaximumElements = 200_000;

    private readonly XmlReader _reader;
    private readonly string _file;
    private readonly int _depth;
    private int _elements;

    public CdaSource(string text, string file, int depth)
    {
        _file = file;
        _depth = depth;
        Text = text;
        _reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            MaxCharactersInDocument = 64L << 20,
        });
    }

    public string Text { get; }

    public SourcePosition At(CdaElement element) => new(_file, element.Line, element.Column, element.Path);

    /// <summary>The root element.</summary>
    public CdaElement Root()
    {
        _reader.MoveToContent();
        return Start(null);
    }

    public IEnumerable<CdaElement> Children(CdaElement parent)
    {
        parent.Entered = true;
        if (parent.IsEmpty)
            yield break;
        while (_reader.Read())
        {
            switch (_reader.NodeType)
            {
                case XmlNodeType.EndElement when _reader.Depth == parent.Depth:
                    yield break;
                case XmlNodeType.Element:
                    var child = Start(parent);
                    yield return child;
                    if (!child.Entered)
                        Whole(child);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    parent.Add(_reader.Value);
                    break;
            }
        }
    }

    public CdaElement Whole(CdaElement element)
    {
        foreach (var child in Children(element))
            element.Add(Whole(child));
        return element;
    }

    /// <summary>Reads to the end, so that a file cut off after its root is told.</summary>
    public void End()
    {
        while (_reader.Read())
        {
        }
    }

    public void Dispose() => _reader.Dispose();

    private CdaElement Start(CdaElement? parent)
    {
        var place = (IXmlLineInfo)_reader;
        var name = _reader.LocalName;
        var element = new CdaElement(name, _reader.NamespaceURI, parent, parent?.NextOrdinal(name) ?? 1, place.LineNumber, place.LinePosition)
        {
            IsEmpty = _reader.IsEmptyElement,
            Depth = _reader.Depth,
        };
        if (_reader.Depth >= _depth)
            throw new ReadingStopped(new Error("xml.depth", $"The XML is nested deeper than {_depth} levels."), new SourcePosition(_file, element.Line, element.Column));
        if (++_elements > MaximumElements)
            throw new ReadingStopped(new Error("xml.elements", $"The XML has more than {MaximumElements} elements."), new SourcePosition(_file, element.Line, element.Column));
        while (_reader.MoveToNextAttribute())
        {
            if (_reader.NamespaceURI.Length == 0)
                element.Add(_reader.LocalName, _reader.Value);
            else if (_reader is { NamespaceURI: "http://www.w3.org/2001/XMLSchema-instance", LocalName: "type" })
                element.Add("xsi:type", _reader.Value[(_reader.Value.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        }

        _reader.MoveToElement();
        return element;
    }
}
