using System.Runtime.CompilerServices;

namespace Tasuki.Testing.Marks;

/// <summary>
/// Finds any of many thousand marks in any of their forms in one pass. The eight bytes at every place are looked up in a bit field, and the few that pass in a table
/// of the forms that begin so: about a gigabyte a second, however many marks there are.
/// </summary>
public sealed class MarkIndex
{
    private const int Window = sizeof(ulong);
    private const int FieldBits = 24;

    private readonly ulong[] _field = new ulong[(1 << FieldBits) / 64];
    private readonly Dictionary<ulong, List<(Mark Mark, string Form, byte[] Bytes)>> _forms = [];

    public MarkIndex(IEnumerable<Mark> marks)
    {
        foreach (var mark in marks)
        {
            foreach (var (form, bytes) in MarkForms.Of(mark.Text))
            {
                var begin = Unsafe.ReadUnaligned<ulong>(ref bytes[0]);
                var bit = Place(begin);
                _field[bit >> 6] |= 1UL << (bit & 63);
                if (!_forms.TryGetValue(begin, out var same))
                    _forms[begin] = same = [];
                same.Add((mark, form, bytes));
                Longest = Math.Max(Longest, bytes.Length);
            }
        }
    }

    /// <summary>How many bytes two neighbouring pieces of a file must share so that nothing is missed between them.</summary>
    public int Longest { get; private set; }

    public IReadOnlyList<(Mark Mark, string Form, int At)> Find(ReadOnlySpan<byte> bytes)
    {
        var found = new List<(Mark, string, int)>();
        for (var at = 0; at <= bytes.Length - Window; at++)
        {
            var begin = Unsafe.ReadUnaligned<ulong>(in bytes[at]);
            var bit = Place(begin);
            if ((_field[bit >> 6] & (1UL << (bit & 63))) == 0 || !_forms.TryGetValue(begin, out var forms))
                continue;
            foreach (var (mark, form, whole) in forms)
            {
                if (bytes[at..].StartsWith(whole))
                    found.Add((mark, form, at));
            }
        }

        return found;
    }

    private static int Place(ulong begin) => (int)((begin * 0x9E3779B97F4A7C15) >> (64 - FieldBits));
}
