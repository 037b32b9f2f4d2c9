using System.Resources;
using Tasuki.Compliance.Controls;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Compliance.Sheets;

/// <summary>Says in the language of the request what a probe looks at and what it found. Evidence outlives its texts: a word nobody knows any more is shown as it is.</summary>
internal sealed class ProbeSentences(IServiceProvider services, IEnumerable<ProbeEntry> probes, Texts<ComplianceTexts> texts, Language language)
{
    public string LooksAt(ProbeEntry probe) => probe.Words(services, $"probe-{probe.Id}", []);

    public string Found(string id, ProbeContent content)
    {
        if (content.Code is LookAtEverything.Threw or LookAtEverything.TooSlow)
            return texts[$"probe-{content.Code}", [.. content.Values]];
        try
        {
            return probes.FirstOrDefault(p => p.Id == id)?.Words(services, $"probe-{id}-{content.Code}", content.Values) ?? $"{content.Code} {string.Join(' ', content.Values)}";
        }
        catch (MissingManifestResourceException)
        {
            return $"{content.Code} {string.Join(' ', content.Values)}";
        }
    }

    /// <summary>Everything that shows a row, or fails to, one sentence each; tests as their number.</summary>
    public IEnumerable<string> Evidence(AnsweredRow row)
    {
        foreach (var probe in row.Probes)
        {
            yield return probe.Found is not { } found ? $"{LooksAt(probe.Probe)}: {texts["never-looked"]}"
                : $"{LooksAt(probe.Probe)}: {(probe.Stale ? texts["stale", language.Day(TokyoDay.Of(found.At))] : Found(probe.Probe.Id, found.Content))}";
        }

        if (row.Tests.Count > 0)
            yield return texts["by-tests", row.Tests.Count];
        foreach (var document in row.Documents)
            yield return texts["by-document", document.Content.Title, document.Content.Version, language.Day(document.Content.ReviewBy)];
        foreach (var (register, lines) in row.Registers)
            yield return texts["by-register", texts["register-" + register.Id], lines];
        if (row.Attestation is { } word)
            yield return texts["by-word", word.Content.Role, word.Content.Name, language.Day(TokyoDay.Of(word.At)), language.Day(word.Content.Until)];
    }
}
