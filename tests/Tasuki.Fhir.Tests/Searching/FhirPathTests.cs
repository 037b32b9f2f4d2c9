using System.Globalization;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir.Searching;

namespace Tasuki.Fhir.Tests.Searching;

/// <summary>The values our compiled paths find under every search parameter, against those fhirpath.js finds by R4's own expressions.</summary>
public sealed class FhirPathTests
{
    private const int Largest = 400_000;

    [Fact]
    public async Task Fhirpath_js_and_the_compiled_paths_find_the_same_values_or_the_difference_is_explained()
    {
        NodeOracle.SkipWithout("fhirpath");
        var pieces = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var piece in Corpus.Published().Where(piece => piece.Json.Length < Largest).Concat(Corpus.MadeUp(20, 3)))
        {
            if (CanonicalResource.Parse(piece.Json) is { IsOk: true } parsed)
                pieces[piece.Name] = parsed.Value.Json.ToArray();
        }

        if (!Testing.Samples.Here)
            Assert.Skip("samples not here");
        var (resources, values) = (0, 0);
        var found = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        await foreach (var (name, answer) in NodeOracle.Ask("fhirpath.mjs", pieces))
        {
            resources++;
            using var document = JsonDocument.Parse(pieces[name]);
            var type = document.RootElement.GetProperty("resourceType").GetString()!;
            foreach (var parameter in SearchParameters.NamesOf(type).Select(each => SearchParameters.Find(type, each)).Where(each => each is { IsOk: true, Value.Definition: { } definition } && definition.StartsWith("http://hl7.org/fhir/SearchParameter/", StringComparison.Ordinal)).Select(each => each.Value))
            {
                var theirs = answer.GetProperty("values").TryGetProperty(parameter.Name, out var list) ? Words(list) : [];
                var ours = Values.Of(parameter, pieces[name]);
                values += theirs.Count;
                if (ours.SetEquals(theirs))
                    continue;
                var key = $"{type}:{parameter.Name}";
                if (!found.TryGetValue(key, out var some))
                    found[key] = some = [];
                some.Add($"{name}: ours [{string.Join("; ", ours.Except(theirs, StringComparer.Ordinal).Take(3))}], theirs [{string.Join("; ", theirs.Except(ours, StringComparer.Ordinal).Take(3))}]");
            }
        }

        foreach (var (key, some) in found)
            TestContext.Current.TestOutputHelper!.WriteLine($"{some.Count} {key}: {some[0]}");
        Assert.Equal(pieces.Count, resources);
        Assert.True(values > 10_000, $"{values} values compared");
        Assert.Equal(FhirPathDifferences.Explained.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
    }

    // In the words of Values below.
    private static HashSet<string> Words(JsonElement list)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        var elements = 0;
        foreach (var value in list.EnumerateArray())
        {
            string[] parts = [.. value.EnumerateArray().Select(each => each.GetString()!)];
            var word = parts[0] switch
            {
                "element" => $"{++elements} elements",
                "date" => FhirDate.Parse(parts[1]) is { } date ? Values.Word(date) : null,
                "period" => Period(parts[1], parts[2]),
                "timing" => Timing(parts[1..]),
                "number" => $"{Number(parts[1])} to {Number(parts[2])}",
                "quantity" => $"{Number(parts[1])} to {Number(parts[2])} {parts[3]}|{parts[4]}",
                _ => string.Join('|', parts[1..]),
            };
            if (word is not null)
                words.Add(word);
        }

        words.RemoveWhere(word => elements > 1 && word.EndsWith(" elements", StringComparison.Ordinal) && !string.Equals(word, $"{elements} elements", StringComparison.Ordinal));
        return words;
    }

    private static string? Period(string start, string end)
    {
        var (from, to) = (FhirDate.Parse(start), FhirDate.Parse(end));
        return from is null && to is null ? null : Values.Word(new FhirDate(from?.From ?? FhirDate.OpenStart, to?.To ?? FhirDate.OpenEnd));
    }

    private static string? Timing(string[] parts)
    {
        var spans = parts.Select(part => part.Split('/') is [var start, var end] ? (From: FhirDate.Parse(start)?.From ?? FhirDate.OpenStart, To: FhirDate.Parse(end)?.To ?? FhirDate.OpenEnd)
            : FhirDate.Parse(part) is { } date ? (date.From, date.To) : default).Where(span => span != default).ToList();
        return spans.Count == 0 ? null : Values.Word(new FhirDate(spans.Min(span => span.From), spans.Max(span => span.To)));
    }

    private static string Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Values.Word(number) : "";

    private sealed class Values(SearchKind kind) : ValueTest
    {
        private readonly HashSet<string> _found = new(StringComparer.Ordinal);
        private int _elements;

        public static HashSet<string> Of(SearchParameter parameter, byte[] json)
        {
            var values = new Values(parameter.Kind);
            parameter.Any(json, values);
            if (values._elements > 0)
                values._found.Add($"{values._elements} elements");
            return values._found;
        }

        public static string Word(FhirDate date) => string.Create(CultureInfo.InvariantCulture, $"{date.From.UtcDateTime:O} to {date.To.UtcDateTime:O}");

        public static string Word(decimal? number) => number?.ToString("G15", CultureInfo.InvariantCulture) ?? "";

        public override bool Token(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) => kind is SearchKind.Token && code.Length > 0 && Add($"{Encoding.UTF8.GetString(system)}|{Encoding.UTF8.GetString(code)}");

        public override bool Text(ReadOnlySpan<byte> text) => kind is SearchKind.String && Add(Encoding.UTF8.GetString(text));

        public override bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type) => Add(Encoding.UTF8.GetString(reference));

        public override bool Uri(ReadOnlySpan<byte> uri) => Add(Encoding.UTF8.GetString(uri));

        public override bool Date(FhirDate date) => Add(Word(date));

        public override bool Number(decimal? low, decimal? high) => kind is SearchKind.Number && Add($"{Word(low)} to {Word(high)}");

        public override bool Quantity(decimal? low, decimal? high, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code, ReadOnlySpan<byte> unit) =>
            kind is SearchKind.Quantity && Add($"{Word(low)} to {Word(high)} {Encoding.UTF8.GetString(system)}|{Encoding.UTF8.GetString(code)}");

        public override bool Element(ReadOnlySpan<byte> json) => ++_elements < 0;

        // Never enough: all of them are wanted.
        private bool Add(string word)
        {
            _found.Add(word);
            return false;
        }
    }
}
