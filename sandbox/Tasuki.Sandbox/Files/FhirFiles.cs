using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Sandbox;

/// <summary>A resident's records as FHIR files: report documents, a collection bundle, NDJSON, <c>.phr</c>.</summary>
internal static class FhirFiles
{
    private const string Self = "Patient/self";

    /// <summary>Each checkup as a document bundle of its own, in the shape of the checkup report.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Reports(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records)
    {
        foreach (var report in CheckupReport.All(records))
        {
            var stamp = $"{report.Day:yyyy-MM-dd}T16:30:00.000+09:00";
            var bundle = new MemoryStream();
            Text(bundle, "{\"resourceType\":\"Bundle\",\"meta\":{\"profile\":[\"http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Bundle_eCheckupGeneral\"]},\"identifier\":{\"system\":\"http://jpfhir.jp/fhir/core/IdSystem/documentInstance-identifier\",\"value\":\"");
            Text(bundle, LocalUrl.Id(report.Composition.LocalUrl!));
            Text(bundle, $"\"}},\"type\":\"document\",\"timestamp\":\"{stamp}\",\"entry\":[");
            Entry(bundle, report.Composition.LocalUrl!, Rewritten(report.Composition.Resource, resident.PatientUrl, null));
            Text(bundle, ",");
            Entry(bundle, resident.PatientUrl, resident.Patient);
            foreach (var record in report.Others)
            {
                Text(bundle, ",");
                Entry(bundle, record.LocalUrl!, Rewritten(record.Resource, resident.PatientUrl, null));
            }

            Text(bundle, "]}");
            yield return ($"checkup-{report.Day:yyyy-MM-dd}-{report.Kind}.json", bundle.ToArray());
        }
    }

    public static byte[] Collection(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records)
    {
        var bundle = new MemoryStream();
        Text(bundle, "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[");
        Entry(bundle, resident.PatientUrl, resident.Patient);
        foreach (var record in records)
        {
            Text(bundle, ",");
            Entry(bundle, record.LocalUrl!, Rewritten(record.Resource, resident.PatientUrl, null));
        }

        Text(bundle, "]}");
        return bundle.ToArray();
    }

    /// <summary>One resource a line, with ids; references name type and id.</summary>
    public static byte[] Ndjson(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records)
    {
        var lines = new MemoryStream();
        Lines(lines, resident, records);
        return lines.ToArray();
    }

    /// <summary>The HL7 PHR format: a Composition as the cover, then the same lines.</summary>
    public static byte[] Phr(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records, DateOnly until)
    {
        var lines = new MemoryStream();
        var patient = $"Patient/{LocalUrl.Id(resident.PatientUrl)}";
        Text(lines, "{\"resourceType\":\"Composition\",\"status\":\"final\",\"type\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"34133-9\",\"display\":\"Summary of episode note\"}]},");
        Text(lines, $"\"subject\":{{\"reference\":\"{patient}\"}},\"date\":\"{until:yyyy-MM-dd}\",\"author\":[{{\"display\":\"たすき市の試験データ\"}}],\"title\":\"ExportPHR{until:yyyyMMdd}\"}}\n");
        Lines(lines, resident, records);
        return lines.ToArray();
    }

    /// <summary>One record alone. What it refers to is not in the file, as happens with single resources.</summary>
    public static byte[] Single(SyntheticResident resident, SyntheticRecord record) =>
        Rewritten(record.Resource, $"Patient/{LocalUrl.Id(resident.PatientUrl)}", null).Json.ToArray();

    /// <summary>References of a whole export: <c>Type/id</c> for each local name.</summary>
    public static Dictionary<string, string> Names(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records)
    {
        var names = records.ToDictionary(record => record.LocalUrl!, record => $"{record.Resource.Type}/{LocalUrl.Id(record.LocalUrl!)}", StringComparer.Ordinal);
        names[Self] = $"Patient/{LocalUrl.Id(resident.PatientUrl)}";
        return names;
    }

    /// <summary>The resource with its references under the names of the file.</summary>
    public static CanonicalResource Rewritten(CanonicalResource resource, string patient, Dictionary<string, string>? names) =>
        resource.WithReferences(reference => names?.GetValueOrDefault(reference) ?? (reference == Self ? patient : null));

    private static void Lines(MemoryStream lines, SyntheticResident resident, IReadOnlyList<SyntheticRecord> records)
    {
        var names = Names(resident, records);
        Line(lines, resident.Patient, LocalUrl.Id(resident.PatientUrl));
        foreach (var record in records)
            Line(lines, Rewritten(record.Resource, names[Self], names), LocalUrl.Id(record.LocalUrl!));
    }

    // The id belongs behind the type, where every server writes it.
    private static void Line(MemoryStream lines, CanonicalResource resource, string id)
    {
        var json = resource.Json.Span;
        var type = "{\"resourceType\":\""u8.Length + resource.Type.Length + 1;
        lines.Write(json[..type]);
        Text(lines, $",\"id\":\"{id}\"");
        lines.Write(json[type..]);
        lines.WriteByte((byte)'\n');
    }

    private static void Entry(MemoryStream bundle, string url, CanonicalResource resource)
    {
        Text(bundle, $"{{\"fullUrl\":\"{url}\",\"resource\":");
        bundle.Write(resource.Json.Span);
        Text(bundle, "}");
    }

    private static void Text(MemoryStream stream, string text) => stream.Write(Encoding.UTF8.GetBytes(text));
}

/// <summary>One checkup among a resident's records: its Composition and everything that leads from it.</summary>
internal sealed record CheckupReport(SyntheticRecord Composition, IReadOnlyList<SyntheticRecord> Others, DateOnly Day, string Kind, string Programme)
{
    public static IEnumerable<CheckupReport> All(IReadOnlyList<SyntheticRecord> records)
    {
        var byUrl = records.ToDictionary(record => record.LocalUrl!, StringComparer.Ordinal);
        foreach (var composition in records.Where(record => record.Resource.Type == "Composition"))
        {
            using var document = JsonDocument.Parse(composition.Resource.Json);
            var root = document.RootElement;
            var happened = root.GetProperty("event"u8)[0];
            yield return new CheckupReport(
                composition,
                [.. Reached(composition, byUrl)],
                FhirDate.Parse(happened.GetProperty("period"u8).GetProperty("start"u8).GetString()) is { } date ? TokyoDay.Of(date.From) : default,
                root.GetProperty("category"u8)[0].GetProperty("coding"u8)[0].GetProperty("code"u8).GetString()!,
                happened.GetProperty("code"u8)[0].GetProperty("coding"u8)[0].GetProperty("code"u8).GetString()!);
        }
    }

    private static List<SyntheticRecord> Reached(SyntheticRecord from, Dictionary<string, SyntheticRecord> byUrl)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { from.LocalUrl! };
        var order = new List<SyntheticRecord>();
        var open = new Queue<SyntheticRecord>([from]);
        while (open.TryDequeue(out var record))
        {
            foreach (var reference in RecordFacts.Of(record.Resource).References)
            {
                if (byUrl.TryGetValue(reference, out var next) && seen.Add(reference))
                {
                    order.Add(next);
                    open.Enqueue(next);
                }
            }
        }

        return order;
    }
}
