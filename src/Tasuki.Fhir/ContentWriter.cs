using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

/// <summary>
/// Writes canonical JSON with the properties of each object in the order of their names, without references, and at the top without id, meta and text. The strings
/// and numbers of canonical bytes are written as they must be already, so they are taken as they stand.
/// </summary>
internal ref struct ContentWriter
{
    private const int FewMembers = 64;

    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;
    private byte[] _output;
    private int _written;

    private ContentWriter(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, FactsBuilder.Reading);
        _output = ArrayPool<byte>.Shared.Rent(json.Length + 64);
    }

    /// <summary>SHA-256 of the prefix and the content.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> prefix)
    {
        var writer = new ContentWriter(canonical);
        try
        {
            writer.Put(prefix);
            writer._reader.Read();
            writer.Value(top: true);
            return SHA256.HashData(writer._output.AsSpan(0, writer._written));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(writer._output, clearArray: true);
        }
    }

    private void Value(bool top)
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Object(top);
                break;
            case JsonTokenType.StartArray:
                Put("["u8);
                for (var first = true; _reader.Read() && _reader.TokenType is not JsonTokenType.EndArray; first = false)
                {
                    if (!first)
                        Put(","u8);
                    Value(top: false);
                }

                Put("]"u8);
                break;
            default:
                Put(_json[(int)_reader.TokenStartIndex..(int)_reader.BytesConsumed]);
                break;
        }
    }

    private void Object(bool top)
    {
        Put("{"u8);
        Span<Member> members = stackalloc Member[16];
        Member[]? rented = null;
        var count = 0;
        var ordered = true;
        while (_reader.Read() && _reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = (int)_reader.TokenStartIndex + 1;
            var length = _reader.ValueSpan.Length;
            if (IsLeftOut(top))
            {
                _reader.Skip();
                continue;
            }

            var start = _written;
            Put(_json.Slice(name - 1, length + 2));
            Put(":"u8);
            _reader.Read();
            Value(top: false);
            if (count == members.Length)
            {
                var larger = ArrayPool<Member>.Shared.Rent(count * 2);
                members.CopyTo(larger);
                if (rented is not null)
                    ArrayPool<Member>.Shared.Return(rented);
                rented = larger;
                members = larger;
            }

            members[count] = new Member(name, length, start, _written - start);
            ordered = ordered && (count == 0 || Compare(members[count - 1], members[count]) <= 0);
            count++;
        }

        Order(members[..count], ordered);
        Put("}"u8);
        if (rented is not null)
            ArrayPool<Member>.Shared.Return(rented);
    }

    private readonly bool IsLeftOut(bool top) =>
        _reader.ValueTextEquals("reference"u8) || (top && (_reader.ValueTextEquals("meta"u8) || _reader.ValueTextEquals("text"u8) || _reader.ValueTextEquals("id"u8)));

    // Puts the members, which stand one behind the other at the end of the output, in the order of their names with commas between.
    private void Order(scoped Span<Member> members, bool ordered)
    {
        if (members.Length < 2)
            return;
        if (!ordered)
            Sort(members);
        var from = members[0].Start;
        foreach (var member in members)
            from = Math.Min(from, member.Start);
        var total = _written - from + members.Length - 1;
        var copy = ArrayPool<byte>.Shared.Rent(_written - from);
        _output.AsSpan(from, _written - from).CopyTo(copy);
        var end = _written;
        Room(total - (end - from));
        _written = from;
        for (var i = 0; i < members.Length; i++)
        {
            if (i > 0)
                _output[_written++] = (byte)',';
            copy.AsSpan(members[i].Start - from, members[i].Length).CopyTo(_output.AsSpan(_written));
            _written += members[i].Length;
        }

        ArrayPool<byte>.Shared.Return(copy, clearArray: true);
    }

    // Objects are small and nearly in order; names are never equal in canonical bytes.
    private readonly void Sort(scoped Span<Member> members)
    {
        if (members.Length > FewMembers)
        {
            var names = new string[members.Length];
            for (var i = 0; i < names.Length; i++)
                names[i] = Name(_json.Slice(members[i].Name, members[i].NameLength));
            names.AsSpan().Sort(members, StringComparer.Ordinal);
            return;
        }

        for (var i = 1; i < members.Length; i++)
        {
            var one = members[i];
            var at = i;
            for (; at > 0 && Compare(members[at - 1], one) > 0; at--)
                members[at] = members[at - 1];
            members[at] = one;
        }
    }

    // The order of UTF-16 code units: that of the bytes as long as they are ASCII and not escaped.
    private readonly int Compare(Member one, Member other)
    {
        var first = _json.Slice(one.Name, one.NameLength);
        var second = _json.Slice(other.Name, other.NameLength);
        return IsPlain(first) && IsPlain(second) ? first.SequenceCompareTo(second) : string.CompareOrdinal(Name(first), Name(second));
    }

    private static bool IsPlain(ReadOnlySpan<byte> name) => Ascii.IsValid(name) && !name.Contains((byte)'\\');

    private static string Name(ReadOnlySpan<byte> raw) => FactsBuilder.Text(raw, raw.Contains((byte)'\\'));

    private void Put(ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_output.AsSpan(_written));
        _written += bytes.Length;
    }

    private void Room(int more)
    {
        if (_written + more <= _output.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent((_output.Length * 2) + more);
        _output.AsSpan(0, _written).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_output, clearArray: true);
        _output = larger;
    }

    private readonly record struct Member(int Name, int NameLength, int Start, int Length);
}
