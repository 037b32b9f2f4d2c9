using System.Text;

namespace Tasuki.Formats;

/// <summary>What the beginning of a JSON text shows.</summary>
/// <param name="ResourceType">The <c>resourceType</c> of the first object, where it has one.</param>
/// <param name="IsMeasurement">The first object is a data point of Open mHealth or IEEE 1752.1: header and body, a header with a schema_id.</param>
/// <param name="MoreFollow">After the first object another begins: one resource a line.</param>
internal sealed record JsonFirst(string? ResourceType, bool IsMeasurement, bool MoreFollow);

/// <summary>
/// Reads just far enough to know a JSON text: the members of the first object at its own level, and what follows it. Holds nothing but a few names, so it
/// can run over a file of any size; it tells kinds apart and does not validate.
/// </summary>
internal static class JsonPeek
{
    private const int LongestName = 64;

    public static async ValueTask<JsonFirst?> Read(Stream source, long limit, CancellationToken cancel)
    {
        var scan = new Scan();
        var buffer = new byte[64 * 1024];
        for (long total = 0; total < limit;)
        {
            var read = await source.ReadAsync(buffer, cancel);
            if (read == 0)
                break;
            total += read;
            if (!scan.Take(buffer.AsSpan(0, read)))
                break;
        }

        return scan.Result;
    }

    /// <summary>Of the beginning of a text alone.</summary>
    public static JsonFirst? Of(ReadOnlySpan<byte> head)
    {
        var scan = new Scan();
        scan.Take(head);
        return scan.Result;
    }

    private sealed class Scan
    {
        private readonly StringBuilder _text = new();
        private int _depth;
        private bool _inString;
        private bool _escaped;
        private bool _started;
        private bool _ended;
        private bool _valueNext;
        private string _name = "";
        private string? _type;
        private bool _header;
        private bool _body;
        private bool _schema;
        private bool _onOneLine = true;
        private bool _lineEnded;
        private bool _more;
        private bool _wrong;

        public JsonFirst? Result => _started && !_wrong ? new JsonFirst(_type, _header && _body && _schema, _more) : null;

        // False when nothing more needs to be seen.
        public bool Take(ReadOnlySpan<byte> bytes)
        {
            foreach (var b in bytes)
            {
                if (_inString)
                {
                    InString(b);
                    continue;
                }

                if (b is (byte)'\n')
                {
                    _onOneLine &= !_started || _ended;
                    _lineEnded |= _ended;
                }

                if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0xEF or 0xBB or 0xBF)
                    continue;
                if (_ended)
                {
                    // Whatever the second line holds, a file whose first line is one whole object is a file of lines.
                    _more = _onOneLine && _lineEnded;
                    return false;
                }

                if (!_started)
                {
                    if (b is not (byte)'{')
                    {
                        _wrong = true;
                        return false;
                    }

                    _started = true;
                }

                Structure(b);
            }

            return true;
        }

        private void Structure(byte b)
        {
            switch (b)
            {
                case (byte)'{' or (byte)'[':
                    _depth++;
                    _valueNext = false;
                    break;
                case (byte)'}' or (byte)']':
                    _ended = --_depth == 0;
                    _valueNext = false;
                    break;
                case (byte)'"':
                    _inString = true;
                    _text.Clear();
                    break;
                case (byte)':':
                    _valueNext = true;
                    NameSeen();
                    break;
                case (byte)',':
                    _valueNext = false;
                    break;
            }
        }

        private void InString(byte b)
        {
            if (_escaped)
            {
                _escaped = false;
                _text.Append('\\');
            }
            else if (b is (byte)'\\')
            {
                _escaped = true;
                return;
            }
            else if (b is (byte)'"')
            {
                _inString = false;
                if (_valueNext)
                    ValueSeen();
                else
                    _name = _text.ToString();
                return;
            }

            if (_text.Length <= LongestName)
                _text.Append((char)b);
        }

        private void NameSeen()
        {
            if (_depth == 1)
            {
                _header |= string.Equals(_name, "header", StringComparison.Ordinal);
                _body |= string.Equals(_name, "body", StringComparison.Ordinal);
            }

            _schema |= _depth == 2 && string.Equals(_name, "schema_id", StringComparison.Ordinal);
        }

        private void ValueSeen()
        {
            if (_depth == 1 && _type is null && string.Equals(_name, "resourceType", StringComparison.Ordinal))
                _type = _text.ToString();
            _valueNext = false;
        }
    }
}
