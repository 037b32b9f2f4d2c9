using System.Globalization;
using System.Runtime.CompilerServices;
using Tasuki.Formats;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Exchange.Exporting;

/// <summary>
/// Takes everything of one resident out as one ZIP: FHIR NDJSON, detailed measurements, spreadsheets, <c>.sphr</c>, originals, who looked, and a page that reads it
/// all. Written forwards into the answer; brought in elsewhere it gives the same records.
/// </summary>
public sealed class ExportRecords(Texts<ExchangeTexts> texts, Language language, Consents consents, ProvidedRecords provided, ExchangeOptions options, IServiceLook looks, TimeProvider clock) : IPersonExport
{
    private const int HistoryEntries = 10_000;

    /// <summary>The name of the ZIP and of the folder in it. It says the day and nothing of the person.</summary>
    public string Name() => $"tasuki-{clock.Today().ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";

    /// <param name="session">Opened for the purpose <see cref="Purpose.Export"/>, or <see cref="Purpose.LegalRequest"/>; narrowed, it gives what it sees and no originals.</param>
    /// <returns>The files of the archive, as its manifest lists them.</returns>
    public async Task<IReadOnlyList<ExportedFile>> Write(Session session, ResidentProfile person, Stream output, CancellationToken cancel)
    {
        var made = clock.GetUtcNow();
        var service = (await looks.Now(cancel)).Names.In(language.Reading);
        await using var archive = await ExportArchive.Begin(output, Name(), made, cancel);
        var tables = new RecordTables();
        await Fhir(archive, session, tables, cancel);
        tables.Sort();
        await Sphr(archive, session, service, made, cancel);
        await Samples(archive, session, cancel);
        await Spreadsheets(archive, tables, cancel);
        await Originals(archive, session, cancel);
        await About(archive, session, cancel);
        await archive.Add("index.html", stream => new ReadableIndex(texts, language).Write(stream, person, service, made, tables, cancel), cancel);
        await archive.Add(ExportIndex.Name, stream => ExportIndex.Write(stream, [.. archive.Files, .. ExportArchive.Manifest], made, cancel), cancel);
        await archive.Finish(cancel);
        return archive.Files;
    }

    async Task IPersonExport.Stream(Session session, ResidentProfile person, Stream answer, CancellationToken cancel)
    {
        await using var late = new LateWrites(answer);
        await Write(session, person, late, cancel);
        await late.FlushAsync(cancel);
    }

    private static async Task Fhir(ExportArchive archive, Session session, RecordTables tables, CancellationToken cancel)
    {
        var types = (await session.Count(cancel)).Where(count => count.Count > 0).Select(count => count.Type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        foreach (var type in types)
        {
            await archive.Add($"fhir/{type}.ndjson", async stream =>
            {
                var count = 0;
                await NdjsonWriter.WriteAsync(stream, Records(session, type, record =>
                {
                    tables.Take(record);
                    count++;
                }, cancel), cancel);
                return count;
            }, cancel);
        }
    }

    /// <summary>The same records once more as the file other PHR services take. It is packed already.</summary>
    private async Task Sphr(ExportArchive archive, Session session, string service, DateTimeOffset made, CancellationToken cancel)
    {
        var about = new SphrExport(options.ServiceId, service, made);
        var name = $"SPHR_{options.ServiceId}_{made.ToOffset(TokyoDay.Offset).ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture)}.sphr";
        await archive.Add(name, async stream =>
        {
            var count = 0;
            await SphrWriter.WriteAsync(stream, about, Records(session, null, _ => count++, cancel), cancel);
            return count;
        }, cancel, pack: false);
    }

    private static async IAsyncEnumerable<ExportRecord> Records(Session session, string? type, Action<StoredRecord> seen, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var record in session.All(new RecordQuery { Types = type is null ? [] : [type], Order = RecordOrder.Stored }, cancel))
        {
            seen(record);
            yield return new ExportRecord(record.Resource, record.Id, record.Version, record.Updated, record.Class.Category, record.Origin.Kind, record.Origin.Name);
        }
    }

    private static async Task Samples(ExportArchive archive, Session session, CancellationToken cancel)
    {
        var month = new List<SampleDay>();
        await foreach (var day in session.Samples(metric: null, from: null, to: null, cancel))
        {
            if (month.Count > 0 && SamplesFile.NameOf(month[0].Day) != SamplesFile.NameOf(day.Day))
                await Flush();
            month.Add(day);
        }

        if (month.Count > 0)
            await Flush();

        async Task Flush()
        {
            await archive.Add(SamplesFile.NameOf(month[0].Day), stream => SamplesFile.Write(stream, month, cancel), cancel);
            month.Clear();
        }
    }

