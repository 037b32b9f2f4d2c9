namespace Tasuki.Vault.Store;

internal enum ColumnType
{
    Small,
    Int,
    Big,
    Bytes,
    Text,
}

/// <summary>What a column shows to somebody who holds the database and no key.</summary>
internal enum ColumnProtection
{
    Clear,
    Token,
    Sealed,
}

internal sealed record Column(string Name, ColumnType Type, ColumnProtection Protection, string? Reason);

internal sealed record TableColumns(string Database, string Name, IReadOnlyList<Column> Columns)
{
    public string Names { get; } = string.Join(", ", Columns.Select(c => c.Name));

    public string InsertSql { get; } =
        $"insert into {Name} ({string.Join(", ", Columns.Select(c => c.Name))}) values ({string.Join(", ", Columns.Select((_, i) => $"@p{i}"))})";

    public Statement Insert(object?[] values) => new(InsertSql, [.. values.Select((value, i) => ($"@p{i}", value))]);
}

/// <summary>
/// Every column of the vault's three databases, declared once: clear, token or sealed, and for clear text and bytes why. The order of columns is the order of
/// inserts. A test holds it against the real schema of both stores.
/// </summary>
internal static class VaultColumns
{
    public const string Records = "records";
    public const string Keys = "keys";
    public const string Log = "log";

    public static readonly TableColumns Resident = new(Records, "resident",
    [
        Number("resident_no"), Small("state"), Number("next_seq"), Number("last_updated"), Number("next_file_no"), Number("next_grant_no"), Number("created"),
        Number("closed_at"), Number("erase_at"), new Column("mac", ColumnType.Bytes, ColumnProtection.Token, null),
    ]);

    public static readonly TableColumns Record = new(Records, "record", RecordColumns());

    public static readonly TableColumns RecordHistory = new(Records, "record_history", RecordColumns());

    public static readonly TableColumns SampleChunk = new(Records, "sample_chunk",
        [Number("resident_no"), Token("metric"), Number("day"), Number("version"), Number("updated"), Sealed("body")]);

    public static readonly TableColumns File = new(Records, "file",
        [Number("resident_no"), Number("file_no"), Number("received"), Number("chunks"), Number("size"), Sealed("body")]);

    public static readonly TableColumns FileChunk = new(Records, "file_chunk",
        [Number("resident_no"), Number("file_no"), Number("chunk_no"), Sealed("body")]);

    public static readonly TableColumns AccessGrant = new(Records, "access_grant",
    [
        Number("resident_no"), Number("grant_no"), new Column("grantee", ColumnType.Bytes, ColumnProtection.Token, null),
        new Column("purpose", ColumnType.Text, ColumnProtection.Clear, "a code of the municipality's published list of purposes"),
        Token("classes"), Number("period_from"), Number("period_to"), Number("until"), Small("state"), Number("created"), Sealed("body"),
        new Column("mac", ColumnType.Bytes, ColumnProtection.Token, null),
    ]);

    public static readonly TableColumns Purpose = new(Records, "purpose",
    [
        new Column("code", ColumnType.Text, ColumnProtection.Clear, "official, published"), Number("version"),
        new Column("text", ColumnType.Text, ColumnProtection.Clear, "official text meant for everybody"),
        new Column("legal_basis", ColumnType.Text, ColumnProtection.Clear, "official text meant for everybody"),
        Number("classes"), Number("valid_from"),
    ]);

    public static readonly TableColumns ResidentLookup = new(Records, "resident_lookup",
        [new Column("token", ColumnType.Bytes, ColumnProtection.Token, null), Small("kind"), Number("resident_no")]);

    public static readonly TableColumns Counter = new(Records, "counter",
        [new Column("name", ColumnType.Text, ColumnProtection.Clear, "the name of a counter of our own"), Number("next")]);

    public static readonly TableColumns SharedRecord = new(Records, "shared_record",
    [
        Number("number"), Number("updated"), Token("identity"), new Column("version", ColumnType.Int, ColumnProtection.Clear, null), Small("type"), Sealed("body"),
    ]);

