using Tasuki.Testing;

namespace Tasuki.Server.Tests.Marks;

/// <summary>One element as the standard's table has it.</summary>
/// <param name="Types">Several for a choice.</param>
/// <param name="Codes">The codes of a required list, of a CodeableConcept as <c>system|code</c>; empty where any will do.</param>
internal sealed record R4Element(string Name, bool Many, IReadOnlyList<string> Types, IReadOnlyList<string> Codes);

/// <summary>The table of R4 elements that the product reads its resources by, so that a mark goes wherever the product takes a text.</summary>
internal static class R4Elements
{
    private static readonly Lazy<Dictionary<string, List<R4Element>>> Types = new(Read);

    /// <summary>Null for a plain value.</summary>
    public static IReadOnlyList<R4Element>? Of(string type) => Types.Value.GetValueOrDefault(type);

    private static Dictionary<string, List<R4Element>> Read()
    {
        var codes = new Dictionary<string, string[]>(StringComparer.Ordinal) { [""] = [] };
        var types = new Dictionary<string, List<R4Element>>(StringComparer.Ordinal);
        List<R4Element> current = [];
        foreach (var fields in File.ReadLines(Path.Combine(Tree.Root, "src", "Tasuki.Fhir", "Validation", "r4-elements.tsv")).Select(line => line.Split('\t')))
        {
            if (fields[0][0] is '=' or '~')
                codes[fields[0][1..]] = fields[1].Split(' ');
            else if (fields[0][0] is '@')
                types[fields[0][1..]] = current = [];
            else
                current.Add(new R4Element(fields[0], fields[2] is not "1", fields[3].Split(' '), codes[fields[4]]));
        }

        return types;
    }
}
