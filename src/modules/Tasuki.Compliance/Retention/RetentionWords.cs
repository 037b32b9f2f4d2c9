using System.Collections.Frozen;
using System.Resources;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.Web;

namespace Tasuki.Compliance.Retention;

/// <summary>Says a rule, its period and its counts in the language of the request.</summary>
internal sealed class RetentionWords(IServiceProvider services, IEnumerable<RetentionEntry> rules, Texts<RetentionTexts> texts, Language language)
{
    /// <summary>The codes that have a text, <c>problem-CODE</c>.</summary>
    public static readonly FrozenSet<string> Problems = FrozenSet.ToFrozenSet(
        ["retention.missing", "retention.period", "retention.unseen", "retention.off"], StringComparer.Ordinal);

    public string What(RetentionEntry rule) => rule.Words(services, $"keep-{rule.Id}");

    public string Why(RetentionEntry rule) => rule.Words(services, $"keep-{rule.Id}-why");

    public string How(RetentionEntry rule) => rule.Words(services, $"keep-{rule.Id}-how");

    public string Period(RetentionEntry rule, int period) => texts[$"period-{rule.Period.Unit}", period];

    public string Unit(RetentionEntry rule) => texts[$"unit-{rule.Period.Unit}"];

    public string Problem(Error error) => texts[Problems.Contains(error.Code) ? $"problem-{error.Code}" : "problem-other"];

    /// <summary>Counts by their names; evidence outlives its texts, so a name nobody knows any more is shown as it is.</summary>
    public string Parts(string id, IEnumerable<RetentionPart> parts)
    {
        var said = parts.Where(p => p.Number > 0).Select(p => texts["part", Name(id, p.Code), p.Number.ToString("N0", language.Culture)]).ToList();
        return said.Count == 0 ? texts["nothing"] : string.Join(texts["comma"], said);
    }

    private string Name(string id, string code)
    {
        try
        {
            return rules.FirstOrDefault(r => r.Id == id)?.Words(services, $"keep-{id}-{code}") ?? code;
        }
        catch (MissingManifestResourceException)
        {
            return code;
        }
    }
}
