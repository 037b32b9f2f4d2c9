using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Searching;

/// <summary>The paths of one parameter as a tree of names, walked over a resource's bytes in one pass and without building an object.</summary>
internal sealed class ValueExtractor
{
    internal static readonly JsonReaderOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    private readonly Node _root = new([]);

    public ValueExtractor(IEnumerable<ElementPath> paths)
    {
        foreach (var path in paths)
        {
            var node = _root;
            foreach (var step in path.Steps)
                node = node.Below(step);
            node.Leaves = [.. node.Leaves, (path.Leaf, (path.Target ?? path.System) is { } target ? Encoding.UTF8.GetBytes(target) : [])];
        }
    }

    public bool Any(ReadOnlySpan<byte> json, ValueTest test) => Walk(json, test);

    /// <summary>An element is there at the end of a path, also one that holds no value to compare, as a concept of text alone.</summary>
    public bool Exists(ReadOnlySpan<byte> json) => Walk(json, null);

    private bool Walk(ReadOnlySpan<byte> json, ValueTest? test)
    {
        var reader = new Utf8JsonReader(json, Reading);
        return reader.Read() && Visit(ref reader, json, _root, test);
    }

    // The reader stands on a value; unless a value passed, it stands on the value's last token afterwards.
    private static bool Visit(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Node node, ValueTest? test)
    {
        if (reader.TokenType is JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
            {
                if (Visit(ref reader, json, node, test))
                    return true;
            }

            return false;
        }

        foreach (var (kind, target) in node.Leaves)
        {
            var leaf = reader;
            if (test is null && (target.Length == 0 || kind is LeafKind.Text) && kind is not LeafKind.SyllabicName ? reader.TokenType is not JsonTokenType.Null : LeafReader.Read(ref leaf, json, kind, target, test ?? ValueTest.AnyValue))
                return true;
        }

        if (reader.TokenType is not JsonTokenType.StartObject)
            return false;
        foreach (var filtered in node.Filtered)
        {
            if (!Holds(reader, filtered))
                continue;
            var again = reader;
            if (Visit(ref again, json, filtered.Node, test))
                return true;
        }

        if (node.Children.Length == 0)
        {
            reader.Skip();
            return false;
        }

        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var child = node.Child(ref reader);
            reader.Read();
            if (child is null)
                reader.Skip();
            else if (Visit(ref reader, json, child, test))
                return true;
        }

        return false;
    }

    private static bool Holds(Utf8JsonReader reader, Filter filter)
    {
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var named = reader.ValueTextEquals(filter.Name);
            reader.Read();
            if (named)
                return reader.TokenType is JsonTokenType.String && reader.ValueTextEquals(filter.Value);
            reader.Skip();
        }

        return false;
    }

    private sealed record Filter(byte[] Name, byte[] Value, Node Node);

    private sealed class Node(byte[] name)
    {
        public Node[] Children { get; private set; } = [];

        public Filter[] Filtered { get; private set; } = [];

        // The target is a type for a reference, a system for a code.
        public (LeafKind Kind, byte[] Target)[] Leaves { get; set; } = [];

        private byte[] Name { get; } = name;

        public Node? Child(ref Utf8JsonReader reader)
        {
            foreach (var child in Children)
            {
                if (reader.ValueTextEquals(child.Name))
                    return child;
            }

            return null;
        }

        public Node Below(PathStep step)
        {
            var bytes = Encoding.UTF8.GetBytes(step.Name);
            var child = Children.FirstOrDefault(one => one.Name.AsSpan().SequenceEqual(bytes));
            if (child is null)
                Children = [.. Children, child = new Node(bytes)];
            if (step.WhereName is null)
                return child;
            var filter = new Filter(Encoding.UTF8.GetBytes(step.WhereName), Encoding.UTF8.GetBytes(step.WhereValue!), new Node([]));
            child.Filtered = [.. child.Filtered, filter];
            return filter.Node;
        }
    }
}
