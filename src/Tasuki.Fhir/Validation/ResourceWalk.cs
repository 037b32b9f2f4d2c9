using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Validation;

/// <summary>One way through the bytes of a resource along the tables of R4, which says what is wrong and collects what <see cref="RecordFacts"/> wants to know.</summary>
internal ref struct ResourceWalk
{
    // A resource with more faults than this is told by these.
    private const int MostIssues = 1000;
    private const int ShortText = 512;

    [ThreadStatic]
    private static Step[]? _steps;

    private readonly ReadOnlySpan<byte> _json;
    private readonly FactsBuilder? _facts;
    private readonly Step[] _path;
    private Utf8JsonReader _reader;
    private string _root = "";
    private int _depth;
    private List<ResourceIssue>? _issues;

    public ResourceWalk(ReadOnlySpan<byte> json, FactsBuilder? facts)
    {
        _json = json;
        _facts = facts;
        _path = _steps ??= new Step[CanonicalResource.MaximumDepth + 2];
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = CanonicalResource.MaximumDepth });
    }

    [Flags]
    private enum Within : byte
    {
        None = 0,
        Facts = 1,
        Coding = 2,
        Identifier = 4,
        Top = 8,
    }

    private struct Step
    {
        public Element Element;
        public int Index;
    }

    public List<ResourceIssue>? Run()
    {
        try
        {
            _reader.Read();
            if (_reader.TokenType is not JsonTokenType.StartObject)
                Add(FaultCode.Resource, "The JSON is no object, as a FHIR resource is.");
            else
                Resource(Within.Top | (_facts is null ? Within.None : Within.Facts));
            // What stands behind the resource must be nothing; reading on throws when it is something.
            _reader.Read();
        }
        catch (JsonException broken)
        {
            _depth = 0;
            if (broken.Message.Contains("maximum configured depth", StringComparison.Ordinal))
                Add(FaultCode.Depth, $"The JSON is nested deeper than {CanonicalResource.MaximumDepth} levels.");
            else
                Add(FaultCode.Json, "The text is not well-formed JSON.");
        }

        return _issues;
    }

    private void Resource(Within within)
    {
        var type = TypeOfResource();
        if (type is null)
        {
            Report(FaultCode.Resource, "is no resource of R4");
            _reader.Skip();
            return;
        }

        if ((within & Within.Top) != Within.None)
            _root = type.Name;
        Object(type, within);
    }

    // resourceType stands first nearly always; it may stand anywhere.
    private readonly TypeTable? TypeOfResource()
    {
        var look = _reader;
        while (look.Read() && look.TokenType is JsonTokenType.PropertyName)
        {
            if (!look.ValueTextEquals("resourceType"u8))
            {
                look.Skip();
                continue;
            }

            look.Read();
            return look.TokenType is not JsonTokenType.String ? null : look.ValueIsEscaped ? R4.Resource(Encoding.UTF8.GetBytes(look.GetString()!)) : R4.Resource(look.ValueSpan);
        }

        return null;
    }

    private void Object(TypeTable type, Within within)
    {
        var start = (int)_reader.TokenStartIndex;
        var seen = 0UL;
        var beside = 0UL;
        var rescan = false;
        var any = false;
        var facts = (within & Within.Facts) != Within.None ? _facts : null;
        var own = new CodingParts(facts);
        while (_reader.Read() && _reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(_reader.GetString()!) : _reader.ValueSpan;
            if (type.Find(name) is not { } element)
            {
                any = true;
                Stranger(type, name, within, ref beside, ref rescan);
                continue;
            }

            // A resource that says no more than its type is empty.
            any |= element.Type is not null || element.Primitive is not Primitive.None || element.IsResource;
            var bit = 1UL << element.Bit;
            _path[_depth] = new Step { Element = element, Index = -1 };
            _depth++;
            if ((seen & bit) != 0)
                ReportAgain(element);
            seen |= bit;
            rescan |= element.IsChoice && (beside & bit) != 0;
            _reader.Read();
            var inner = facts is null ? Within.None : Within.Facts;
            if (facts is not null)
            {
                own.Take(element.Role, ref _reader, facts, (within & Within.Identifier) != Within.None);
                if ((within & Within.Top) != Within.None)
                {
                    facts.Top(element.MainCode, element.MainDate, (int)_reader.TokenStartIndex);
                    if (element.TypeName is "Meta")
                        inner = Within.None;
                }

                inner |= element.Role switch { Role.Coding => Within.Coding, Role.Identifier => Within.Identifier, _ => Within.None };
            }

            if (_reader.TokenType is JsonTokenType.StartArray)
                rescan |= Several(element, inner);
            else
                Single(element, inner);
            _depth--;
        }

        if (!any)
            Report(FaultCode.Empty, "is empty");
        if ((type.Required & ~(seen | beside)) is not 0 and var missing)
            ReportMissing(type, missing);
        if (rescan)
            Rescan(type, start);
        if (facts is not null && (within & Within.Top) == Within.None)
            own.Finish(_json, (within & Within.Coding) != Within.None, facts);
    }

    // True when a null stands in the list, which is right only beside an extension in the list of the same name with an underscore.
    private bool Several(Element element, Within inner)
    {
        if (!element.Many)
        {
            Report(FaultCode.List, "stands once where several may stand, or the reverse");
            _reader.Skip();
            return false;
        }

        var nulls = false;
        var index = 0;
        for (; _reader.Read() && _reader.TokenType is not JsonTokenType.EndArray; index++)
        {
            _path[_depth - 1].Index = index;
            if (_reader.TokenType is JsonTokenType.Null && element.Primitive is not Primitive.None)
                nulls = true;
            else
                One(element, inner);
        }

        _path[_depth - 1].Index = -1;
        if (index == 0)
            Report(FaultCode.Empty, "is empty");
        if (element.Maximum > 0 && index > element.Maximum)
            Report(FaultCode.TooMany, $"stands more often than {element.Maximum} times");
        return nulls;
    }

    private void Single(Element element, Within inner)
    {
        if (element.Many)
        {
            if (_reader.TokenType is JsonTokenType.Null)
            {
                Report(FaultCode.Empty, "is empty");
                return;
            }

            Report(FaultCode.List, "stands once where several may stand, or the reverse");
        }

        One(element, inner);
    }

    private void One(Element element, Within inner)
    {
        var token = _reader.TokenType;
        if (element.Primitive is not Primitive.None)
        {
            Plain(element, token);
        }
        else if (token is JsonTokenType.StartObject && (element.Type is not null || element.IsResource))
        {
            if (element.IsResource)
                Resource(inner);
            else
                Object(element.Type!, inner);
        }
        else if (element.Type is null && !element.IsResource)
        {
            // resourceType itself: what it says was looked at before.
            _reader.Skip();
        }
        else if (token is JsonTokenType.StartArray)
        {
            Report(FaultCode.List, "stands once where several may stand, or the reverse");
            _reader.Skip();
        }
        else if (token is JsonTokenType.Null)
        {
            Report(FaultCode.Empty, "is empty");
        }
        else
        {
            Report(FaultCode.PlainForObject, "is a plain value where an object belongs", element.TypeName);
        }
    }

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
        if (PrimitiveFormat.IsValid(element.Primitive, text))
        {
            if (element.Codes is { } codes && !codes.Has(text))
                ReportCode(element);
        }
        else if (element.Primitive is Primitive.Xhtml)
        {
            Report(FaultCode.Narrative, "is not the XHTML that a narrative must be", refuses: false);
        }
        else
        {
            Report(FaultCode.Format, $"is not written as {element.TypeName} must be", element.TypeName, !IssueWeight.IsHarmless(element.Primitive) && !PrimitiveFormat.LacksSeconds(element.Primitive, text));
        }
    }

    private readonly bool IsNumber(Primitive type)
    {
        if (type is Primitive.Decimal)
            return _reader.ValueSpan.Length <= 28 && !_reader.ValueSpan.ContainsAny("eE"u8) || _reader.TryGetDecimal(out _);
        return _reader.TryGetInt32(out var number) && (type is Primitive.Integer || number >= (type is Primitive.PositiveInt ? 1 : 0));
    }

    // A name the type does not have: an underscore before a plain value's name, a choice with a type of its own, another letter case, or nothing of R4.
    private void Stranger(TypeTable type, scoped ReadOnlySpan<byte> name, Within within, ref ulong beside, ref bool rescan)
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
            Beside(element, within & Within.Facts);
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

    // "_birthDate": {"extension": […]}: id and extensions of a plain value.
    private void Beside(Element element, Within inner)
    {
        if (element.Primitive is Primitive.None)
        {
            Report(FaultCode.Underscore, "has an underscore, which only extensions of a plain value may have");
            _reader.Skip();
        }
        else if (_reader.TokenType is JsonTokenType.StartObject && !element.Many)
        {
            Object(R4.Element, inner);
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
    }

    // Plain values and their extensions stand in two lists, place by place; and the two parts of a choice must be of one type. Both are rare, and looked at in a second reading.
    private void Rescan(TypeTable type, int start)
    {
        foreach (var fault in BesideCheck.Faults(_json[start..], type))
        {
            _path[_depth] = new Step { Element = fault.Element, Index = -1 };
            _depth++;
            Report(fault.Code, fault.Sentence, refuses: fault.Refuses);
            _depth--;
        }
    }

    private void ReportMissing(TypeTable type, ulong missing)
    {
        for (; missing != 0; missing &= missing - 1)
        {
            var name = type.Bits[BitOperations.TrailingZeroCount(missing)];
            var path = $"{PathText()}.{(name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name)}";
            Add(FaultCode.Missing, $"{path} is mandatory and missing.", path);
        }
    }

    private void ReportAgain(Element element)
    {
        if (element.IsChoice)
            Report(FaultCode.Choice, "stands with more than one value where one of several types may stand");
        else
            Report(FaultCode.Twice, "has one element twice");
    }

    private void ReportCode(Element element) => Report(FaultCode.Code, "holds a code that R4 does not know", element.TypeName, IssueWeight.IsDeciding(element.Name));

    private void Report(string code, string what, string? type = null, bool refuses = true)
    {
        var path = PathText();
        Add(code, $"{path} {what}.", path, type, refuses);
    }

    private void Add(string code, string sentence, string? path = null, string? type = null, bool refuses = true)
    {
        _issues ??= [];
        if (_issues.Count >= MostIssues)
            return;
        var (line, column) = IssuePath.Place(_json, (int)_reader.TokenStartIndex);
        _issues.Add(new ResourceIssue(path ?? _root, sentence, refuses, code, type) { Line = line, Column = column });
    }

    private readonly string PathText()
    {
        var text = new StringBuilder(_root.Length > 0 ? _root : "Resource");
        for (var i = 0; i < _depth; i++)
        {
            text.Append('.').Append(_path[i].Element.Name);
            if (_path[i].Index >= 0)
                text.Append('[').Append(_path[i].Index).Append(']');
        }

        return text.ToString();
    }
}
