using System.Text.Json;
using Tasuki.Fhir;

namespace Tasuki.Formats;

/// <summary>One entry of a Bundle: where its resource stands in the file and what it is called.</summary>
/// <param name="Number">From 0, as in <c>entry[0]</c>.</param>
/// <param name="Start">Of the resource's first byte in the file; -1 when the entry has no resource.</param>
internal sealed record BundleEntry(int Number, string? FullUrl, int Start, int Length, string? Type, string? Id)
{
    public bool HasResource => Start >= 0;
}

/// <summary>The table of a Bundle, made in one pass over its bytes without building any of its resources.</summary>
internal sealed class BundleIndex
{
    // A resource in a bundle stands three levels below the bundle: object, entry array, entry.
    private const int LevelsOfAnEntry = 3;

    private readonly Dictionary<string, BundleEntry?> _byUrl = new(StringComparer.Ordinal);

    private BundleIndex()
    {
    }

    public string? Type { get; private set; }

    public IReadOnlyList<string> Profiles => _profiles;

    public IReadOnlyList<BundleEntry> Entries => _entries;

    private readonly List<string> _profiles = [];
    private readonly List<BundleEntry> _entries = [];

    /// <summary>The table of the Bundle that begins at <paramref name="start"/>. Throws <see cref="JsonException"/> on broken JSON.</summary>
    /// <param name="most">Entries beyond this many are not read; one more tells that there are more.</param>
    /// <exception cref="JsonException">The JSON is broken, too deep, or has an element twice where the bundle itself is read.</exception>
    public static BundleIndex Read(ReadOnlySpan<byte> json, int start, int depth, int most)
    {
        var index = new BundleIndex();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = depth + LevelsOfAnEntry });
        reader.Read();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = Once(ref reader, seen);
            reader.Read();
            switch (name)
            {
                case "type" when reader.TokenType is JsonTokenType.String:
                    index.Type = Text(ref reader);
                    break;
                case "meta" when reader.TokenType is JsonTokenType.StartObject:
                    index.ReadMeta(ref reader);
                    break;
                case "entry" when reader.TokenType is JsonTokenType.StartArray:
                    while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                    {
                        if (index._entries.Count > most)
                            return index;
                        index.ReadEntry(ref reader, start);
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // What follows the bundle in the file is read too: a second value there is broken JSON and throws.
        reader.Read();
        index.NameEntries();
        return index;
    }

    /// <summary>The entry a reference means: by full URL, by a relative reference under the entry's base, or by the resource's own id.</summary>
    public BundleEntry? Find(string reference)
    {
        var history = reference.IndexOf("/_history/", StringComparison.Ordinal);
        return _byUrl.GetValueOrDefault(history < 0 ? reference : reference[..history]);
    }

    /// <summary>What other records of this read call the entry.</summary>
    public static string? NameOf(BundleEntry entry) => entry.FullUrl ?? (entry is { Type: { } type, Id: { } id } ? $"{type}/{id}" : null);

    private void NameEntries()
    {
        foreach (var entry in _entries.Where(entry => entry.FullUrl is not null))
            _byUrl.TryAdd(entry.FullUrl!, entry);
        foreach (var entry in _entries.Where(entry => entry is { Type: not null, Id: not null }))
        {
            // Two resources of one id under different bases: a relative reference to them says nothing.
            var relative = $"{entry.Type}/{entry.Id}";
            if (!_byUrl.TryAdd(relative, entry) && !ReferenceEquals(_byUrl[relative], entry))
                _byUrl[relative] = null;
        }
    }

    private void ReadMeta(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isProfile = Text(ref reader) is "profile";
            reader.Read();
            if (!isProfile || reader.TokenType is not JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
            {
                if (reader.TokenType is JsonTokenType.String)
                    _profiles.Add(Text(ref reader));
                else
                    reader.Skip();
            }
        }
    }

    private void ReadEntry(ref Utf8JsonReader reader, int start)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            _entries.Add(new BundleEntry(_entries.Count, null, -1, 0, null, null));
            return;
        }

        string? fullUrl = null, type = null, id = null;
        var from = -1;
        var length = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = Once(ref reader, seen);
            reader.Read();
            if (string.Equals(name, "fullUrl", StringComparison.Ordinal) && reader.TokenType is JsonTokenType.String)
            {
                fullUrl = Text(ref reader);
            }
            else if (string.Equals(name, "resource", StringComparison.Ordinal) && reader.TokenType is JsonTokenType.StartObject)
            {
                var first = (int)reader.TokenStartIndex;
                ReadNames(ref reader, ref type, ref id);
                (from, length) = (start + first, (int)reader.BytesConsumed - first);
            }
            else
            {
                reader.Skip();
            }
        }

        _entries.Add(new BundleEntry(_entries.Count, string.IsNullOrWhiteSpace(fullUrl) ? null : fullUrl, from, length, type, id));
    }

    private static void ReadNames(ref Utf8JsonReader reader, ref string? type, ref string? id)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = Text(ref reader);
            reader.Read();
            if (name is "resourceType" && reader.TokenType is JsonTokenType.String)
                type ??= Text(ref reader);
            else if (name is "id" && reader.TokenType is JsonTokenType.String)
                id ??= Text(ref reader);
            else
                reader.Skip();
        }
    }

    // The reader throws InvalidOperationException on half a surrogate pair, when the text is asked for or compared.
    private static string Text(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped && JsonText.FirstFault(reader.ValueSpan) is not null
            ? throw new JsonException("Text.", path: null, lineNumber: null, bytePositionInLine: reader.TokenStartIndex)
            : reader.GetString()!;

    private static string Once(ref Utf8JsonReader reader, HashSet<string> seen)
    {
        var name = Text(ref reader);
        // Two entry lists, two types: which of them another program reads nobody can say.
        return seen.Add(name) ? name : throw new JsonException("Duplicate property.", path: null, lineNumber: null, bytePositionInLine: reader.TokenStartIndex);
    }
}
