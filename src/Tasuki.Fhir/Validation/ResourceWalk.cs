using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Validation;

/// <summary>One way through the bytes of a resource along the tables of R4, which says what is wrong and collects what <see cref="RecordFacts"/> wants to know.</summary>
internal ref partial struct ResourceWalk
{
    private const string Contains = "contained";

    [ThreadStatic]
    private static Step[]? _steps;

    private readonly ReadOnlySpan<byte> _json;
    private readonly FactsBuilder? _facts;
    private readonly Step[] _path;
    private readonly bool _isStrict;
    private Utf8JsonReader _reader;
    private string _root = "";
    private int _depth;
    private List<ResourceIssue>? _issues;
    private ContainedParts? _parts;
    // Number of the contained resource that is being walked; -1 outside of one.
    private int _within;
    // Of the last fault that was told.
    private int _line = 1;
    private int _lineStart;

    /// <param name="isStrict">Every fault refuses the resource; otherwise those that lose nothing of what it says are only told.</param>
    public ResourceWalk(ReadOnlySpan<byte> json, FactsBuilder? facts, bool isStrict)
    {
        _isStrict = isStrict;
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
                Resource(Within.Top | (_facts is null ? Within.None : Within.Facts), isContained: false);
            // What stands behind the resource must be nothing; reading on throws when it is something.
            _reader.Read();
        }
        catch (JsonException broken)
        {
            _depth = 0;
            // The reader that found it may have been one that looked ahead.
            var at = Offset(broken);
            if (broken.Message.Contains("maximum configured depth", StringComparison.Ordinal))
                AddAt(at, FaultCode.Depth, $"The JSON is nested deeper than {CanonicalResource.MaximumDepth} levels.");
            else
                AddAt(at, FaultCode.Json, "The text is not well-formed JSON.");
        }

        return _issues;
    }

    private void Part(Element element, Within within)
    {
        var start = (int)_reader.TokenStartIndex;
        if (Object(element.Type!, within))
            Broken("ele-1", HasIdAlone, PathText(), start);
        else if (element.Concepts is { } concepts && !IsOneOf(new Parts(_json[start..]), concepts))
            AddAt(start, FaultCode.Code, $"{PathText()} holds no code of those that R4 requires here.", PathText(), element.TypeName, refuses: _isStrict);
    }

    private static bool IsOneOf(Parts concept, IReadOnlySet<string> concepts)
    {
        foreach (var coding in concept.Each("coding"))
        {
            if (concepts.Contains($"{coding.Text("system")}|{coding.Text("code")}"))
                return true;
        }

        return false;
    }

    private void Resource(Within within, bool isContained)
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
        if (isContained)
            Contained(type, within);
        else
            Whole(type, within);
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

    // True when it has an id and nothing else.
    private bool Object(TypeTable type, Within within)
    {
        var start = (int)_reader.TokenStartIndex;
        var seen = 0UL;
        var beside = 0UL;
        var bare = 0UL;
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
                Stranger(type, name, within, ref beside, ref bare, ref rescan);
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
        if (type.Rules.Length > 0)
            Rules(type.Rules, seen | beside, start);
        if ((bare & ~seen) is not 0 and var unsaid)
            ReportUnsaid(type, unsaid, start);
        if (rescan)
            Rescan(type, start);
        if (facts is not null && (within & Within.Top) == Within.None)
            own.Finish(_json, (within & Within.Coding) != Within.None, facts);
        return (seen | beside) == type.IdAlone;
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
                Resource(inner, string.Equals(element.Name, Contains, StringComparison.Ordinal));
            else
                Part(element, inner);
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
}
