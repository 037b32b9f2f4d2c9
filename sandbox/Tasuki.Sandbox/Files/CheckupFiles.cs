using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Fhir;
using Tasuki.Formats;
using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.Sandbox;

/// <summary>A resident's checkups in the ministry's format: one <c>h*.xml</c> each, and the exchange archive around all of them.</summary>
internal static class CheckupFiles
{
    // Codes of 実施区分 and 種別 in the index: a specific checkup, sent by an institution to an insurer.
    private const int Service = 1;
    private const int Interaction = 1;

    private const string Insurer = "99000011";

    public static IEnumerable<(string Name, byte[] Bytes)> Documents(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records)
    {
        var number = 0;
        foreach (var (document, day) in Documents(resident, CheckupReport.All(records)))
        {
            var xml = new MemoryStream();
            Done(SpecificCheckupWriter.Write(xml, document));
            number++;
            yield return (new CheckupFileName('h', Town.CheckupCentre.Number, day, 0, Service, number).ToString(), xml.ToArray());
        }
    }

    public static IEnumerable<(string Name, byte[] Bytes)> Archive(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records, DateOnly until)
    {
        var documents = Documents(resident, CheckupReport.All(records)).Select(one => one.Document).ToArray();
        if (documents.Length == 0)
            yield break;
        var zip = new MemoryStream();
        Done(CheckupArchiveWriter.Write(zip, new CheckupExchange(Town.CheckupCentre.Number, Insurer, until, Part: 0, Service, Interaction), documents));
        yield return ("checkups.zip", zip.ToArray());
    }

    // The ministry's format is for these programmes; a pregnancy or a cancer screening has codes it cannot hold.
    private static IEnumerable<(CheckupDocument Document, DateOnly Day)> Documents(SyntheticResident resident, IEnumerable<CheckupReport> reports) => reports
        .Where(report => report.Programme is "010" or "020" or "030")
        .Select(report => (new CheckupDocument(
            new ReadPerson(default, [resident.Name.Kana, resident.Name.Kanji], resident.BirthDate, resident.Gender),
            [.. report.Others.Prepend(report.Composition with { Resource = InOneSection(report.Composition.Resource) }).Select(record => new ReadResource(default, record.Resource, record.LocalUrl, record.Category, record.Source, record.SourceName))]), report.Day));

    // The FHIR report has a section for results (01011) and one for answers (01012); the ministry's has one for both (01010).
    private static CanonicalResource InOneSection(CanonicalResource composition)
    {
        var json = JsonNode.Parse(composition.Json.Span)!.AsObject();
        var sections = json["section"]!.AsArray();
        var all = sections[0]!.AsObject();
        var coding = all["code"]!["coding"]![0]!;
        coding["code"] = string.Concat(coding["code"]!.GetValue<string>().AsSpan(0, 4), "0");
        all["title"] = "検査・問診結果セクション";
        foreach (var other in sections.Skip(1).ToArray())
        {
            foreach (var entry in other!["entry"]!.AsArray())
                all["entry"]!.AsArray().Add(entry!.DeepClone());
            sections.Remove(other);
        }

        return CanonicalResource.Parse(JsonSerializer.SerializeToUtf8Bytes(json)).Value;
    }

    private static void Done(Kernel.Result<IReadOnlyList<string>> written)
    {
        if (!written.IsOk)
            throw new InvalidOperationException(written.Error.ToString());
        if (written.Value.Count > 0)
            throw new InvalidOperationException($"{written.Value.Count} results do not fit into the ministry's format.");
    }
}
