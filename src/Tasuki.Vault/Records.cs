using System.Buffers;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault;

/// <summary>Where a record came from and how it came in. Kept sealed in the record's body; <see cref="Kind"/> also stands permuted in a column.</summary>
/// <param name="Name">The institution, service or device in words, where known.</param>
/// <param name="FileNo">The original file it was read from (<see cref="Session.OpenFile"/>), where there is one.</param>
/// <param name="Position">Where in that file.</param>
/// <param name="Received">When the service received it; the time of measurement is the resource's own.</param>
public sealed record RecordOrigin(SourceKind Kind, string? Name, long? FileNo, string? Position, DateTimeOffset Received);

/// <summary>
/// One record to be stored. <paramref name="Category"/> is what the document around it said; null lets the vault's code lists decide. Whether it is
/// sensitive is always found by the code lists. <paramref name="LocalUrl"/> is what other records of the same <see cref="Session.Write"/> call it (fullUrl or Type/id): such
/// references are rewritten to the stored id.
/// </summary>
public sealed record NewRecord(CanonicalResource Resource, RecordOrigin Origin, DataCategory? Category = null, string? LocalUrl = null)
{
    /// <summary>
    /// For <see cref="Session.Change"/>: what this record calls others of the same request, and which change each is, from 0. Wherever the record links to such a name
    /// (<see cref="ResourceLinks"/>) it comes to link to the record that is created, changed or found by that change.
    /// </summary>
    public IReadOnlyDictionary<string, int>? Links { get; init; }
}

/// <summary>One version of one record, opened.</summary>
public sealed record StoredRecord(
    string Id, int Version, DateTimeOffset Updated, AccessClass Class, RecordOrigin Origin, CanonicalResource Resource)
{
    public string Type => Resource.Type;

    /// <summary>About nobody, brought in by the operator, seen by all alike (<see cref="SharedSession"/>).</summary>
    public bool IsShared { get; init; }

    public string Reference => $"{Resource.Type}/{Id}";

    /// <summary>The resource as FHIR JSON with id and meta written back.</summary>
    public void WriteJson(IBufferWriter<byte> output) => Resource.WriteWithIdentity(output, Id, Version, Updated);
}

/// <summary>What became of each <see cref="NewRecord"/>, in the order given.</summary>
public enum WriteOutcome : byte
{
    Created,

    /// <summary>The same record, the same content: nothing was written.</summary>
    AlreadyThere,

    /// <summary>The same identifier with other content: a new version of the known record.</summary>
    Updated,
}

public sealed record WrittenRecord(string Id, string Type, WriteOutcome Outcome);

/// <summary>
/// What to find. Everything given must hold (AND): the plain fields are a short way to write the commonest predicates, <see cref="Where"/> takes any. SQL narrows by
/// column and token; every candidate is opened and checked again, so a token that matches by chance returns nothing.
/// </summary>
public sealed record RecordQuery
{
    /// <summary>Resource types; empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Any of these codes as the record's main code. A system of null matches every system.</summary>
    public IReadOnlyList<Coding> Codes { get; init; } = [];

    /// <summary>This coding anywhere in the record.</summary>
    public Coding? AnyCoding { get; init; }

    /// <summary>This identifier value anywhere in the record.</summary>
    public string? Identifier { get; init; }

    /// <summary>This reference anywhere in the record, in the form <c>Type/id</c>.</summary>
    public string? Reference { get; init; }

    public IReadOnlyList<DataCategory> Categories { get; init; } = [];

    /// <summary>The record's main date overlaps [DateFrom, DateTo).</summary>
    public DateTimeOffset? DateFrom { get; init; }

    public DateTimeOffset? DateTo { get; init; }

    public DateTimeOffset? UpdatedSince { get; init; }

    public RecordPredicate? Where { get; init; }

    public RecordOrder Order { get; init; } = RecordOrder.NewestDateFirst;

    /// <summary>At most this many a page, 1 to 1,000.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>The sealed token of <see cref="RecordPage.Next"/>; bound to session's resident and query.</summary>
    public string? After { get; init; }

    /// <summary>
    /// Asked before each record is opened to be looked at, also at the far ends of references; an error ends the search and is its answer. Null: everything may be opened.
    /// </summary>
    public Func<Error?>? BeforeOpening { get; init; }

    /// <summary>All of it as one tree.</summary>
    internal RecordPredicate Predicate
    {
        get
        {
            var parts = new List<RecordPredicate>();
            if (Types.Count > 0)
                parts.Add(new RecordPredicate.OfType(Types));
            if (Codes.Count > 0)
                parts.Add(new RecordPredicate.HasCode(Codes));
            if (AnyCoding is not null)
                parts.Add(new RecordPredicate.HasCoding(AnyCoding));
            if (Identifier is not null)
                parts.Add(new RecordPredicate.Identifier(Identifier));
            if (Reference is not null)
                parts.Add(new RecordPredicate.Reference(Reference));
            if (Categories.Count > 0)
                parts.Add(new RecordPredicate.InCategory(Categories));
            if (DateFrom is not null || DateTo is not null)
                parts.Add(new RecordPredicate.DateOverlaps(DateFrom, DateTo));
            if (UpdatedSince is not null)
                parts.Add(new RecordPredicate.UpdatedBetween(UpdatedSince, null));
            if (Where is not null)
                parts.Add(Where);
            return new RecordPredicate.And(parts);
        }
    }
}

public enum RecordOrder : byte
{
    NewestDateFirst,
    OldestDateFirst,

    /// <summary>In the order stored: for exports that must see everything once.</summary>
    Stored,

    NewestUpdateFirst,
    OldestUpdateFirst,
}

public sealed record RecordPage(IReadOnlyList<StoredRecord> Records, string? Next);

/// <summary>How many records of a kind there are for this session, and their span.</summary>
public sealed record RecordCount(string Type, AccessClass Class, int Count, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>One day of one metric at high frequency: values with their time of day. Stored as one compressed, sealed chunk.</summary>
/// <param name="Metric">The metric's code, e.g. a LOINC code.</param>
/// <param name="Unit">UCUM.</param>
public sealed record SampleDay(string Metric, string Unit, DateOnly Day, IReadOnlyList<Sample> Samples);

/// <summary>A value over a span of seconds from the start of the day in Tokyo. The value keeps its digits as text.</summary>
public readonly record struct Sample(int FromSecond, int ToSecond, string Value)
{
    /// <summary>Seconds run from 0 to 86,400, and none ends before it begins: what is not so is not stored.</summary>
    public bool IsWithinDay => FromSecond >= 0 && ToSecond >= FromSecond && ToSecond <= 86_400;
}

/// <summary>An original file kept as evidence.</summary>
public sealed record StoredFile(long FileNo, string Name, string ContentType, long Size, DateTimeOffset Received, byte[] Sha256);

/// <summary>An entry of the access log as the resident reads it.</summary>
/// <param name="App">The app a clinician acted through.</param>
/// <param name="Party">To whom access was given, or from whom it was taken; null for every other action.</param>
public sealed record AccessEntry(
    DateTimeOffset At, ActorKind ActorKind, string ActorId, string Purpose, string Action, string? Detail, bool Refused, long? App = null, AccessParty? Party = null);

/// <summary>Whom a grant is for, as the gate knows them.</summary>
public sealed record AccessParty(ActorKind Kind, string Id);
