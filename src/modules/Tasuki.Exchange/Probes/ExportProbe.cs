using System.Globalization;
using Tasuki.Exchange.Exporting;
using Tasuki.Exchange.Importing;
using Tasuki.Kernel.Evidence;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Exchange.Probes;

/// <summary>
/// Whether taking out takes out all: what is kept for the synthetic resident is exported as for anybody, read back by the reader of imports, and compared line by line
/// with what lies in the vault, both ways; then the vault is asked what bringing the file in would do, and has to know every record of it. The archive stands in memory alone, and
/// nothing is brought in: the receiving, scanning and spooling of an upload is not walked here.
/// </summary>
internal sealed class ExportProbe(ProbeResident resident, ExportRecords export, ExchangeOptions options, TimeProvider clock) : IProbe
{
    /// <summary>What becomes of the archive between writing and reading. For tests: it is damaged here.</summary>
    public Func<byte[], byte[]>? AfterWriting { get; set; }

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var person = await resident.Get(cancel);
        var own = await resident.Open(Purpose.OwnUse, cancel);
        var leaving = await resident.Open(Purpose.Export, cancel);
        var arriving = await resident.Open(Purpose.Import, cancel);
        if ((person.Error ?? own.Error ?? leaving.Error ?? arriving.Error) is { } refused)
            return Finding.Bad("resident", refused.Code);

        var (stored, lost) = await Stock(own.Value, cancel);
        if (lost is not null)
            return lost;
        using var zip = new MemoryStream();
        await export.Write(leaving.Value, person.Value, zip, cancel);
        using var back = new MemoryStream(AfterWriting?.Invoke(zip.ToArray()) ?? zip.ToArray());
        return await Compare(stored, arriving.Value, back, cancel);
    }

    // What is known is written once; from then on it has to be there.
    private async Task<(Holdings Stored, Finding? Lost)> Stock(Session own, CancellationToken cancel)
    {
        var stored = await Holdings.Stored(own, cancel);
        if (await own.Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, cancel) is not { IsOk: true, Value.Records: [var patient, ..] })
            return (stored, Finding.Bad("resident", "record.missing"));
        var records = KnownRecords.Records(patient.Reference, clock.GetUtcNow());
        var known = KnownRecords.As(records);
        if (stored.Records == 1)
        {
            var written = await KnownRecords.Write(own, records, cancel);
            if (!written.IsOk)
                return (stored, Finding.Bad("resident", written.Error.Code));
            stored = await Holdings.Stored(own, cancel);
        }

        var missing = known.MissingIn(stored);
        return (stored, missing == 0 ? null : Finding.Bad("lost", Text(missing), Text(known.All)));
    }

    private async Task<Finding> Compare(Holdings stored, Session arriving, MemoryStream zip, CancellationToken cancel)
    {
        var contents = await FileContents.From(zip, "export.zip", options, cancel);
        if (contents.Problem is { } problem)
            return Finding.Bad("unread", problem.Code);
        using var archive = OwnExport.Open(zip, options.Limits);
        if (archive is null || contents.NotUnderstoodCount > 0 || await Holdings.Exported(contents, archive, cancel) is not { } exported)
            return Finding.Bad("unread", contents.NotUnderstoodCount > 0 ? contents.NotUnderstood[0].Reason.Code : "import.samples");
        if (stored.MissingIn(exported) is > 0 and var missing)
            return Finding.Bad("missing", Text(missing), Text(stored.All));
        if (exported.MissingIn(stored) is > 0 and var extra)
            return Finding.Bad("extra", Text(extra));

        var plan = await StoragePlan.For(arriving, clock.GetUtcNow(), contents, fileNo: null, new PersonsWord(IsMine: true, Source: null), cancel);
        var outcomes = await arriving.Preview(plan.Records, cancel);
        var others = plan.Records.Count - outcomes.Count(o => o.Outcome is WriteOutcome.AlreadyThere);
        return others > 0
            ? Finding.Bad("differs", Text(others), Text(plan.Records.Count)) : Finding.Good("complete", Text(stored.Records), Text(stored.Days), Text(stored.Files));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
