using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Validation;

// Names a type does not have, among them those with an underscore, which carry id and extensions of a plain value.
internal ref partial struct ResourceWalk
{
    // A name the type does not have: an underscore before a plain value's name, a choice with a type of its own, another letter case, or nothing of R4.
    private void Stranger(TypeTable type, scoped ReadOnlySpan<byte> name, Within within, ref ulong beside, ref ulong bare, ref bool rescan)
    {
        if (name.Length > 1 && name[0] is (byte)'_' && type.Find(name[1..]) is { } element)
        {
            _path[_depth] = new Step { Element = element, Index = -1 };
            _depth++;
            if ((beside & (1UL << element.Bit)) != 0)
                ReportAgain(element);
            beside |= 1UL << element.Bit;
            rescan |= element.Many || element.IsChoice;
            _reader.Read();
            if (Beside(element, within & Within.Facts))
                bare |= 1UL << element.Bit;
            _depth--;
            return;
        }

        var text = Encoding.UTF8.GetString(name);
        var otherType = type.Bits.Any(bit => bit.EndsWith("[x]", StringComparison.Ordinal) && text.Length > bit.Length - 3 && text.StartsWith(bit[..^3], StringComparison.Ordinal) && char.IsAsciiLetterUpper(text[bit.Length - 3]));
        var otherCase = type.Elements.Any(one => string.Equals(one.Name, text, StringComparison.OrdinalIgnoreCase));
        var path = $"{PathText()}.{IssuePath.Names(text)}";
        if (otherType)
            Add(FaultCode.Type, $"{path} has a type that is not allowed here.", path);
        else if (otherCase)
            Add(FaultCode.LetterCase, $"{path} is written in the wrong letter case.", path);
        else
            Add(FaultCode.Unknown, $"{path} is no element of R4.", path);
        _reader.Skip();
    }

    // "_birthDate": {"extension": […]}: id and extensions of a plain value. True when there is an id alone; in a list that is looked at in a second reading.
    private bool Beside(Element element, Within inner)
    {
        if (element.Primitive is Primitive.None)
        {
            Report(FaultCode.Underscore, "has an underscore, which only extensions of a plain value may have");
            _reader.Skip();
        }
        else if (_reader.TokenType is JsonTokenType.StartObject && !element.Many)
        {
            return Object(R4.Element, inner);
        }
        else if (_reader.TokenType is JsonTokenType.StartArray && element.Many)
        {
            var index = 0;
            for (; _reader.Read() && _reader.TokenType is not JsonTokenType.EndArray; index++)
            {
                _path[_depth - 1].Index = index;
                if (_reader.TokenType is JsonTokenType.StartObject)
                {
                    Object(R4.Element, inner);
                }
                else if (_reader.TokenType is not JsonTokenType.Null)
                {
                    Report(FaultCode.Underscore, "has an underscore, which only extensions of a plain value may have");
                    _reader.Skip();
                }
            }

            _path[_depth - 1].Index = -1;
            if (index == 0)
                Report(FaultCode.Empty, "is empty");
        }
        else if (_reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            Report(FaultCode.List, "stands once where several may stand, or the reverse");
            _reader.Skip();
        }
        else
        {
            Report(_reader.TokenType is JsonTokenType.Null ? FaultCode.Empty : FaultCode.Underscore, "has an underscore, which only extensions of a plain value may have");
        }

        return false;
    }

    // Plain values and their extensions stand in two lists, place by place; and the two parts of a choice must be of one type. Both are rare, and looked at in a second reading.
    private void Rescan(TypeTable type, int start)
    {
        foreach (var fault in BesideCheck.Faults(_json[start..], type))
        {
            _path[_depth] = new Step { Element = fault.Element, Index = -1 };
            _depth++;
            if (fault.IsInvariant)
                Broken(fault.Code, fault.Sentence, PathText(), start);
            else
                Report(fault.Code, fault.Sentence, refuses: _isStrict || fault.Refuses);
            _depth--;
        }
    }
}
