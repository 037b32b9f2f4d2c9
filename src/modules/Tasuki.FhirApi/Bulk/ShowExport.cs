using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;

namespace Tasuki.FhirApi.Bulk;

/// <summary>How far an export is, its manifest, and its end by the app. Another app's export is not there.</summary>
internal sealed class ShowExport(TasukiDb db, ISeal seal, TimeProvider clock)
{
    /// <summary>
    /// The time of a manifest lies this much before the kick-off: a write that took its time of change before and was committed after a resident was read is found by the next
    /// export that asks for what came since. Longer than any write takes, and than servers' clocks differ.
    /// </summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private const string Again = "5";

    public static readonly Error Missing = new("record.missing", "There is no such export, or it has ended, or it is another app's.");

    private static readonly Error Failed = new("export.failed", "The export could not be made: the app is not let in any more, or it failed several times. Start another.");

    /// <summary>Null for everybody but the app whose it is, and when its time is over.</summary>
    public async Task<BulkExport?> Find(Call call, string id, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return call.Caller.Kind is not ApiCallerKind.Backend ? null
            : await db.Set<BulkExport>().AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.AppNo == call.Caller.App && e.Expires > now && e.State != ExportState.Cancelled && e.State != ExportState.Expired, cancel);
    }

    public async Task<Answer> Status(Call call, string id, CancellationToken cancel)
    {
        if (await Find(call, id, cancel) is not { } export)
            return Failures.Answer(Missing);
        return export.State switch
        {
            ExportState.Running => new Answer(202, default) { Headers = [("X-Progress", Progress(export)), ("Retry-After", Again)] },
            ExportState.Failed => Failures.Answer(Failed),
            _ => await Manifest(call, export, cancel),
        };
    }

    public async Task<Answer> Cancel(Call call, string id, CancellationToken cancel) =>
        await Find(call, id, cancel) is { } export && await End(export.No, cancel)
            ? new Answer(202, Outcome.Of(new Issue("information", "informational", "The export has ended and its files are gone."))) : Failures.Answer(Missing);

    public BulkRequest RequestOf(BulkExport export) => BulkRequest.FromJson(seal.OpenForMunicipality(ExportRows.RequestPlace(export), export.Request).Value);

    public static string ExpiresOf(BulkExport export) => export.Expires.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);

    // Between two looks it may have been done.
    private async Task<bool> End(long export, CancellationToken cancel)
    {
        foreach (var state in new[] { ExportState.Running, ExportState.Done, ExportState.Failed })
        {
            if (await ExportRows.End(db, export, state, ExportState.Cancelled, cancel))
                return true;
        }

        return false;
    }

    // Somebody may have begun to share after the number was taken.
    private static string Progress(BulkExport export) =>
        string.Create(CultureInfo.InvariantCulture, $"{(export.Residents == 0 ? 0 : Math.Min(100, 100L * export.Read / export.Residents))} %");

    // No file is told of which nobody's grant reaches the app now. How many lines of the others come is known when they are sent alone: the gate may show less than it did.
    private async Task<Answer> Manifest(Call call, BulkExport export, CancellationToken cancel)
    {
        var request = RequestOf(export);
        var reached = (await call.Vault.Reached(call.Caller.Actor, call.Caller.ReadPurpose, int.MaxValue, cancel)).ToHashSet();
        var files = new List<BulkPiece>();
        foreach (var piece in await db.Set<BulkPiece>().AsNoTracking().Where(p => p.ExportNo == export.No).OrderBy(p => p.Piece).ToListAsync(cancel))
        {
            if (PieceIndex.Read(seal.OpenForMunicipality(ExportRows.LinesPlace(piece), piece.Lines).Value).Any(one => reached.Contains(one.Resident)))
                files.Add(piece);
        }

        var output = new ArrayBufferWriter<byte>(4 * 1024);
        using (var writer = new Utf8JsonWriter(output, Outcome.Writing))
        {
            var at = $"{call.Root}/{BulkEndpoint.Exports}/{export.Id}";
            writer.WriteStartObject();
            writer.WriteString("transactionTime"u8, (export.Asked - Margin).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            writer.WriteString("request"u8, request.Url);
            writer.WriteBoolean("requiresAccessToken"u8, value: true);
            List(writer, "output", at, [.. files.Where(one => one.Kind is not DeletedRecords.Kind).Select(one => (one.Kind, Name(one), (int?)null))]);
            if (request.Since is not null)
                List(writer, "deleted", at, [.. files.Where(one => one.Kind is DeletedRecords.Kind).Select(one => ("Bundle", Name(one), (int?)null))]);
            List(writer, "error", at, request.LeftOut.Length == 0 ? [] : [("OperationOutcome", SendPiece.Errors, request.LeftOut.Length)]);
            writer.WriteEndObject();
        }

        return new Answer(200, output.WrittenMemory) { Form = "application/json", Headers = [("Expires", ExpiresOf(export))] };
    }

    private static string Name(BulkPiece piece) => piece.Piece.ToString(CultureInfo.InvariantCulture);

    private static void List(Utf8JsonWriter writer, string name, string at, IReadOnlyList<(string Type, string File, int? Count)> files)
    {
        writer.WriteStartArray(name);
        foreach (var (type, file, count) in files)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WriteString("url"u8, $"{at}/{file}.ndjson");
            if (count is { } lines)
                writer.WriteNumber("count"u8, lines);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
