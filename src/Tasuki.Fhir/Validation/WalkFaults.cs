using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Validation;

// What is wrong, said with its path and its place in the text. Off the way of a resource without a fault.
internal ref partial struct ResourceWalk
{
    // A resource with more faults than this is told by these.
    private const int MostIssues = 1000;

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

    private void ReportCode(Element element) => Report(FaultCode.Code, "holds a code that R4 does not know", element.TypeName, _isStrict || IssueWeight.IsDeciding(element.Name));

    private void Report(string code, string what, string? type = null, bool refuses = true)
    {
        var path = PathText();
        Add(code, $"{path} {what}.", path, type, refuses);
    }

    private void Add(string code, string sentence, string? path = null, string? type = null, bool refuses = true) =>
        AddAt((int)_reader.TokenStartIndex, code, sentence, path, type, refuses);

    private void AddAt(int offset, string code, string sentence, string? path = null, string? type = null, bool refuses = true, bool isInvariant = false)
    {
        _issues ??= [];
        if (_issues.Count >= MostIssues)
            return;
        var (line, column) = Place(offset);
        _issues.Add(new ResourceIssue(path ?? _root, sentence, refuses, code, type) { Line = line, Column = column, IsInvariant = isInvariant });
    }

    // Line and column. Faults are told in about the order of the bytes: lines are counted from the last one.
    private (int Line, int Column) Place(int offset)
    {
        if (offset < _lineStart)
            (_line, _lineStart) = (1, 0);
        offset = Math.Min(offset, _json.Length);
        for (; _json[_lineStart..offset].IndexOf((byte)'\n') is >= 0 and var end; _line++)
            _lineStart += end + 1;
        return (_line, offset - _lineStart + 1);
    }

    // Where the reader stopped.
    private readonly int Offset(JsonException broken)
    {
        var start = 0;
        for (var line = broken.LineNumber ?? 0; line > 0 && _json[start..].IndexOf((byte)'\n') is >= 0 and var end; line--)
            start += end + 1;
        return (int)Math.Min(_json.Length, start + (broken.BytePositionInLine ?? 0));
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
