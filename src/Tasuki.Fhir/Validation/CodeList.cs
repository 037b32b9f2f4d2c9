using System.Text;

namespace Tasuki.Fhir.Validation;

/// <summary>The codes of one required binding, found by their bytes.</summary>
internal sealed class CodeList
{
    private readonly byte[]?[] _slots;
    private readonly int _mask;

    public CodeList(IReadOnlyCollection<string> codes)
    {
        var size = 4;
        while (size < codes.Count * 2)
            size *= 2;
        _slots = new byte[size][];
        _mask = size - 1;
        foreach (var code in codes.Select(Encoding.UTF8.GetBytes))
        {
            var at = NameHash.Of(code) & _mask;
            while (_slots[at] is not null)
                at = (at + 1) & _mask;
            _slots[at] = code;
        }
    }

    public bool Has(ReadOnlySpan<byte> code)
    {
        for (var at = NameHash.Of(code) & _mask; ; at = (at + 1) & _mask)
        {
            if (_slots[at] is not { } one)
                return false;
            if (code.SequenceEqual(one))
                return true;
        }
    }
}
