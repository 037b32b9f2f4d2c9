using System.Globalization;
using System.Text;

namespace Tasuki.Fhir.Profiles.Instance;

/// <summary>Holds an element against a fixed value (R4, elementdefinition.html: exactly it) or a pattern (at least it).</summary>
internal static class NodeMatch
{
    public static bool IsExactly(Node node, Node expected)
    {
        if (!SameValue(node, expected) || node.Children.Count != expected.Children.Count)
            return false;
        foreach (var part in expected.Children)
        {
            if (!node.Children.Exists(child => child.Index == part.Index && Named(child, part) && IsExactly(child, part)))
                return false;
        }

        return true;
    }

    /// <summary>Each item of a list in the pattern is met by some item, wherever it stands.</summary>
    public static bool Holds(Node node, Node pattern)
    {
        if (!SameValue(node, pattern))
            return false;
        foreach (var part in pattern.Children)
        {
            if (!node.Children.Exists(child => Named(child, part) && Holds(child, part)))
                return false;
        }

        return true;
    }

    /// <summary>Two elements that hold the same have the same key.</summary>
    public static string Key(Node node)
    {
        var key = new StringBuilder();
        Key(node, key);
        return key.ToString();
    }

    private static void Key(Node node, StringBuilder key)
    {
        key.Append(node.Kind).Append(node.Text?.Length ?? -1).Append(':').Append(node.Text).Append('{');
        foreach (var child in node.Children.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            key.Append(child.Name).Append(' ');
            Key(child, key);
        }

        key.Append('}');
    }

    private static bool Named(Node one, Node other) => string.Equals(one.Name, other.Name, StringComparison.Ordinal);

    private static bool SameValue(Node node, Node expected)
    {
        if (expected.Kind is NodeKind.None)
            return true;
        if (node.Kind != expected.Kind || !string.Equals(node.ResourceType, expected.ResourceType, StringComparison.Ordinal))
            return false;
        return string.Equals(node.Text, expected.Text, StringComparison.Ordinal)
            || (node.Kind is NodeKind.Number && decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var one)
                && decimal.TryParse(expected.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var other) && one == other);
    }
}
