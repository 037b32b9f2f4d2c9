using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Tasuki.FhirApi.Tests;

/// <summary>A FHIR package of one profile, made by the test: an Observation that needs a note.</summary>
internal static class Packages
{
    public const string Noted = "http://example.org/fhir/noted";

    private const string Definition = $$$"""
        {"resourceType":"StructureDefinition","url":"{{{Noted}}}","name":"noted","version":"1.0.0","status":"active","fhirVersion":"4.0.1","abstract":false,"derivation":"constraint","kind":"resource",
        "type":"Observation","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation",
        "differential":{"element":[{"id":"Observation","path":"Observation"},{"id":"Observation.note","path":"Observation.note","min":1}]}}
        """;

    public static WrittenProfiles Loaded(string? weight)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-packages-").FullName;
        try
        {
            using (var file = File.Create(Path.Combine(folder, "noted.tgz")))
            using (var zip = new GZipStream(file, CompressionLevel.Optimal))
            using (var tar = new TarWriter(zip, TarEntryFormat.Pax))
            {
                foreach (var (name, text) in new[] { ("package/package.json", "{}"), ("package/noted.json", Definition) })
                    tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
            }

            return WrittenProfiles.Load(weight, folder).Value;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
