using System.Text.Json;

namespace Tasuki.Compliance.Sheets;

/// <summary>Which tests of this version hold which requirement: <c>shown-by.json</c>, names as <c>Class.Method</c>. A test of the house checks that each of them is there.</summary>
internal sealed class ShownByTests
{
    private readonly Dictionary<string, string[]> _tests;

    private ShownByTests(Dictionary<string, string[]> tests) => _tests = tests;

    public IReadOnlyCollection<string> Requirements => _tests.Keys;

    public static ShownByTests Load()
    {
        using var stream = typeof(ShownByTests).Assembly.GetManifestResourceStream("shown-by.json")!;
        return new ShownByTests(JsonSerializer.Deserialize<Dictionary<string, string[]>>(stream)!);
    }

    public IReadOnlyList<string> Of(string requirement) => _tests.GetValueOrDefault(requirement, []);
}
