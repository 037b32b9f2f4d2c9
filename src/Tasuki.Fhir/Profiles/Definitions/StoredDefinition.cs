using System.IO.Compression;

namespace Tasuki.Fhir.Profiles.Definitions;

internal enum DefinitionKind
{
    StructureDefinition,
    ValueSet,
    CodeSystem,
}

/// <summary>A definition as it is kept until somebody asks for it: packed, since a package holds megabytes of texts that most runs never look at.</summary>
internal sealed class StoredDefinition
{
    private readonly byte[] _bytes;
    private readonly int _from;
    private readonly int _length;
    private readonly bool _packed;

    /// <summary>Part of a larger text, kept as it is.</summary>
    public StoredDefinition(DefinitionKind kind, string url, string? version, string package, string file, byte[] text, int from, int length)
    {
        (Kind, Url, Version, Package, File) = (kind, url, version, package, file);
        (_bytes, _from, _length) = (text, from, length);
    }

    public StoredDefinition(DefinitionKind kind, string url, string? version, string package, string file, ReadOnlySpan<byte> json)
    {
        (Kind, Url, Version, Package, File) = (kind, url, version, package, file);
        using var packed = new MemoryStream();
        using (var zip = new BrotliStream(packed, CompressionLevel.Fastest))
            zip.Write(json);
        _bytes = packed.ToArray();
        _length = json.Length;
        _packed = true;
    }

    public DefinitionKind Kind { get; }

    public string Url { get; }

    public string? Version { get; }

    public string Package { get; }

    public string File { get; }

    public int KeptBytes => _packed ? _bytes.Length : _length;

    public bool IsOfStandard => !_packed;

    public string Place => $"package {Package}, file {File}";

    public ReadOnlyMemory<byte> Json()
    {
        if (!_packed)
            return _bytes.AsMemory(_from, _length);
        var json = new byte[_length];
        using var zip = new BrotliStream(new MemoryStream(_bytes), CompressionMode.Decompress);
        zip.ReadExactly(json);
        return json;
    }
}
