using System.Buffers;
using System.Text.Json;

namespace Tasuki.Fhir.Validation;

// How plain values are written: strings by their format and code list, numbers by their range.
internal ref partial struct ResourceWalk
{
    private const int ShortText = 512;

    private void Plain(Element element, JsonTokenType token)
    {
        switch (token)
        {
            case JsonTokenType.String when element.Primitive < Primitive.Boolean:
                Text(element);
                return;
            case JsonTokenType.Number when Primitives.IsNumber(element.Primitive):
                if (!IsNumber(element.Primitive))
                    Report(FaultCode.Kind, $"is not written as {element.TypeName} must be", element.TypeName);
                return;
            case JsonTokenType.True or JsonTokenType.False when element.Primitive is Primitive.Boolean:
                return;
            case JsonTokenType.Null:
                Report(FaultCode.Empty, "is empty");
                return;
            case JsonTokenType.StartObject:
                Report(FaultCode.ObjectForPlain, "is an object where a plain value belongs");
                _reader.Skip();
                return;
            case JsonTokenType.StartArray:
                Report(FaultCode.List, "stands once where several may stand, or the reverse");
                _reader.Skip();
                return;
            default:
                Report(FaultCode.Kind, $"is not written as {element.TypeName} must be", element.TypeName);
                return;
        }
    }

    private void Text(Element element)
    {
        if (!_reader.ValueIsEscaped)
        {
            Text(element, _reader.ValueSpan);
            return;
        }

        var length = _reader.ValueSpan.Length;
        var rented = length > ShortText ? ArrayPool<byte>.Shared.Rent(length) : null;
        var buffer = rented ?? stackalloc byte[ShortText];
        var used = _reader.CopyString(buffer);
        Text(element, buffer[..used]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
    }

    private void Text(Element element, scoped ReadOnlySpan<byte> text)
    {
        if (element.Refers is not ReferencePart.None)
            Refers(element.Refers, text);
        else if (text is [(byte)'#', ..] && element.Primitive is Primitive.Uri or Primitive.Url or Primitive.Canonical)
            Refers(text[1..], owner: null);
        if (PrimitiveFormat.IsValid(element.Primitive, text))
        {
            if (element.Codes is { } codes && !codes.Has(text))
                ReportCode(element);
            if (element.Primitive is Primitive.Xhtml && !Xhtml.SaysSomething(text))
                Broken("txt-2", "is a narrative without any text", PathText(), (int)_reader.TokenStartIndex);
        }
        else if (element.Primitive is Primitive.Xhtml)
        {
            Report(FaultCode.Narrative, "is not the XHTML that a narrative must be (txt-1)", refuses: _isStrict);
        }
        else
        {
            Report(FaultCode.Format, $"is not written as {element.TypeName} must be", element.TypeName, _isStrict || !IssueWeight.IsHarmless(element.Primitive) && !PrimitiveFormat.LacksSeconds(element.Primitive, text));
        }
    }

    private readonly bool IsNumber(Primitive type)
    {
        if (type is Primitive.Decimal)
            return _reader.ValueSpan.Length <= 28 && !_reader.ValueSpan.ContainsAny("eE"u8) || _reader.TryGetDecimal(out _);
        // -0 is no integer of R4: a zero has no sign.
        return _reader.ValueSpan is not [(byte)'-', (byte)'0'] && _reader.TryGetInt32(out var number) && (type is Primitive.Integer || number >= (type is Primitive.PositiveInt ? 1 : 0));
    }
}
