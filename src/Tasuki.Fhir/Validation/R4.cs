using System.Globalization;
using System.Text;

namespace Tasuki.Fhir.Validation;

/// <summary>The types of FHIR R4 (4.0.1), read once from <c>r4-elements.tsv</c>, which <c>eng/r4/elements.mjs</c> writes from the definitions of the standard.</summary>
internal static class R4
{
    private const string ResourceTypeName = "resourceType";

    private static readonly Dictionary<string, TypeTable> ByName = Read();
    private static readonly TypeTable[] Resources = [.. ByName.Values.Where(type => type.IsResource)];
    private static readonly (TypeTable?[] Slots, int Mask) ResourceSlots = Slots();

    /// <summary>What may stand beside a plain value: its id and its extensions.</summary>
    public static readonly TypeTable Element = ByName["Element"];

    public static IReadOnlyCollection<TypeTable> Types => ByName.Values;

    public static TypeTable? Type(string name) => ByName.GetValueOrDefault(name);

    public static TypeTable? Resource(ReadOnlySpan<byte> name)
    {
        var (slots, mask) = ResourceSlots;
        for (var at = NameHash.Of(name) & mask; ; at = (at + 1) & mask)
        {
            if (slots[at] is not { } type)
                return null;
            if (Ascii.Equals(name, type.Name))
                return type;
        }
    }

    private static (TypeTable?[] Slots, int Mask) Slots()
    {
        var slots = new TypeTable?[512];
        foreach (var type in Resources)
        {
            var at = NameHash.Of(Encoding.UTF8.GetBytes(type.Name)) & 511;
            while (slots[at] is not null)
                at = (at + 1) & 511;
            slots[at] = type;
        }

        return (slots, 511);
    }

    private static Dictionary<string, TypeTable> Read()
    {
        var codes = new Dictionary<string, CodeList>(StringComparer.Ordinal);
        var concepts = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        var types = new Dictionary<string, TypeTable>(StringComparer.Ordinal);
        var rows = new Dictionary<string, List<string[]>>(StringComparer.Ordinal);
        using var stream = typeof(R4).Assembly.GetManifestResourceStream("r4-elements.tsv")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        List<string[]> current = [];
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('\t');
            if (line[0] is '=')
            {
                codes[fields[0][1..]] = new CodeList(fields[1].Split(' '));
            }
            else if (line[0] is '~')
            {
                concepts[fields[0][1..]] = fields[1].Split(' ').ToHashSet(StringComparer.Ordinal);
            }
            else if (line[0] is '@')
            {
                types[fields[0][1..]] = new TypeTable(fields[0][1..], fields[1] is "R");
                rows[fields[0][1..]] = current = [];
            }
            else
            {
                current.Add(fields);
            }
        }

        // A Quantity with a rule more; it is found under no name of its own.
        types[Invariants.SimpleQuantity] = new TypeTable(Invariants.SimpleQuantity, isResource: false);
        rows[Invariants.SimpleQuantity] = rows["Quantity"];
        var names = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, type) in types)
            Fill(type, rows[name], types, codes, concepts, names);
        types.Remove(Invariants.SimpleQuantity);
        return types;
    }

    private static void Fill(
        TypeTable type, List<string[]> rows, Dictionary<string, TypeTable> types, Dictionary<string, CodeList> codes, Dictionary<string, IReadOnlySet<string>> concepts, Dictionary<string, byte[]> names)
    {
        var elements = new List<Element>();
        var bits = new List<string>();
        var required = 0UL;
        foreach (var row in rows)
        {
            var choice = row[0].EndsWith("[x]", StringComparison.Ordinal);
            var maximum = int.Parse(row[2], CultureInfo.InvariantCulture);
            if (row[1] is not "0")
                required |= 1UL << bits.Count;
            foreach (var written in row[3].Split(' '))
            {
                var bracket = written.IndexOf('(', StringComparison.Ordinal);
                var typeName = bracket < 0 ? written : written[..bracket];
                var narrowed = bracket < 0 ? [] : written[(bracket + 1)..^1].Split('|');
                var name = choice ? row[0][..^3] + char.ToUpperInvariant(typeName[0]) + typeName[1..] : row[0];
                if (!names.TryGetValue(name, out var utf8))
                    names[name] = utf8 = Encoding.UTF8.GetBytes(name);
                elements.Add(new Element
                {
                    Name = string.Intern(name),
                    Utf8 = utf8,
                    TypeName = string.Intern(typeName),
                    Primitive = Primitives.Of(typeName),
                    Type = types.GetValueOrDefault(narrowed is [Invariants.SimpleQuantity] ? Invariants.SimpleQuantity : typeName),
                    Targets = typeName is "Reference" && narrowed.Length > 0 ? [.. narrowed.Select(target => types[target])] : null,
                    Refers = type.Name is not "Reference" ? ReferencePart.None : name switch { "reference" => ReferencePart.Literal, "type" => ReferencePart.Type, _ => ReferencePart.None },
                    IsResource = typeName is "Resource" || (types.TryGetValue(typeName, out var of) && of.IsResource),
                    Many = maximum != 1,
                    Maximum = maximum,
                    Bit = bits.Count,
                    IsChoice = choice,
                    Codes = Primitives.Of(typeName) is not Primitive.None && row[4].Length > 0 ? codes[row[4]] : null,
                    Concepts = Primitives.Of(typeName) is Primitive.None && row[4].Length > 0 ? concepts[row[4]] : null,
                    Role = Roles.Of(name),
                    MainCode = type.IsResource ? Roles.MainCode(name) : -1,
                    MainDate = type.IsResource ? Roles.MainDate(name) : -1,
                });
            }

            bits.Add(row[0]);
        }

        if (type.IsResource)
        {
            elements.Add(new Element { Name = ResourceTypeName, Utf8 = Encoding.UTF8.GetBytes(ResourceTypeName), TypeName = ResourceTypeName, Bit = bits.Count, MainCode = -1, MainDate = -1 });
            bits.Add(ResourceTypeName);
        }

        type.Fill(elements, bits, required);
    }
}
