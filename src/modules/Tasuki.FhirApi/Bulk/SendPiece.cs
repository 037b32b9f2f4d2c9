using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Bulk;

/// <summary>
/// One file of the manifest, resident by resident: the gate is asked again for each, and lines are given out only where it opens and shows as much as it did when they were
/// read. So a grant that was taken back or narrowed and a person who was erased leave a file shorter, and never break it.
/// </summary>
internal sealed class SendPiece(TasukiDb db, ISeal seal, ShowExport exports)
{
    public const string Errors = "errors";

    private const string Extension = ".ndjson";
    private const int AtOnce = 8;

    private static readonly Error Insufficient = new("scope.insufficient", "The token's scopes do not cover all of what this file was made with.");

    public async Task<Answer> Run(Call call, string id, string file, CancellationToken cancel)
    {
        if (await exports.Find(call, id, cancel) is not { State: ExportState.Done } export || !file.EndsWith(Extension, StringComparison.Ordinal))
            return Failures.Answer(ShowExport.Missing);
        var request = exports.RequestOf(export);
        var name = file[..^Extension.Length];
        if (name is Errors && request.LeftOut.Length > 0)
            return Of(export, (output, stop) => SendErrors(request, output, stop));
        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || await db.Set<BulkPiece>().AsNoTracking().SingleOrDefaultAsync(p => p.ExportNo == export.No && p.Piece == number, cancel) is not { } piece)
        {
            return Failures.Answer(ShowExport.Missing);
        }

        if (!(piece.Kind is DeletedRecords.Kind ? request.Types : [piece.Kind]).All(type => ExportScopes.Cover(call.Caller.Scopes, SmartScopes.Parse(request.Scopes).Value, type)))
            return Failures.Answer(Insufficient);
        return Of(export, (output, stop) => SendLines(call, export, piece, output, stop));
    }

    private static Answer Of(BulkExport export, Func<Stream, CancellationToken, Task> write) =>
        new(200, default) { Form = BulkRequest.Ndjson, Headers = [("Expires", ShowExport.ExpiresOf(export))], Write = write };

    private static async Task SendErrors(BulkRequest request, Stream output, CancellationToken cancel)
    {
        foreach (var sentence in request.LeftOut)
        {
            await output.WriteAsync(Outcome.Of(new Issue("warning", "not-supported", sentence)), cancel);
            await output.WriteAsync("\n"u8.ToArray(), cancel);
        }
    }

    private async Task SendLines(Call call, BulkExport export, BulkPiece piece, Stream output, CancellationToken cancel)
    {
        var all = PieceIndex.Read(seal.OpenForMunicipality(ExportRows.LinesPlace(piece), piece.Lines).Value);
        if (all.Count == 0)
            return;
        var reached = (await call.Vault.Reached(
            call.Caller.Actor, call.Caller.ReadPurpose, int.MaxValue, new ResidentNo(all[0].Resident.Value - 1), all[^1].Resident, cancel)).ToHashSet();
        var whose = all.Select(one => one.Resident).Where(reached.Contains).ToList();
        if (whose.Count == 0)
            return;
        var what = string.Create(CultureInfo.InvariantCulture, $"export {export.No}, handed out: {piece.Kind}");
        var run = await call.Vault.BeginRun(call.Caller.Actor, whose, call.Caller.ReadPurpose, what, cancel);
        foreach (var resident in whose)
        {
            if (await run.Open(resident, cancel) is { IsOk: true } session)
                await SendLines(session.Value, export, piece, output, cancel);
        }
    }

    private async Task SendLines(Session session, BulkExport export, BulkPiece piece, Stream output, CancellationToken cancel)
    {
        for (var part = 0; ; part += AtOnce)
        {
            var (resident, from) = (session.Resident.Value, part);
            var segments = await db.Set<BulkSegment>().AsNoTracking().Where(s => s.ExportNo == export.No && s.Piece == piece.Piece && s.ResidentNo == resident && s.Part >= from)
                .OrderBy(s => s.Part).Take(AtOnce).ToListAsync(cancel);
            foreach (var segment in segments)
            {
                var place = new SealPlace(BulkTables.Segments, "body", BulkSegment.Row(segment.ExportNo, segment.Piece, segment.ResidentNo, segment.Part));
                var packed = await seal.Open(session.Resident, place, segment.Body, cancel);
                if (!packed.IsOk || !session.Extent.Covers(SegmentBody.ExtentOf(packed.Value)))
                    return;
                await SegmentBody.Unpack(packed.Value, output, cancel);
            }

            if (segments.Count < AtOnce)
                return;
        }
    }
}
