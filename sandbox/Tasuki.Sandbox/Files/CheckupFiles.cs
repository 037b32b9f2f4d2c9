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
            [.. report.Others.Prepend(report.Composition).Select(record => new ReadResource(default, record.Resource, record.LocalUrl, record.Category, record.Source, record.SourceName))]), report.Day));

    private static void Done(Kernel.Result<IReadOnlyList<string>> written)
    {
        if (!written.IsOk)
            throw new InvalidOperationException(written.Error.ToString());
        if (written.Value.Count > 0)
            throw new InvalidOperationException($"{written.Value.Count} results do not fit into the ministry's format.");
    }
}
