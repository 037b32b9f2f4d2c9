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
                    if (Writes[i].WriterNo != entry.WriterNo || !Writes[i].Written.Span.SequenceEqual(body.Written.Span))
                        continue;
                    Writes[i].IsUnconfirmed = true;
                    break;
                }

                break;
            case LogAction.Write or LogAction.Delete or LogAction.WriteSamples when !body.Written.IsEmpty:
            case LogAction.Grant or LogAction.Revoke or LogAction.KeepFile or LogAction.DeleteFile:
                Writes.Add(new WriteEntry(entry, body));
                break;
            default:
                break;
        }
    }
}
