using System.Text;

namespace Tasuki.Fhir.Validation;

/// <summary>The elements of one R4 type (a resource, a data type, or the inner part of one), found by the bytes of their names.</summary>
internal sealed class TypeTable(string name, bool isResource)
{
    private Element?[] _slots = new Element?[2];
    private int _mask = 1;

    public string Name { get; } = name;

    public bool IsResource { get; } = isResource;

    /// <summary>The bits of the elements that must stand.</summary>
    public ulong Required { get; private set; }

    /// <summary>The standard's name of the element of each bit, as in <c>value[x]</c> or <c>status</c>.</summary>
    public IReadOnlyList<string> Bits { get; private set; } = [];

    public IReadOnlyList<Element> Elements { get; private set; } = [];

    /// <summary>The invariants about its own children.</summary>
    public TypeRule[] Rules { get; private set; } = [];

    /// <summary>The bit of the id; 0 where there is none.</summary>
    public ulong IdAlone { get; private set; }

    public void Fill(IReadOnlyList<Element> elements, IReadOnlyList<string> bits, ulong required)
    {
        Elements = elements;
        Bits = bits;
        Required = required;
        Rules = TypeRule.Of(Name, bits);
        IdAlone = bits is ["id", ..] ? 1UL : 0UL;
        var size = 4;
        while (size < elements.Count * 2)
            size *= 2;
        _slots = new Element?[size];
        _mask = size - 1;
        foreach (var element in elements)
        {
            var at = NameHash.Of(element.Utf8) & _mask;
            while (_slots[at] is not null)
                at = (at + 1) & _mask;
            _slots[at] = element;
        }
    }

    public Element? Find(ReadOnlySpan<byte> utf8)
    {
        var slots = _slots;
        for (var at = NameHash.Of(utf8) & _mask; ; at = (at + 1) & _mask)
        {
            if (slots[at] is not { } element)
                return null;
            if (utf8.SequenceEqual(element.Utf8))
                return element;
        }
    }

    public Element? Find(string name) => Find(Encoding.UTF8.GetBytes(name));
}
