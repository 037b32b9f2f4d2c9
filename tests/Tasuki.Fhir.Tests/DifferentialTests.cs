using System.Globalization;
using System.Text;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Tests;

/// <summary>
/// The validator against Firely's strict parser, fault by fault, over every published resource, made-up ones and changed ones (fixed seed). TASUKI_DIFFERENTIAL
/// gives the number of changes of each resource: 3 in the suite, 300 in full.
/// </summary>
public sealed class DifferentialTests
{
    private const int Seed = 20260401;
    private const int Largest = 60_000;

    [Fact]
    public void Firely_and_the_validator_find_the_same_faults_or_the_difference_is_explained()
    {
        var changes = int.Parse(Environment.GetEnvironmentVariable("TASUKI_DIFFERENTIAL") ?? "3", CultureInfo.InvariantCulture);
        var random = new Random(Seed);
        var found = new SortedDictionary<string, (int Times, string Example)>(StringComparer.Ordinal);
        var compared = 0;
        var invalid = 0;
        foreach (var piece in Corpus.Published().Concat(Corpus.MadeUp(60, 2)))
        {
            Compare(piece.Name, piece.Json);
            for (var i = 0; i < changes && piece.Json.Length < Largest; i++)
            {
                if (Mutation.Of(piece.Json, random) is var (kind, json))
                    Compare($"{piece.Name}, {kind}", json);
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{compared} resources compared, {invalid} of them not valid");
        foreach (var (key, (times, example)) in found)
            TestContext.Current.TestOutputHelper!.WriteLine($"{times} {key}: {example}");
        Assert.Empty(found.Where(one => !Differences.Explained.ContainsKey(one.Key)).Select(one => $"{one.Key} ({one.Value.Times}): {one.Value.Example}"));
        Assert.True(compared > 500 && invalid > 100, $"{compared} compared, {invalid} not valid");

        void Compare(string name, byte[] json)
        {
            compared++;
            var firely = Firely.Check(json);
            // Firely's parser looks at no invariants and no targets of references: see InvariantTests.
            var ours = ResourceValidator.Check(json).Where(issue => !issue.IsInvariant && issue.Code is not "target").ToList();
            invalid += firely.Count > 0 ? 1 : 0;
            foreach (var fault in firely.Where(fault => !ours.Any(issue => Near(issue.Path, fault.Path))))
                Count(Firely.Key(fault), $"{name}: {fault.Path} {fault.Message}");
            foreach (var issue in ours.Where(issue => !firely.Any(fault => Near(issue.Path, fault.Path))))
                Count($"ours: {issue.Code} {issue.Type}".TrimEnd(), $"{name}: {issue.Path} {Around(json, issue)}");
        }

        void Count(string key, string example)
        {
            var (times, first) = found.GetValueOrDefault(key, (0, example));
            found[key] = (times + 1, first);
        }
    }

    // The one path names a choice by its type and the other does not, the one counts places where the other does not; a fault may be told at the owner of its element.
    private static bool Near(string ours, string firely)
    {
        var one = Steps(ours);
        var other = Steps(firely);
        for (var i = 1; i < Math.Min(one.Length, other.Length); i++)
        {
            var same = one[i].StartsWith(other[i], StringComparison.OrdinalIgnoreCase) && (one[i].Length == other[i].Length || char.IsAsciiLetterUpper(one[i][other[i].Length]));
            if (!same && !one[i].TrimStart('_').Equals(other[i].TrimStart('_'), StringComparison.OrdinalIgnoreCase))
                return false;
        }

        return true;
    }

    private static string[] Steps(string path) => [.. path.Split('.').Select(step => IssuePath.Names(step.Split('[')[0]))];

    private static string Around(byte[] json, ResourceIssue issue)
    {
        var from = Math.Clamp(issue.Column - 40, 0, json.Length);
        return Encoding.UTF8.GetString(json.AsSpan(from, Math.Min(90, json.Length - from)));
    }
}
