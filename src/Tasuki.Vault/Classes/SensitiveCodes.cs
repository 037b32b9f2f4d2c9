using System.Collections.Frozen;
using Tasuki.Fhir;

namespace Tasuki.Vault.Classes;

/// <summary>
/// Whether a record is sensitive, by code lists kept as data (<c>sensitive-codes.tsv</c>). A code counts when its system is of the named family and it stands
/// between the first and the last of a line, compared on as many characters as the line gives.
/// </summary>
internal static class SensitiveCodes
{
    // Families by the systems seen in Japanese files; the last part of an OID or URL is compared as a whole.
    private static readonly FrozenDictionary<string, string> Families = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["http://hl7.org/fhir/sid/icd-10"] = "icd10",
        ["http://hl7.org/fhir/sid/icd-10-cm"] = "icd10",
        ["urn:oid:2.16.840.1.113883.6.3"] = "icd10",
        ["urn:oid:1.2.392.200119.4.101.2"] = "icd10",
        ["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full"] = "icd10",
        ["http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10"] = "icd10",
        ["http://medis.or.jp/CodeSystem/master-disease-icd10"] = "icd10",
        ["http://www.whocc.no/atc"] = "atc",
        ["http://jpfhir.jp/fhir/core/CodeSystem/YJ"] = "yj",
        ["http://capstandard.jp/iyaku.info/CodeSystem/YJ-code"] = "yj",
        ["urn:oid:1.2.392.100495.20.1.73"] = "yj",
        ["urn:oid:1.2.392.100495.20.2.73"] = "yj",
        ["urn:oid:1.2.392.100495.20.1.81"] = "yj",
        ["http://loinc.org"] = "loinc",
        ["urn:oid:1.2.392.200119.4.504"] = "jlac10",
        ["http://jpfhir.jp/fhir/core/CodeSystem/JP_ObservationLabResultCode_CS"] = "jlac10",
        ["urn:oid:1.2.392.200119.6.1005"] = "jlac10",
        ["http://jpfhir.jp/fhir/eCheckup/CodeSystem/jlac10"] = "jlac10",
        ["http://medis.or.jp/CodeSystem/master-JLAC10-17digits"] = "jlac10",
        ["http://jpfhir.jp/fhir/clins/CodeSystem/JLAC10/JP_CLINS_ObsLabResult_CoreLabo_CS"] = "jlac10",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Line[]> Lines = Load();

    public static bool Any(IReadOnlyList<Coding> codings)
    {
        foreach (var coding in codings)
        {
            if (coding.System is { } system && Families.TryGetValue(system, out var family) && Lines.TryGetValue(family, out var lines) && Array.Exists(lines, line => line.Holds(coding.Code)))
                return true;
        }

        return false;
    }

    private static FrozenDictionary<string, Line[]> Load()
    {
        using var stream = typeof(SensitiveCodes).Assembly.GetManifestResourceStream("Tasuki.Vault.sensitive-codes.tsv")
            ?? throw new InvalidOperationException("The list of sensitive codes is not in the assembly.");
        using var reader = new StreamReader(stream);
        var lines = new List<(string Family, Line Line)>();
        while (reader.ReadLine() is { } text)
        {
            if (text.Length == 0 || text[0] == '#')
                continue;
            var cells = text.Split('\t');
            lines.Add((cells[0], new Line(cells[1], cells[2].Length == 0 ? cells[1] : cells[2])));
        }

        return lines.GroupBy(l => l.Family, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.Select(l => l.Line).ToArray(), StringComparer.Ordinal);
    }

    private sealed record Line(string First, string Last)
    {
        public bool Holds(string code)
        {
            var plain = code.Replace(".", "", StringComparison.Ordinal).ToUpperInvariant();
            return Part(plain, First.Length) is { } low && string.CompareOrdinal(low, First) >= 0 && Part(plain, Last.Length) is { } high && string.CompareOrdinal(high, Last) <= 0;
        }

        private static string? Part(string code, int length) => code.Length >= length ? code[..length] : null;
    }
}
