using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Tasuki.Fhir.Profiles;
using Tasuki.Fhir.Profiles.Packages;
using Tasuki.Kernel;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>FHIR packages made in the test, and what a profile of theirs says of a resource.</summary>
internal static class TestPackage
{
    public const string Prefix = "http://example.org/fhir/";

    public static string Url(string name) => Prefix + name;

    /// <summary>A definition as it is published without a snapshot.</summary>
    /// <param name="elements">The elements of the differential as JSON, without brackets.</param>
    public static string Profile(string name, string type, string elements, string? baseUrl = null, string? version = null, string context = """[{"type":"element","expression":"Element"}]""")
    {
        var definition = JsonNode.Parse("""{"resourceType":"StructureDefinition","status":"active","fhirVersion":"4.0.1","abstract":false,"derivation":"constraint"}""")!.AsObject();
        definition["url"] = Url(name);
        definition["name"] = name;
        definition["version"] = version ?? "1.0.0";
        definition["kind"] = ResourceTypes.IsKnown(type) ? "resource" : "complex-type";
        definition["type"] = type;
        definition["baseDefinition"] = baseUrl ?? "http://hl7.org/fhir/StructureDefinition/" + type;
        if (type is "Extension")
            definition["context"] = JsonNode.Parse(context);
        var list = JsonNode.Parse($"[{elements}]")!.AsArray();
        if (list.FirstOrDefault()?["path"]?.GetValue<string>() != type)
            list.Insert(0, JsonNode.Parse($$"""{"id":"{{type}}","path":"{{type}}"}"""));
        definition["differential"] = new JsonObject { ["element"] = list };
        return definition.ToJsonString();
    }

    public static ProfileValidator With(params string[] resources) => With(null, resources);

    /// <param name="clock">Null for that of the system.</param>
    public static ProfileValidator With(TimeProvider? clock, params string[] resources)
    {
        // Who packs nothing wants the standard alone.
        if (resources.Length == 0)
            return ProfileValidator.OfStandard(clock);
        var loaded = Loaded(PackageLimits.Default, clock, ("one.tgz", Packed(resources)));
        return loaded.IsOk ? loaded.Value : throw new InvalidOperationException(loaded.Error.ToString());
    }

    public static Result<ProfileValidator> Loaded(PackageLimits limits, params (string Name, byte[] Bytes)[] files) => Loaded(limits, null, files);

    private static Result<ProfileValidator> Loaded(PackageLimits limits, TimeProvider? clock, params (string Name, byte[] Bytes)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-packages-").FullName;
        try
        {
            foreach (var (name, bytes) in files)
                File.WriteAllBytes(Path.Combine(folder, name), bytes);
            return ProfileValidator.Load(folder, limits, clock);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static byte[] Packed(params string[] resources) =>
        Packed([("package/package.json", "{}"), .. resources.Select((resource, number) => ($"package/{number}.json", resource))]);

    public static byte[] Packed(IEnumerable<(string Name, string Text)> files)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal))
        using (var tar = new TarWriter(zip, TarEntryFormat.Pax))
        {
            foreach (var (name, text) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return packed.ToArray();
    }

    public static IReadOnlyList<ProfileFinding> Check(this ProfileValidator validator, string json, params string[] profiles) =>
        validator.Check(Encoding.UTF8.GetBytes(json), [.. profiles.Select(Url)]);

    /// <summary>The errors as <c>rule path</c>.</summary>
    public static string[] Errors(this ProfileValidator validator, string json, params string[] profiles) => Said(validator.Check(json, profiles), FindingSeverity.Error);

    public static string[] Said(IEnumerable<ProfileFinding> findings, FindingSeverity severity) =>
        [.. findings.Where(one => one.Severity == severity).Select(one => $"{one.Rule} {one.Path}")];

    /// <summary>An Observation that R4 finds no fault with, with other elements put in or, as null, taken out.</summary>
    public static string Observation(string changes = "{}")
    {
        var observation = JsonNode.Parse("""{"resourceType":"Observation","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">-</div>"},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/a"}}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject().ToList())
        {
            observation.Remove(name);
            if (value is not null)
                observation[name] = value.DeepClone();
        }

        return observation.ToJsonString();
    }
}