    public static readonly TableColumns ResidentKey = new(Keys, "resident_key",
        [Number("resident_no"), Number("epoch"), Small("key_version"), Sealed("wrapped")]);

    public static readonly TableColumns KeyFence = new(Keys, "key_fence", [Small("one"), Number("epoch")]);

    public static readonly TableColumns RingServer = new(Keys, "ring_server", [Number("server_no"), Number("generation"), Number("seen")]);

    public static readonly TableColumns LogWriter = new(Log, "log_writer", [Number("writer_no"), Number("started")]);

    public static readonly TableColumns LogEntry = new(Log, "log_entry",
    [
        Number("writer_no"), Number("entry_no"), Number("group_no"), Number("resident_no"), Number("at"), Token("actor"), Sealed("body"),
        Hash("residents", "root of a hash tree over resident numbers, which stand in clear beside it"),
    ]);

    public static readonly TableColumns LogGroup = new(Log, "log_group",
    [
        Number("writer_no"), Number("group_no"), Number("first_entry"), Number("last_entry"),
        Hash("previous", "hash of the group before, over sealed bytes"), Hash("hash", "hash over sealed bytes"), Hash("root", "hash over sealed bytes"),
    ]);

    public static readonly TableColumns LogListed = new(Log, "log_listed",
        [Number("writer_no"), Number("entry_no"), Number("resident_no"), Number("at")]);

    public static readonly TableColumns LogBeat = new(Log, "log_beat",
        [Number("writer_no"), Number("beat_no"), Number("at"), Number("until"), Number("closed_by")]);

    public static readonly TableColumns LogSeal = new(Log, "log_seal",
    [
        Number("seal_no"), Number("at"), Number("writer_no"), Number("groups"), Number("entries"), Hash("root", "hash over sealed bytes"),
        Hash("heads", "numbers of writers and hashes over sealed bytes"), Hash("previous", "hash of the seal before"), Hash("skip", "hash of an earlier seal"),
        Number("key_no"), Hash("signature", "published with the seal"),
    ]);

    public static IReadOnlyList<TableColumns> All { get; } =
    [
        Resident, Record, RecordHistory, SampleChunk, File, FileChunk, AccessGrant, Purpose, ResidentLookup, Counter, SharedRecord,
        ResidentKey, KeyFence, RingServer, LogWriter, LogEntry, LogGroup, LogListed, LogBeat, LogSeal,
        .. new[] { Records, Keys, Log }.Select(database => new TableColumns(database, "schema_version", [Number("script")])),
    ];

    // In the order they lie in the table: eight bytes, four, two, so that PostgreSQL fills nothing up between them; then what was added later.
    private static Column[] RecordColumns() =>
    [
        Number("resident_no"), Number("updated"), Token("code"), Token("identity"), Number("date_from"), Number("date_to"),
        new Column("seq", ColumnType.Int, ColumnProtection.Clear, null), new Column("version", ColumnType.Int, ColumnProtection.Clear, null), Small("type"),
        new Column("class", ColumnType.Small, ColumnProtection.Token, null), new Column("source", ColumnType.Small, ColumnProtection.Token, null), Small("deleted"),
        Sealed("body"), new Column("tokens", ColumnType.Bytes, ColumnProtection.Token, null),
        Token("other_code"),
    ];

    private static Column Number(string name) => new(name, ColumnType.Big, ColumnProtection.Clear, null);

    private static Column Small(string name) => new(name, ColumnType.Small, ColumnProtection.Clear, null);

    private static Column Token(string name) => new(name, ColumnType.Big, ColumnProtection.Token, null);

    private static Column Hash(string name, string reason) => new(name, ColumnType.Bytes, ColumnProtection.Clear, reason);

    private static Column Sealed(string name) => new(name, ColumnType.Bytes, ColumnProtection.Sealed, null);
}
