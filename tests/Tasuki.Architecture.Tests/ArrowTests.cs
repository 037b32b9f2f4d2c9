using System.Reflection;
using System.Xml.Linq;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Architecture.Tests;

/// <summary>The arrows of the house (design page, section 2): who may stand on whom. A new arrow is a decision, with an ADR.</summary>
public sealed class ArrowTests
{
    private static readonly string[] Floors = ["Kernel", "Fhir", "Formats", "Vault", "Data", "Web", "Delivery", "People"];

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Kernel"] = [],
        ["Fhir"] = ["Kernel"],
        ["Formats"] = ["Kernel", "Fhir"],
        ["Vault"] = ["Kernel", "Fhir"],
        ["Data"] = ["Kernel"],
        ["Web"] = ["Kernel"],
        ["Delivery"] = ["Kernel", "Data", "Vault", "Web"],
        ["People"] = ["Kernel", "Fhir", "Data", "Vault", "Delivery", "Web"],
        ["MyHealth"] = Floors,
        ["Community"] = Floors,
        ["Compliance"] = Floors,
        ["Exchange"] = Floors,
        ["FhirApi"] = Floors,
        ["Server"] = [.. Floors, "MyHealth", "Community", "Compliance", "Exchange", "FhirApi"],
        ["Sandbox"] = ["Kernel", "Fhir", "Formats"],
        ["Cli"] = [.. Floors, "MyHealth", "Community", "Compliance", "Exchange", "FhirApi", "Server", "Sandbox"],
    };

    public static TheoryData<string> Rooms => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_stands_only_on_the_floors_below_it(string room)
    {
        var project = Projects().Single(p => p.Name == room);
        var references = XDocument.Load(project.Path).Descendants("ProjectReference")
            .Select(r => System.IO.Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))
            .Select(n => n["Tasuki.".Length..]);
        Assert.Empty(references.Except(Allowed[room], StringComparer.Ordinal));

        // What the compiled code uses, reached through other floors too.
        var assembly = System.IO.Path.Combine(AppContext.BaseDirectory, room == "Cli" ? "tasuki.dll" : $"Tasuki.{room}.dll");
        if (!File.Exists(assembly))
        {
            Assert.Equal("Cli", room);
            return;
        }

        var used = Assembly.LoadFrom(assembly).GetReferencedAssemblies().Select(a => a.Name!)
            .Where(n => n.StartsWith("Tasuki.", StringComparison.Ordinal)).Select(n => n["Tasuki.".Length..]);
        Assert.Empty(used.Except(Allowed[room], StringComparer.Ordinal));
    }

    [Fact]
    public void Every_room_of_the_tree_is_in_the_table() =>
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), Projects().Select(p => p.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Fhir_alone_knows_Firely()
    {
        var knowing = Projects().Where(p => p.Name is not "Cli")
            .Where(p => Assembly.LoadFrom(System.IO.Path.Combine(AppContext.BaseDirectory, $"Tasuki.{p.Name}.dll")).GetReferencedAssemblies()
                .Any(a => a.Name!.StartsWith("Hl7.", StringComparison.Ordinal)))
            .Select(p => p.Name);
        Assert.All(knowing, name => Assert.Equal("Fhir", name));
    }

    [Fact]
    public void A_session_and_an_actor_have_no_public_constructor()
    {
        Assert.Empty(typeof(Vault.Session).GetConstructors());
        Assert.Empty(typeof(Vault.Actor).GetConstructors());
    }

    private static IEnumerable<(string Name, string Path)> Projects() =>
        new[] { "src", "sandbox" }.SelectMany(d => Directory.EnumerateFiles(System.IO.Path.Combine(Tree.Root, d), "Tasuki.*.csproj", SearchOption.AllDirectories))
            .Select(p => (System.IO.Path.GetFileNameWithoutExtension(p)["Tasuki.".Length..], p));
}
