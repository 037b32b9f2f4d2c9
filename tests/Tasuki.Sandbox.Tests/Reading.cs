using System.Globalization;
using System.Text.Json;

namespace Tasuki.Sandbox.Tests;

/// <summary>What the tests look at in a resource.</summary>
internal sealed record Reading(SyntheticRecord Record, string? Code, decimal? Value, string? Digits, string? Unit, string? Answer, DateOnly? Day, string Encounter)
{
    public static IEnumerable<Reading> Of(IEnumerable<SyntheticRecord> records)
    {
        foreach (var record in records.Where(record => record.Resource.Type == "Observation"))
        {
            using var document = JsonDocument.Parse(record.Resource.Json);
            var root = document.RootElement;
            var code = root.GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString();
            decimal? value = null;
            string? digits = null;
            string? unit = null;
            if (root.TryGetProperty("valueQuantity", out var quantity))
            {
                value = quantity.GetProperty("value").GetDecimal();
                digits = quantity.GetProperty("value").GetRawText();
                unit = quantity.TryGetProperty("code", out var ucum) ? ucum.GetString() : null;
            }

            var answer = root.TryGetProperty("valueCodeableConcept", out var concept) && concept.TryGetProperty("coding", out var coding) ? coding[0].GetProperty("code").GetString() : null;
            DateOnly? day = root.TryGetProperty("effectiveDateTime", out var effective) ? DateOnly.ParseExact(effective.GetString()![..10], "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;
            yield return new Reading(record, code, value, digits, unit, answer, day, root.TryGetProperty("encounter", out var encounter) ? encounter.GetProperty("reference").GetString()! : "");
        }
    }

    public static double Correlation(IReadOnlyCollection<(double X, double Y)> pairs)
    {
        var x = pairs.Average(pair => pair.X);
        var y = pairs.Average(pair => pair.Y);
        var together = pairs.Sum(pair => (pair.X - x) * (pair.Y - y));
        return together / Math.Sqrt(pairs.Sum(pair => (pair.X - x) * (pair.X - x)) * pairs.Sum(pair => (pair.Y - y) * (pair.Y - y)));
    }
}
