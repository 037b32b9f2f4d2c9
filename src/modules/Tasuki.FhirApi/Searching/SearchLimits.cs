using System.Globalization;
using Microsoft.Extensions.Configuration;
using Tasuki.Kernel;

namespace Tasuki.FhirApi;

/// <summary>
/// How dear searches may be, counted in records opened (decrypted) to be looked at. Public because the server reads it from its settings, <c>Tasuki:Search</c>.
/// </summary>
/// <param name="Most">Of one person in one search; a dearer one is refused.</param>
/// <param name="Heavy">Of one person in one request; from here on it counts as heavy.</param>
/// <param name="PerMinute">What heavy requests of one caller may open of one person, a minute.</param>
/// <param name="AtOnce">Heavy searches that run at the same time.</param>
public sealed record SearchLimits(int Most, int Heavy, int PerMinute, int AtOnce)
{
    public static SearchLimits Usual { get; } = new(20_000, 2_000, 100_000, 4);

    /// <summary>Error <c>settings.search</c>.</summary>
    public static Result<SearchLimits> From(IConfigurationSection section)
    {
        var limits = Usual;
        foreach (var setting in section.GetChildren())
        {
            var least = setting.Key is nameof(AtOnce) ? 1 : 100;
            if (setting.Key is not (nameof(Most) or nameof(Heavy) or nameof(PerMinute) or nameof(AtOnce)))
                return new Error("settings.search", $"Tasuki:Search has the settings {nameof(Most)}, {nameof(Heavy)}, {nameof(PerMinute)} and {nameof(AtOnce)} alone.");
            if (!int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > 10_000_000)
                return new Error("settings.search", $"Tasuki:Search:{setting.Key} is a whole number from {least} to 10,000,000.");
            limits = setting.Key switch
            {
                nameof(Most) => limits with { Most = number },
                nameof(Heavy) => limits with { Heavy = number },
                nameof(PerMinute) => limits with { PerMinute = number },
                _ => limits with { AtOnce = number },
            };
        }

        return limits.Heavy <= limits.Most ? limits : new Error("settings.search", "Tasuki:Search:Heavy is at most what Tasuki:Search:Most is.");
    }
}
