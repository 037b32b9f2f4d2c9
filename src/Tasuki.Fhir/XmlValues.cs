using System.Text.RegularExpressions;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

// Plain values: in XML an attribute, with id and extensions within; in JSON a value, and these under its name with an underscore.
internal sealed partial class XmlToJson
{
    private void Plain(Element element, Frame frame)
    {
        var (line, column) = (_place.LineNumber, _place.LinePosition - 1);
        string? value = null;
        var (valueLine, valueColumn) = (line, column);
        if (reader.MoveToAttribute("value"))
        {
            value = reader.Value;
            (valueLine, valueColumn) = (_place.LineNumber, _place.LinePosition + "value=".Length);
            reader.MoveToElement();
        }

        if (value is not null)
            Value(element, frame, Written(element.Primitive, value), (line, column), (valueLine, valueColumn));
        else if (element.Many && frame.IsOpen)
            _json.Write(",null");
        frame.Items += element.Many ? 1 : 0;
        Beside(element, frame, value is null, (line, column));
    }

    private void Value(Element element, Frame frame, string written, (int Line, int Column) at, (int Line, int Column) valueAt)
    {
        if (!element.Many)
        {
            Property(frame, element.Name, at);
        }
        else if (frame.IsOpen)
        {
            _json.Write(",");
        }
        else
        {
            Property(frame, element.Name, at).Write("[").Repeat("null,", frame.Items);
            frame.IsOpen = true;
        }

        _json.At(valueAt.Line, valueAt.Column).Write(written);
    }

    // Id and extensions of a plain value, under its name with an underscore.
    private void Beside(Element element, Frame frame, bool isAlone, (int Line, int Column) at)
    {
        var own = new Frame();
        var json = _json;
        _json = new PlacedJson(isPlaced: false);
        Attributes(own, ["id", "value"]);
        var (attributes, hasChildren) = (_json.ToString(), _fault is null && First());
        _json = json;
        if (_fault is not null)
            return;
        if (attributes.Length == 0 && !hasChildren)
        {
            // Nothing is said: the check finds it, and where.
            if (isAlone && !element.Many)
                Property(frame, element.Name, at).Write("null");
            return;
        }

        if (element.Many)
        {
            _json = frame.Beside ??= new PlacedJson(isPlaced: false);
            _json.Repeat("null,", frame.Items - 1 - frame.BesideItems);
            frame.BesideItems = frame.Items;
        }
        else
        {
            Property(frame, "_" + element.Name, at);
        }

        _json.Write("{").Write(attributes);
        if (hasChildren)
            Members(R4.Element, own);
        _json.Write(element.Many ? "}," : "}");
        _json = json;
    }

    private static string Written(Primitive type, string value) =>
        (Primitives.IsNumber(type) && JsonNumber().IsMatch(value)) || (type is Primitive.Boolean && value is "true" or "false") ? value : PlacedJson.Quoted(value);

    [GeneratedRegex(@"\A-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex JsonNumber();
}
