using System.Numerics;
using System.Text;

namespace Tasuki.Fhir.Validation;

// The invariants of R4 and the types that references may lead to. What is looked at on every element is which of its children stand; values are read again where
// that gives a reason to.
internal ref partial struct ResourceWalk
{
    private const string HasIdAlone = "has an id and says nothing";

    public static string WrongTarget(Element owner) =>
        $"refers to a resource of a type that may not stand there; it may be {string.Join(", ", owner.Targets!.Select(type => type.Name))}";

    private void Rules(TypeRule[] rules, ulong present, int start)
    {
        foreach (ref readonly var rule in rules.AsSpan())
        {
            if ((present & rule.With) != rule.With || (present & rule.Without) != 0)
                continue;
            if (rule.Invariant.Unless is { } acquits && acquits(new Parts(_json[start..])))
                continue;
            if (rule.Invariant.Fault is { } fault)
                AddAt(start, fault, $"{PathText()} {rule.Invariant.Sentence}.", PathText(), refuses: _isStrict);
            else
                Broken(rule.Invariant.Key, rule.Invariant.Sentence, PathText(), start);
        }
    }

    private void Broken(string key, string what, string path, int offset) => AddAt(offset, key, $"{path} {what} ({key}).", path, refuses: _isStrict, isInvariant: true);

    private void ReportUnsaid(TypeTable type, ulong unsaid, int start)
    {
        for (; unsaid != 0; unsaid &= unsaid - 1)
        {
            var name = type.Bits[BitOperations.TrailingZeroCount(unsaid)];
            Broken("ele-1", HasIdAlone, $"{PathText()}.{(name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name)}", start);
        }
    }

    // The text or the type of a Reference, which stands in the element before it on the path.
    private void Refers(ReferencePart part, scoped ReadOnlySpan<byte> text)
    {
        var owner = _path[_depth - 2].Element;
        if (part is ReferencePart.Literal && text.Length > 0 && text.IndexOfAny("/:#?"u8) < 0)
            Report(FaultCode.Reference, "is neither the type and id of a resource nor an address", refuses: _isStrict);
        if (part is ReferencePart.Literal && text is [(byte)'#', ..])
        {
            _depth--;
            Refers(text[1..], owner);
            _depth++;
        }
        else if (owner.Targets is { } allowed && (part is ReferencePart.Literal ? LiteralReference.TypeOf(text) : R4.Resource(text)) is { } type && Array.IndexOf(allowed, type) < 0)
        {
            _depth--;
            Report(FaultCode.Target, WrongTarget(owner), refuses: _isStrict);
            _depth++;
        }
    }

    private void Refers(scoped ReadOnlySpan<byte> id, Element? owner) =>
        (_parts ??= new ContainedParts()).Refer(Encoding.UTF8.GetString(id), _within, owner, PathText(), (int)_reader.TokenStartIndex);

    // A resource that is contained: what it may not have (dom-2, dom-4, dom-5), and that it is there.
    private void Contained(TypeTable type, Within within)
    {
        var start = (int)_reader.TokenStartIndex;
        var outer = _within;
        var path = PathText();
        var own = new Parts(_json[start..]);
        // What is contained in it is none of those that a reference can name.
        if (outer >= 0)
            Broken("dom-2", "is contained in a contained resource", path, start);
        else
            _within = (_parts ??= new ContainedParts()).Begin(type, own.Text("id"), path, start);
        foreach (var meta in own.Each("meta"))
        {
            if (meta.Has("versionId") || meta.Has("lastUpdated"))
                Broken("dom-4", "is contained and has a version or the time of one", path, start);
            if (meta.Has("security"))
                Broken("dom-5", "is contained and has a security label", path, start);
        }

        Object(type, within);
        _within = outer;
    }

    // A resource of its own: the root, or one of a Bundle or of Parameters.
    private void Whole(TypeTable type, Within within)
    {
        var (parts, inside) = (_parts, _within);
        (_parts, _within) = (null, -1);
        Object(type, within);
        if (_parts is not null)
        {
            foreach (var (key, what, path, offset) in _parts.Faults())
            {
                if (key is FaultCode.Target)
                    AddAt(offset, key, $"{path} {what}.", path, refuses: _isStrict);
                else
                    Broken(key, what, path, offset);
            }
        }

        (_parts, _within) = (parts, inside);
    }
}
