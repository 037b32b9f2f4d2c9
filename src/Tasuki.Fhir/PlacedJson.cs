using System.Text;

namespace Tasuki.Fhir;

/// <summary>
/// JSON whose parts stand at the places of another text: on the same lines, and in the same columns as far as it is not longer than the other. So whoever reads the JSON can
/// name the place in the other text without knowing of it.
/// </summary>
/// <param name="isPlaced">False: the parts follow one another.</param>
internal sealed class PlacedJson(bool isPlaced)
{
    private readonly StringBuilder _text = new();
    private int _line = 1;
    private int _lineStart;

    public static string Quoted(string text) => $"\"{CanonicalResource.Writing.Encoder!.Encode(text)}\"";

    /// <summary>Goes on at this place, or where it is when it is there or behind it. Both count from 1, a column characters.</summary>
    public PlacedJson At(int line, int column)
    {
        if (!isPlaced || line < _line)
            return this;
        if (line > _line)
        {
            _text.Append('\n', line - _line);
            (_line, _lineStart) = (line, _text.Length);
        }

        _text.Append(' ', Math.Max(0, column - 1 - (_text.Length - _lineStart)));
        return this;
    }

    public PlacedJson Write(string json)
    {
        _text.Append(json);
        return this;
    }

    public PlacedJson Text(string text) => Write(Quoted(text));

    public PlacedJson Repeat(string json, int times)
    {
        for (var i = 0; i < times; i++)
            _text.Append(json);
        return this;
    }

    public override string ToString() => _text.ToString();
}
