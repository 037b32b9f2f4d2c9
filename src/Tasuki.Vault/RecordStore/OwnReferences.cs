using System.Buffers;
using Tasuki.Kernel;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// Shortens <c>"reference":"Type/ID"</c> where ID is a record of the same resident: the 26 characters, which no compressor makes smaller, become a mark and the
/// varint seq. Canonical JSON has no control character outside an escape, so the mark cannot stand in it.
/// </summary>
internal static class OwnReferences
{
    private const byte Mark = 1;

    private static ReadOnlySpan<byte> Before => "\"reference\":\""u8;

    /// <summary>False when the bytes were written as they are.</summary>
    public static bool Write(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> json, RecordIds ids, ResidentNo resident)
    {
        var marked = false;
        while (json.IndexOf(Before) is >= 0 and var found)
        {
            var start = found + Before.Length;
            var length = json[start..].IndexOf((byte)'"');
            var id = length - RecordIds.Length;
            if (id > 0 && json[start + id - 1] == (byte)'/' && ids.SeqOf(resident, json.Slice(start + id, RecordIds.Length)) is >= 0 and var seq)
            {
                output.Write(json[..(start + id)]);
                output.GetSpan(1)[0] = Mark;
                output.Advance(1);
                Varint.Write(output, (ulong)seq);
                json = json[(start + length)..];
                marked = true;
            }
            else
            {
                output.Write(json[..start]);
                json = json[start..];
            }
        }

        output.Write(json);
        return marked;
    }

    /// <summary>The very bytes that were given to <see cref="Write"/>.</summary>
    public static byte[] Read(ReadOnlySpan<byte> marked, RecordIds ids, ResidentNo resident)
    {
        var size = marked.Length;
        var rest = marked;
        while (rest.IndexOf(Mark) is >= 0 and var next)
        {
            Varint.Read(rest[(next + 1)..], out var length);
            size += RecordIds.Length - 1 - length;
            rest = rest[(next + 1 + length)..];
        }

        var json = new byte[size];
        var target = json.AsSpan();
        while (marked.IndexOf(Mark) is >= 0 and var at)
        {
            marked[..at].CopyTo(target);
            var seq = (long)Varint.Read(marked[(at + 1)..], out var length);
            ids.Encode(resident, seq, target[at..]);
            target = target[(at + RecordIds.Length)..];
            marked = marked[(at + 1 + length)..];
        }

        marked.CopyTo(target);
        return json;
    }
}
