using System.Buffers.Binary;

namespace Tasuki.Fhir.Validation;

/// <summary>A hash of a short name from its length, its first and its last eight bytes: enough to tell the names of one table apart nearly always.</summary>
internal static class NameHash
{
    public static int Of(ReadOnlySpan<byte> name)
    {
        ulong first;
        ulong last;
        if (name.Length >= 8)
        {
            first = BinaryPrimitives.ReadUInt64LittleEndian(name);
            last = BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]);
        }
        else if (name.Length >= 4)
        {
            first = BinaryPrimitives.ReadUInt32LittleEndian(name);
            last = BinaryPrimitives.ReadUInt32LittleEndian(name[^4..]);
        }
        else
        {
            first = name.Length > 0 ? name[0] : 0u;
            last = name.Length > 0 ? ((ulong)name[name.Length / 2] << 8) | name[^1] : 0u;
        }

        var mixed = ((first ^ (ulong)name.Length) * 0x9E3779B97F4A7C15) ^ (last * 0xC2B2AE3D27D4EB4F);
        return (int)((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9 >> 33);
    }
}
