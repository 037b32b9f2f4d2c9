using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.FhirApi.Bulk;

/// <summary>The files of an export as they grow: of each kind one is open; a piece that has many residents or bytes is followed by the next.</summary>
internal sealed class Pieces
{
    private const long MostBytes = 64 << 20;

    private readonly TasukiDb _db;
    private readonly ISeal _seal;
    private readonly BulkExport _export;
    private readonly Dictionary<string, Open> _open = new(StringComparer.Ordinal);
    private readonly List<BulkSegment> _segments = [];
    private readonly int _mostResidents;
    private int _next;

    private Pieces(TasukiDb db, ISeal seal, BulkExport export, int mostResidents) => (_db, _seal, _export, _mostResidents) = (db, seal, export, mostResidents);

    public static async Task<Pieces> Load(TasukiDb db, ISeal seal, BulkExport export, int mostResidents, CancellationToken cancel)
    {
        var all = db.Set<BulkPiece>().Where(p => p.ExportNo == export.No);
        var pieces = new Pieces(db, seal, export, mostResidents) { _next = (await all.MaxAsync(p => (int?)p.Piece, cancel) ?? -1) + 1 };
        foreach (var row in await all.Where(p => p.Residents < mostResidents && p.Bytes < MostBytes).ToListAsync(cancel))
            pieces._open[row.Kind] = new Open(row, [.. PieceIndex.Read(seal.OpenForMunicipality(ExportRows.LinesPlace(row), row.Lines).Value)]);

        return pieces;
    }

    /// <summary>Seals and keeps for <see cref="Write"/>; returns how many bytes. Nothing of somebody whose key is gone meanwhile.</summary>
    public async Task<long> Add(ResidentNo resident, ResidentLines lines, CancellationToken cancel)
    {
        long bytes = 0;
        foreach (var kind in lines.Closed.GroupBy(one => one.Kind, StringComparer.Ordinal))
        {
            var (row, whose) = Of(kind.Key);
            var part = 0;
            foreach (var (_, packed) in kind)
            {
                var place = new SealPlace(BulkTables.Segments, "body", BulkSegment.Row(_export.No, row.Piece, resident.Value, part));
                if (await _seal.Seal(resident, place, packed, cancel) is not { IsOk: true } body)
                    return bytes;
                _segments.Add(new BulkSegment { ExportNo = _export.No, Piece = row.Piece, ResidentNo = resident.Value, Part = part++, Body = body.Value });
                bytes += body.Value.Length;
                row.Bytes += body.Value.Length;
            }

            whose.Add((resident, lines.Count[kind.Key]));
            row.Residents++;
        }

        return bytes;
    }

    /// <summary>Adds to the changes of the database; they count when they are saved.</summary>
    public void Write()
    {
        foreach (var open in _open.Values)
            Seal(open);
        _db.AddRange(_segments);
    }

    public void Written()
    {
        foreach (var segment in _segments)
            _db.Entry(segment).State = EntityState.Detached;
        _segments.Clear();
    }

    private Open Of(string kind)
    {
        if (_open.TryGetValue(kind, out var open) && open.Row.Residents < _mostResidents && open.Row.Bytes < MostBytes)
            return open;
        if (open is not null)
            Seal(open);
        var row = new BulkPiece { ExportNo = _export.No, Piece = _next++, Kind = kind };
        _db.Add(row);
        return _open[kind] = new Open(row, []);
    }

    private void Seal(Open open) => open.Row.Lines = _seal.SealForMunicipality(ExportRows.LinesPlace(open.Row), PieceIndex.Of(open.Whose));

    private sealed record Open(BulkPiece Row, List<(ResidentNo Resident, int Lines)> Whose);
}
