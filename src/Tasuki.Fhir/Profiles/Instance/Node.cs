using System.Globalization;
using System.Text;
using Hl7.Fhir.Model;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Profiles.Instance;

internal enum NodeKind
{
    /// <summary>A plain value that is not there: its id or extensions alone are.</summary>
    None,
    Object,
    Text,
    Number,
    Boolean,
}

/// <summary>One element of a resource (or of a fixed value) as JSON has it. An element that stands several times is several nodes.</summary>
internal sealed class Node(string name, Node? parent, int index, int offset)
{
    private static readonly List<Node> None = [];
    private List<Node>? _children;
    private Dictionary<(string, int), Node>? _places;

    public string Name { get; } = name;

    public Node? Parent { get; } = parent;

    /// <summary>Place in its list; -1 when the element is no list.</summary>
    public int Index { get; } = index;

    /// <summary>Byte in the JSON where the value begins.</summary>
    public int Offset { get; set; } = offset;

    public NodeKind Kind { get; set; }

    /// <summary>The plain value as it is written.</summary>
    public string? Text { get; set; }

    /// <summary>The id and extensions of a plain value stand here too.</summary>
    public List<Node> Children => _children ?? None;

    /// <summary>Of a resource: what it says it is.</summary>
    public string? ResourceType { get; set; }

    /// <summary>The same element in the model that FHIRPath reads, once an invariant asked for it.</summary>
    public PocoNode? Poco { get; set; }

    /// <summary>A <c>_x</c> has come: what is read from now on may belong to it.</summary>
    public bool HoldsBeside => _places is not null;

    public void Add(Node child)
    {
        (_children ??= []).Add(child);
        _places?.TryAdd((child.Name, child.Index), child);
    }

    /// <summary>The child of this name at this place of its list. From the first time it is asked on, each child is kept by its place: a list may be long.</summary>
    public Node? Placed(string name, int index)
    {
        if (_places is null)
        {
            _places = [];
            foreach (var child in Children)
                _places.TryAdd((child.Name, child.Index), child);
        }

        return _places.GetValueOrDefault((name, index));
    }

    public Node? Child(string name)
    {
        foreach (var child in Children)
        {
            if (string.Equals(child.Name, name, StringComparison.Ordinal))
                return child;
        }

        return null;
    }

    public string? ChildText(string name) => Child(name)?.Text;

    /// <summary>The resource this element belongs to.</summary>
    public Node Resource
    {
        get
        {
            var node = this;
            while (node.ResourceType is null && node.Parent is { } parent)
                node = parent;
            return node;
        }
    }

    public string Path
    {
        get
        {
            var steps = new List<Node>();
            var node = this;
            for (; node.Parent is { } parent; node = parent)
                steps.Add(node);
            var path = new StringBuilder(node.ResourceType ?? "Resource");
            for (var i = steps.Count - 1; i >= 0; i--)
            {
                path.Append('.').Append(IssuePath.Names(steps[i].Name));
                if (steps[i].Index >= 0)
                    path.Append('[').Append(steps[i].Index.ToString(CultureInfo.InvariantCulture)).Append(']');
            }

            return path.ToString();
        }
    }
}
