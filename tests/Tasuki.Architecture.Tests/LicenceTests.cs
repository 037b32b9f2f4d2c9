using System.Text.Json;
using System.Xml.Linq;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Architecture.Tests;

/// <summary>Every restored package carries a licence we may ship; MPL-2.0 only where it serves tests.</summary>
public sealed class LicenceTests
{
    private static readonly HashSet<string> Shipped = new(StringComparer.Ordinal)
    {
        "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "MS-PL", "0BSD",
    };

    // Packages that name their licence by a link or a file; each was read. The licence holds for the version that is pinned.
    private static readonly Dictionary<string, string> ReadByHand = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Hl7.Fhir.R4"] = "BSD-3-Clause",
        ["Hl7.Fhir.Base"] = "BSD-3-Clause",
        ["Hl7.FhirPath"] = "BSD-3-Clause",
        ["Fhir.Metrics"] = "BSD-3-Clause",
        ["SQLitePCLRaw.lib.e_sqlite3"] = "Apache-2.0",
    };

    [Fact]
    public void Every_restored_package_has_an_allowed_licence()
    {
        var refused = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Tree.Root, "packages.lock.json", SearchOption.AllDirectories).Where(f => !f.Contains("/artifacts/", StringComparison.Ordinal)))
        {
            var forTests = file.Contains("/tests/", StringComparison.Ordinal) || file.Contains("/bench/", StringComparison.Ordinal);
            foreach (var (id, version) in Packages(file))
            {
                var licence = Licence(id, version);
                if (!Shipped.Contains(licence) && !(forTests && licence is "MPL-2.0"))
                    refused.Add($"{id} {version}: {licence}");
            }
        }

        Assert.Empty(refused.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void No_lock_file_names_a_registry_host()
    {
        var files = Directory.EnumerateFiles(Tree.Root, "package*lock.json", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/node_modules/", StringComparison.Ordinal) && !f.Contains("/artifacts/", StringComparison.Ordinal));
        Assert.All(files, f => Assert.DoesNotContain("://", File.ReadAllText(f), StringComparison.Ordinal));
    }

    private static IEnumerable<(string Id, string Version)> Packages(string lockFile)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        foreach (var framework in document.RootElement.GetProperty("dependencies").EnumerateObject())
        {
            foreach (var package in framework.Value.EnumerateObject())
            {
                if (package.Value.TryGetProperty("resolved", out var resolved))
                    yield return (package.Name, resolved.GetString()!);
            }
        }
    }

    private static string Licence(string id, string version)
    {
        if (ReadByHand.TryGetValue(id, out var known))
            return known;
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var lower = id.ToLowerInvariant();
        var nuspec = Path.Combine(packages, lower, version.ToLowerInvariant(), $"{lower}.nuspec");
        if (!File.Exists(nuspec))
            return "not restored here";
        var metadata = XDocument.Load(nuspec).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        var licence = metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "license");
        if (licence?.Attribute("type")?.Value == "expression")
            return licence.Value;
        return licence?.Value ?? metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "licenseUrl")?.Value ?? "none named";
    }
}
