using System.IO.Compression;
using System.Text;

namespace Tasuki.Fhir.Profiles.Definitions;

/// <summary>The definitions of R4 itself, read once from <c>r4-definitions.br</c>, which <c>eng/r4/definitions.mjs</c> writes from those of the standard.</summary>
internal static class StandardDefinitions
{
    public const string Package = "hl7.fhir.r4.core";
    public const string Version = "4.0.1";

    private static readonly Lazy<IReadOnlyList<StoredDefinition>> Read = new(ReadAll);

    public static IReadOnlyList<StoredDefinition> All => Read.Value;

    private static List<StoredDefinition> ReadAll()
    {
        using var stream = typeof(StandardDefinitions).Assembly.GetManifestResourceStream("r4-definitions.br")!;
        using var unpacked = new MemoryStream(6 << 20);
        using (var zip = new BrotliStream(stream, CompressionMode.Decompress))
            zip.CopyTo(unpacked);
        var text = unpacked.ToArray();
        var all = new List<StoredDefinition>(3100);
        for (var at = 0; at < text.Length;)
        {
            var line = text.AsSpan(at, text.AsSpan(at).IndexOf((byte)'\n'));
            var kind = line.IndexOf((byte)'\t');
            var url = kind + 1 + line[(kind + 1)..].IndexOf((byte)'\t');
            var name = Encoding.UTF8.GetString(line[(kind + 1)..url]);
            all.Add(new StoredDefinition(Enum.Parse<DefinitionKind>(Encoding.UTF8.GetString(line[..kind])), name, Version, Package, name, text, at + url + 1, line.Length - url - 1));
            at += line.Length + 1;
        }

        return all;
    }
}