    private async Task Spreadsheets(ExportArchive archive, RecordTables tables, CancellationToken cancel)
    {
        foreach (var checkup in tables.Checkups())
        {
            await Sheet($"csv/checkups-{checkup.Category.ToString().ToLowerInvariant()}.csv", [texts["index-item"], texts["index-unit"], .. checkup.Days],
                checkup.Rows.Select(row => (string[])[row.Item, row.Unit, .. row.Values]));
        }

        await Sheet("csv/medicines.csv", [texts["index-day"], texts["index-medicine"], texts["index-dose"], texts["index-kind"], texts["index-source"]],
            tables.Medicines.Select(m => (string[])[m.Day, m.Name, m.Dose, Words.Type(texts, m.Type), m.Source]));
        await Sheet("csv/vaccinations.csv", [texts["index-day"], texts["index-vaccine"], texts["index-number"], texts["index-lot"], texts["index-source"]],
            tables.Vaccinations.Select(v => (string[])[v.Day, v.Vaccine, v.Dose, v.Lot, v.Source]));
        await Sheet("csv/diary.csv", [texts["index-moment"], texts["index-item"], texts["index-value"], texts["index-unit"], texts["index-source"]],
            tables.Diary.Select(d => (string[])[d.Moment, d.Item, d.Value, d.Unit, d.Source]));
        await Sheet("csv/others.csv", [texts["index-day"], texts["csv-category"], texts["index-kind"], texts["index-what"], texts["index-source"]],
            tables.Others.Select(o => (string[])[o.Day, Words.Category(texts, o.Category), Words.Type(texts, o.Type), o.Subject, o.Source]));

        Task Sheet(string path, string[] head, IEnumerable<string[]> rows) => archive.Add(path, stream => Table(stream, head, rows, cancel), cancel);
    }

    private static async Task<int> Table(Stream stream, string[] head, IEnumerable<string[]> rows, CancellationToken cancel)
    {
        var count = 0;
        await CsvWriter.WriteAsync(stream, head, rows.Select(row =>
        {
            count++;
            return (IReadOnlyList<string?>)row;
        }).ToAsyncEnumerable(), cancel);
        return count;
    }

    private static async Task Originals(ExportArchive archive, Session session, CancellationToken cancel)
    {
        var number = 0;
        foreach (var file in (await session.Files(cancel)).OrderBy(file => file.FileNo))
        {
            var opened = await session.OpenFile(file.FileNo, cancel);
            if (!opened.IsOk)
                continue;
            await using var content = opened.Value;
            await archive.Add(OriginalPath(++number, file.Name), async stream =>
            {
                await content.CopyToAsync(stream, cancel);
                return 1;
            }, cancel, name: file.Name);
        }
    }

    private async Task About(ExportArchive archive, Session session, CancellationToken cancel)
    {
        await archive.Add("about/access.csv", async stream =>
        {
            string[] head = [texts["index-moment"], texts["access-who"], texts["access-purpose"], texts["access-action"], texts["access-detail"], texts["access-refused"]];
            return await Table(stream, head, (await session.AccessLog(HistoryEntries, cancel)).Select(entry => (string[])
            [
                Moment(entry.At), texts[$"actor-{entry.ActorKind}"], entry.Purpose, entry.Action, entry.Detail ?? "", entry.Refused ? texts["yes"] : "",
            ]), cancel);
        }, cancel);
        await archive.Add("about/access-proofs.json", stream => session.AccessLogProofs(HistoryEntries, againstSeal: null, stream, cancel), cancel);
        await archive.Add("about/consents.csv", async stream => await Table(stream, [texts["index-moment"], texts["consent-terms"], texts["access-purpose"], texts["consent-notice"]],
            (await consents.Of(session, cancel)).Select(consent => (string[])[Moment(consent.Given), consent.Terms ?? "", string.Join(", ", consent.Purposes), consent.Notice ?? ""]), cancel), cancel);
        await archive.Add("about/provided.csv", async stream => await Table(stream, [.. provided.Head], (await provided.Of(session, cancel)).Select(line => (string[])[.. line]), cancel), cancel);
    }

    private static string Moment(DateTimeOffset at) => at.ToOffset(TokyoDay.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A number keeps names apart; what a file system or a ZIP reader could stumble over is replaced.</summary>
    internal static string OriginalPath(int number, string name)
    {
        var safe = new string([.. name.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')]);
        return string.Create(CultureInfo.InvariantCulture, $"originals/{number:D4}_{(safe.Length > 100 ? safe[^100..] : safe).TrimStart('.')}");
    }
}
