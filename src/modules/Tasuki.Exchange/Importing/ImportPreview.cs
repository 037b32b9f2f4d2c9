using Tasuki.Fhir;
using Tasuki.Formats;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Exchange.Importing;

/// <summary>What a person sees of a file before anything of it is stored.</summary>
public sealed record ImportPreview
{
    public required string Id { get; init; }

    public required string FileName { get; init; }

    public required long Size { get; init; }

    public required FileFormat Format { get; init; }

    /// <summary>When this very file (same SHA-256) was brought in before.</summary>
    public DateTimeOffset? ReadBefore { get; init; }

    public required IReadOnlyList<PersonMatch> People { get; init; }

    public required IReadOnlyList<KindFound> Kinds { get; init; }

    public required IReadOnlyList<SourceFound> Sources { get; init; }

    public required IReadOnlyList<NotUnderstoodGroup> NotUnderstood { get; init; }

    public required int NotUnderstoodCount { get; init; }

    /// <summary>What was understood and needs a word: mended on the way, left out on purpose.</summary>
    public required IReadOnlyList<NotUnderstoodGroup> Notes { get; init; }

    public required IReadOnlyList<AttachmentFound> Attachments { get; init; }

    /// <summary>Days of detailed measurements, and original files, that our own export brings along.</summary>
    public required int SampleDays { get; init; }

    public required int Originals { get; init; }

    /// <summary>Name or birth date differ from the account's: stored only when the person says that the records are theirs.</summary>
    public bool MustBeConfirmed => People.Any(person => person.Differs);

    /// <summary>Records whose file does not say where they come from: the person is asked.</summary>
    public bool SourceIsAsked => Sources.Any(source => source.Kind is SourceKind.Unknown);

    public int New => Kinds.Sum(kind => kind.New);

    public int Changed => Kinds.Sum(kind => kind.Changed);

    public int AlreadyThere => Kinds.Sum(kind => kind.AlreadyThere);
}

/// <summary>Records of one category and type: how many, what storing them would do, and the days they speak of.</summary>
public sealed record KindFound(DataCategory Category, bool Sensitive, string Type, int New, int Changed, int AlreadyThere, DateTimeOffset? From, DateTimeOffset? To)
{
    public int Count => New + Changed + AlreadyThere;
}

public sealed record SourceFound(SourceKind Kind, string? Name, int Count);

/// <summary>What was not understood for one reason, and where: the first positions of it.</summary>
public sealed record NotUnderstoodGroup(string Code, string Message, int Count, IReadOnlyList<SourcePosition> Positions);

/// <summary>Counts what a file holds against what is already there.</summary>
internal static class Tally
{
    private const int Batch = 500;

    // An open period reaches to the last instant that can be stored; it says nothing about when.

    public static async Task<IReadOnlyList<KindFound>> Kinds(Session session, IReadOnlyList<NewRecord> records, CancellationToken cancel)
    {
        var kinds = new SortedDictionary<(DataCategory, bool, string), KindFound>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var batch in records.Chunk(Batch))
        {
            var answers = await session.Preview(batch, cancel);
            foreach (var (record, (outcome, access)) in batch.Zip(answers))
            {
                var type = record.Resource.Type;
                var key = (access.Category, access.Sensitive, type);
                var known = kinds.GetValueOrDefault(key) ?? new KindFound(access.Category, access.Sensitive, type, 0, 0, 0, null, null);
                // A file may hold the same record twice; it is stored once.
                var again = !seen.Add(Convert.ToHexString(RecordIdentity.Of(record.Resource)));
                kinds[key] = With(known, again ? WriteOutcome.AlreadyThere : outcome, RecordFacts.Of(record.Resource).Date);
            }
        }

        return [.. kinds.Values];
    }

    public static IReadOnlyList<SourceFound> Sources(IReadOnlyList<ReadResource> resources) =>
        [.. resources.GroupBy(r => (Kind: r.Source ?? SourceKind.Unknown, r.SourceName))
            .Select(group => new SourceFound(group.Key.Kind, group.Key.SourceName, group.Count())).OrderByDescending(source => source.Count)];

    public static IReadOnlyList<NotUnderstoodGroup> Groups(IReadOnlyList<NotUnderstood> items) =>
        [.. items.GroupBy(item => item.Reason).Select(group => new NotUnderstoodGroup(
            group.Key.Code, group.Key.Message, group.Count(), [.. group.Select(item => item.Position)]))];

    private static KindFound With(KindFound kind, WriteOutcome outcome, FhirDate? date)
    {
        kind = outcome switch
        {
            WriteOutcome.Created => kind with { New = kind.New + 1 },
            WriteOutcome.Updated => kind with { Changed = kind.Changed + 1 },
            _ => kind with { AlreadyThere = kind.AlreadyThere + 1 },
        };
        if (date is not { } span)
            return kind;
        // A period that is open at one side shows the side it has.
        var last = span.To >= FhirDate.OpenEnd ? span.From : span.To.AddTicks(-1);
        var first = span.From <= FhirDate.OpenStart ? last : span.From;
        return kind with { From = kind.From is { } from && from < first ? from : first, To = kind.To is { } to && to > last ? to : last };
    }
}
