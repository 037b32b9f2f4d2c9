using System.Globalization;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Log.Checking;

/// <summary>A row as it stands: its version, when it was written, the first eight bytes of its tag.</summary>
internal readonly record struct StandingRow(long Version, long Updated, long Tag);

/// <summary>An entry of the log that says something was written, deleted, given or taken back.</summary>
internal sealed class WriteEntry(SealedEntry entry, OpenedBody body)
{
    public long WriterNo => entry.WriterNo;

    public long EntryNo => entry.EntryNo;

    public long At => entry.At;

    public string Action => body.Action;

    public string? Detail => body.Detail;

    public ReadOnlyMemory<byte> Written => body.Written;

    /// <summary>The number in details like <c>file 3</c>.</summary>
    public long Number { get; } =
        body.Detail is { } detail && long.TryParse(detail.AsSpan(detail.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>A later entry says that this one may not have been stored.</summary>
    public bool IsUnconfirmed { get; set; }

    /// <summary>Some of what it wrote stands: then all must.</summary>
    public bool StandsInPart { get; set; }
}

/// <summary>All that the stores hold about one resident's rows.</summary>
internal sealed class ResidentFacts(long resident)
{
    public long Resident => resident;

    public ResidentState? State { get; set; }

    public Dictionary<long, StandingRow> Records { get; } = [];

    public Dictionary<long, SortedSet<long>> History { get; } = [];

    public Dictionary<(long Metric, long Day), StandingRow> Samples { get; } = [];

    public List<GrantRow> Grants { get; } = [];

    public Dictionary<long, StandingRow> Files { get; } = [];

    /// <summary>Rows whose tag is that of a rewriting: live grants, and rows whose first writing names no tag to compare with any more.</summary>
    public HashSet<(string Table, long Metric, long Place)> Rewritten { get; } = [];

    public List<(long Writer, long Entry)> Unreadable { get; } = [];

    public List<WriteEntry> Writes { get; } = [];

    public bool IsErased { get; private set; }

    public int RowCount => Records.Count + History.Count + Samples.Count + Grants.Count + Files.Count;

    public void AddHistory(long seq, long version)
    {
        if (!History.TryGetValue(seq, out var versions))
            History[seq] = versions = [];
        versions.Add(version);
    }

    public void Add(SealedEntry entry, OpenedBody body)
    {
        if (body.Refused)
            return;
        switch (body.Action)
        {
            case LogAction.Erase:
                IsErased = true;
                break;
            case LogAction.Unconfirmed:
                for (var i = Writes.Count - 1; i >= 0; i--)
                {
                    // Under another number when the writer lost its own meanwhile; the tags are random, so they name the entry wherever there are any.
                    if ((Writes[i].WriterNo != entry.WriterNo && body.Written.IsEmpty) || !Writes[i].Written.Span.SequenceEqual(body.Written.Span)
                        || !string.Equals(Writes[i].Detail, body.Detail, StringComparison.Ordinal))
                        continue;
                    Writes[i].IsUnconfirmed = true;
                    break;
                }

                break;
            case LogAction.Write or LogAction.Change or LogAction.Delete or LogAction.WriteSamples or LogAction.Rewrite
                or LogAction.EraseRecords or LogAction.EraseSamples when !body.Written.IsEmpty:
            case LogAction.Grant or LogAction.Revoke or LogAction.KeepFile or LogAction.DeleteFile:
                Writes.Add(new WriteEntry(entry, body));
                break;
            default:
                break;
        }
    }
}
