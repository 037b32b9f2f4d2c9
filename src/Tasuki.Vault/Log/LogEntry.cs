using Tasuki.Kernel;

namespace Tasuki.Vault.Log;

/// <summary>What an entry says was done. The strings are part of stored bytes and of what the resident reads (texts look them up).</summary>
internal static class LogAction
{
    public const string Open = "open";
    public const string Read = "read";
    public const string Search = "search";
    public const string History = "history";
    public const string Count = "count";
    public const string Write = "write";
    public const string Preview = "preview";
    public const string Change = "change";
    public const string Delete = "delete";
    public const string Samples = "samples";
    public const string WriteSamples = "write-samples";
    public const string KeepFile = "keep-file";
    public const string Files = "files";
    public const string OpenFile = "open-file";
    public const string DeleteFile = "delete-file";
    public const string Grants = "grants";
    public const string AccessLog = "access-log";
    public const string Enrol = "enrol";
    public const string Grant = "grant";
    public const string Revoke = "revoke";
    public const string Close = "close";
    public const string CancelClosure = "cancel-closure";
    public const string Erase = "erase";

    /// <summary>Records of categories that no purpose needs any more were erased with their past; the entry names each row.</summary>
    public const string EraseRecords = "erase-records";

    /// <summary>The same with days of samples.</summary>
    public const string EraseSamples = "erase-samples";

    /// <summary>A new version of the resident's key was made, or the old one destroyed; the detail says which.</summary>
    public const string ChangeKey = "change-key";

    /// <summary>Rows of the table in the detail were closed anew under the newest key; nothing else of them changed.</summary>
    public const string Rewrite = "rewrite";
    public const string Alarm = "alarm";

    /// <summary>Entries of whole sealed ranges were taken away after the retention.</summary>
    public const string RetireLog = "retire-log";

    /// <summary>Staff looked a resident up in the registry, or acted on the account there; the detail says which.</summary>
    public const string Registry = "registry";

    /// <summary>Staff opened an inquiry the resident wrote, or worked on it; the detail says which.</summary>
    public const string Inquiry = "inquiry";

    /// <summary>Staff opened a request under the Act that is about the resident, or worked on it; the detail says which.</summary>
    public const string LegalRequest = "legal-request";

    /// <summary>An officer took the file of what was disclosed, to hand it to the person.</summary>
    public const string Disclosure = "disclosure";

    /// <summary>Staff opened the list of those an incident affects, or told them; the detail says which.</summary>
    public const string Incident = "incident";

    /// <summary>An officer checked, approved, refused or suspended an app; the detail says which.</summary>
    public const string AppRegister = "app-register";

    /// <summary>Staff did something at the desk that is about no resident, or about somebody without an account; the detail says what.</summary>
    public const string Desk = "desk";

    /// <summary>Evidence was collected; the detail names the newest piece and its hash, so that the sealed log holds what the evidence was.</summary>
    public const string Evidence = "evidence";

    /// <summary>Records of many residents were made ready for an app, or handed out to it; the detail says which.</summary>
    public const string BulkExport = "bulk-export";

    /// <summary>Records about nobody were brought in by an operator; the detail says how many.</summary>
    public const string ImportShared = "import-shared";

    /// <summary>The change of the entry with the same tags may not have been stored.</summary>
    public const string Unconfirmed = "unconfirmed";

    /// <summary>Whose entry names versions of records.</summary>
    public static bool WritesRecords(string action) => action is Write or Change or Delete or EraseRecords;

    /// <summary>What is written beside rows and may have to be followed by <see cref="Unconfirmed"/>.</summary>
    public static bool IsChange(string action) => action is Write or Change or Delete or WriteSamples or KeepFile or DeleteFile or EraseRecords or EraseSamples or Grant or Revoke or Rewrite or ImportShared;
}

/// <summary>
/// One line of the access log before it is sealed. <paramref name="Detail"/> holds types, ids and counts, never a value of a person: it outlives the resident's
/// key and is held by the log key of its year.
/// </summary>
/// <param name="Written">For a write: which rows (seq, version) with the start of each one's tag, so that rows rolled back, deleted or slipped in are found later.</param>
/// <param name="Residents">For a run over many: everybody it touched, in ascending order; each of them sees this one entry. <paramref name="Resident"/> is null then.</param>
internal sealed record LogEntry(
    ResidentNo? Resident, Actor Actor, string Purpose, string Action, string? Detail, bool Refused, ReadOnlyMemory<byte> Written = default,
    IReadOnlyList<ResidentNo>? Residents = null)
{
    public static LogEntry OfMany(IReadOnlyList<ResidentNo> residents, Actor actor, string purpose, string action, string? detail) =>
        residents is [var one]
            ? new LogEntry(one, actor, purpose, action, detail, Refused: false)
            : new LogEntry(null, actor, purpose, action, detail, Refused: false, default, [.. residents.OrderBy(r => r.Value)]);
}

/// <summary>An entry as stored: resident number and time in clear, the actor as token, the rest under the log key of the year.</summary>
/// <param name="Residents">The root of the hash tree over the residents of a run over many; null for every other entry.</param>
internal sealed record SealedEntry(long WriterNo, long EntryNo, long GroupNo, long? ResidentNo, long At, long Actor, byte[] Body, byte[]? Residents)
{
    public const string Select = "writer_no, entry_no, group_no, resident_no, at, actor, body, residents";

    public static SealedEntry Read(System.Data.Common.DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetFieldValue<byte[]>(6),
        row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7));
}
