using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Tasuki.Kernel;

namespace Tasuki.Vault.Keys;

/// <summary>
/// The associated data of a sealed value: where it stands and what its clear columns say. Every part carries its length or presence, so two different
/// lists of parts never give the same bytes.
/// </summary>
internal sealed class Binding
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    public Binding(MunicipalityId municipality, string table)
    {
        Text(municipality.Value);
        Text(table);
    }

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public Binding Number(long? value)
    {
        var span = _bytes.GetSpan(9);
        span[0] = value is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(span[1..], value ?? 0);
        _bytes.Advance(9);
        return this;
    }

    public Binding Blob(ReadOnlySpan<byte> value)
    {
        var span = _bytes.GetSpan(4 + value.Length);
        BinaryPrimitives.WriteInt32BigEndian(span, value.Length);
        value.CopyTo(span[4..]);
        _bytes.Advance(4 + value.Length);
        return this;
    }

    public Binding Text(string value) => Blob(Encoding.UTF8.GetBytes(value));
}

/// <summary>The same bytes as <see cref="Binding"/> gives, written into a buffer of the caller behind the head that is bound with them.</summary>
internal ref struct BoundBytes(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _length;

    public readonly ReadOnlySpan<byte> Bytes => _buffer[.._length];

    public void Head(byte format, byte keyVersion, byte dictionary)
    {
        _buffer[0] = format;
        _buffer[1] = keyVersion;
        _buffer[2] = dictionary;
        _length = 3;
    }

    public void Number(long? value)
    {
        _buffer[_length] = value is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(_buffer[(_length + 1)..], value ?? 0);
        _length += 9;
    }

    public void Blob(ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer[_length..], value.Length);
        value.CopyTo(_buffer[(_length + 4)..]);
        _length += 4 + value.Length;
    }

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetBytes(value, _buffer[(_length + 4)..]);
        BinaryPrimitives.WriteInt32BigEndian(_buffer[_length..], length);
        _length += 4 + length;
    }
}
