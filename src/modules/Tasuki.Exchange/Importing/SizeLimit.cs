using Tasuki.Formats;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// Which size limit holds for bytes that are still arriving. The kind shows in the first bytes; only JSON has to be followed further, because one document and
/// one resource a line begin alike: a second top-level value makes it lines.
/// </summary>
internal sealed class SizeLimit(ReadLimits limits)
{
    private enum Kind
    {
        Undecided,
        Zip,
        Xml,
        Json,
        Lines,
        Unknown,
    }

    private Kind _kind;
    private int _depth;
    private bool _closed;
    private bool _inString;
    private bool _escaped;

    public long Bytes => _kind switch
    {
        Kind.Zip => limits.ZipBytes,
        Kind.Json => limits.JsonBytes,
        Kind.Lines => limits.NdjsonBytes,
        _ => limits.XmlBytes,
    };

    public void Observe(ReadOnlySpan<byte> bytes)
    {
        if (_kind is Kind.Undecided)
            _kind = Decide(bytes);
        if (_kind is Kind.Json)
            Follow(bytes);
    }

    private static Kind Decide(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (bytes.StartsWith("PK"u8))
            return Kind.Zip;
        var text = (bytes.StartsWith(mark) ? bytes[mark.Length..] : bytes).TrimStart(" \t\r\n"u8);
        if (text.IsEmpty)
            return Kind.Undecided;
        return text[0] switch
        {
            (byte)'<' => Kind.Xml,
            (byte)'{' or (byte)'[' => Kind.Json,
            _ => Kind.Unknown,
        };
    }

    private void Follow(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (_inString)
            {
                _inString = _escaped || b != (byte)'"';
                _escaped = !_escaped && b == (byte)'\\';
                continue;
            }

            switch (b)
            {
                case (byte)'"':
                    _inString = true;
                    break;
                case (byte)'{' or (byte)'[':
                    if (_closed)
                    {
                        _kind = Kind.Lines;
                        return;
                    }

                    _depth++;
                    break;
                case (byte)'}' or (byte)']':
                    _closed = --_depth == 0;
                    break;
                default:
                    break;
            }
        }
    }
}
