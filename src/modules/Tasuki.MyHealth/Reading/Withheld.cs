using System.Text.Json;

namespace Tasuki.MyHealth;

/// <summary>
/// Records a doctor marked as not yet told to the person (CLINS: UNINFORMED, UNDELIVERED). They are kept and taken out with the rest, but no page breaks such
/// news.
/// </summary>
internal static class Withheld
{
    private const string System = "http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication";

    public static bool Is(JsonElement json) => FhirText.Each(json, "meta", "tag")
        .Any(tag => FhirText.Text(tag, "system") == System && (FhirText.Text(tag, "code") is "UNINFORMED" or "UNDELIVERED"));
}
