namespace Tasuki.Vault;

/// <summary>One change of one record, by its id, as an interface asks for it. Unlike <see cref="Session.Write"/> nothing is recognised: what is created is a record of its own.</summary>
public abstract record RecordChange
{
    private RecordChange()
    {
    }

    /// <param name="IfNoneExist">Nothing is created when exactly one record that this session sees is found; more than one is the error <c>change.ambiguous</c>.</param>
    public sealed record Create(NewRecord Record, RecordQuery? IfNoneExist = null) : RecordChange
    {
        /// <summary>What the condition finds is an error (<c>change.version</c>) instead of the answer.</summary>
        public bool MustBeNew { get; init; }
    }

    /// <param name="IfVersion">The version that must stand, else <c>change.version</c>; null for whichever stands.</param>
    public sealed record Update(string Id, NewRecord Record, int? IfVersion = null) : RecordChange;

    public sealed record Delete(string Id, int? IfVersion = null) : RecordChange;
}

public enum ChangeOutcome : byte
{
    Created,

    /// <summary>A record that a conditional create found; nothing was written.</summary>
    Found,

    Updated,
    Deleted,
}

/// <summary>What became of a change. <paramref name="Record"/> as it stands now; null after a deletion.</summary>
public sealed record ChangedRecord(string Id, string Type, int Version, DateTimeOffset Updated, ChangeOutcome Outcome, StoredRecord? Record);

/// <summary>A version of a record in its history. <paramref name="Record"/> is null for the version that says it was deleted.</summary>
public sealed record RecordVersion(string Id, string Type, int Version, DateTimeOffset Updated, StoredRecord? Record);

public sealed record RecordHistory(IReadOnlyList<RecordVersion> Versions, string? Next);

/// <summary>A place among the versions of one person, newest change first, as someone sees it who merges those of several persons.</summary>
/// <param name="Id">The record whose version stands there, and was seen; null for the place right behind all that was stored at that time.</param>
public sealed record VersionPlace(DateTimeOffset Updated, string? Id = null, int Version = 0);
