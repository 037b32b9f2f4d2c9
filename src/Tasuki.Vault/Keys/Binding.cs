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
