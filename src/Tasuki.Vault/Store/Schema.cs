namespace Tasuki.Vault.Store;

/// <summary>
/// The numbered scripts of the three databases. A script that was released is never changed; a change is a new script at the end. Unique keys contain
/// resident_no, there is no sequence and no trigger: so the tables can be spread over machines (design: three tiers, one schema).
/// </summary>
internal static class Schema
{
    /// <summary>The first eight bytes of <c>tokens</c> as a number, in PostgreSQL's words.</summary>
    public const string FirstToken = "('x' || encode(substr(tokens, 1, 8), 'hex'))::bit(64)::bigint";

    // As RecordStore.RecordRow.IdentityOf makes it.
    private const string Identity = $"case when length(tokens) >= 8 then ((resident_no & 16777215) << 40) | (({FirstToken}) & 1099511627775) end";

    public static readonly IReadOnlyList<string> Records =
    [
        """
        create table resident (
            resident_no bigint not null primary key, state smallint not null, next_seq bigint not null, last_updated bigint not null, next_file_no bigint not null,
            next_grant_no bigint not null, created bigint not null, closed_at bigint, erase_at bigint, mac bytea not null) /*plain*/;
        create index resident_due on resident (erase_at) where erase_at is not null;

        create table record (
            resident_no bigint not null, seq bigint not null, type smallint not null, version bigint not null, updated bigint not null, class smallint not null,
            source smallint not null, code bigint, date_from bigint, date_to bigint, tokens bytea not null, deleted smallint not null, body bytea not null,
            primary key (resident_no, seq)) /*clustered*/;
        create index record_type on record (resident_no, type, date_from);
        create index record_code on record (resident_no, type, code, date_from);
        create index record_updated on record (resident_no, updated);

        create table record_history (
            resident_no bigint not null, seq bigint not null, type smallint not null, version bigint not null, updated bigint not null, class smallint not null,
            source smallint not null, code bigint, date_from bigint, date_to bigint, tokens bytea not null, deleted smallint not null, body bytea not null,
            primary key (resident_no, seq, version)) /*clustered*/;

        create table sample_chunk (
            resident_no bigint not null, metric bigint not null, day bigint not null, version bigint not null, updated bigint not null, body bytea not null,
            primary key (resident_no, metric, day)) /*clustered*/;

        create table file (
            resident_no bigint not null, file_no bigint not null, received bigint not null, chunks bigint not null, size bigint not null, body bytea not null,
            primary key (resident_no, file_no)) /*plain*/;
        create table file_chunk (
            resident_no bigint not null, file_no bigint not null, chunk_no bigint not null, body bytea not null,
            primary key (resident_no, file_no, chunk_no)) /*plain*/;

        create table access_grant (
            resident_no bigint not null, grant_no bigint not null, grantee bytea not null, purpose text not null, classes bigint not null, period_from bigint,
            period_to bigint, until bigint not null, state smallint not null, created bigint not null, body bytea not null, mac bytea not null,
            primary key (resident_no, grant_no)) /*plain*/;
        create index access_grant_grantee on access_grant (grantee, resident_no);

        create table purpose (
            code text not null, version bigint not null, text text not null, legal_basis text not null, classes bigint not null, valid_from bigint not null,
            primary key (code, version)) /*plain*/;

        create table resident_lookup (
            token bytea not null, kind smallint not null, resident_no bigint not null, primary key (token, kind, resident_no)) /*plain*/;
        create index resident_lookup_resident on resident_lookup (resident_no);

        create table counter (name text not null primary key, next bigint not null) /*plain*/;
        insert into counter (name, next) values ('resident', 1);
        """,

        // The row as docs/adr/0016 has it: columns by width, the identity in a column of its own with an index. Bodies stay as they were sealed.
        $"""
        create table record_2 (
            resident_no bigint not null, updated bigint not null, code bigint, identity bigint, date_from bigint, date_to bigint, seq integer not null,
            version integer not null, type smallint not null, class smallint not null, source smallint not null, deleted smallint not null, body bytea not null,
            tokens bytea not null, primary key (resident_no, seq)) /*clustered*/;
        insert into record_2 (resident_no, updated, code, identity, date_from, date_to, seq, version, type, class, source, deleted, body, tokens)
            select resident_no, updated, code, {Identity}, date_from, date_to, seq, version, type, class, source, deleted, body, tokens
            from record order by resident_no, seq;
        drop table record;
        alter table record_2 rename to record;
        create index record_date on record (resident_no, date_from);
        create index record_code on record (resident_no, code, date_from);
        create index record_updated on record (resident_no, updated);
        create index record_identity on record (identity);

        create table record_history_2 (
            resident_no bigint not null, updated bigint not null, code bigint, identity bigint, date_from bigint, date_to bigint, seq integer not null,
            version integer not null, type smallint not null, class smallint not null, source smallint not null, deleted smallint not null, body bytea not null,
            tokens bytea not null, primary key (resident_no, seq, version)) /*clustered*/;
        insert into record_history_2 (resident_no, updated, code, identity, date_from, date_to, seq, version, type, class, source, deleted, body, tokens)
            select resident_no, updated, code, {Identity}, date_from, date_to, seq, version, type, class, source, deleted, body, tokens
            from record_history order by resident_no, seq, version;
        drop table record_history;
        alter table record_history_2 rename to record_history;
        """,

        // What stood before is not known to have no other code (RecordStore.RecordRow.Unknown); adding the column rewrites no row.
        """
        alter table record add column other_code bigint default 0;
        alter table record_history add column other_code bigint default 0;
        create index record_other_code on record (resident_no, other_code, date_from) where other_code is not null;
        """,

        // What is about nobody, small enough to be held in memory as a whole (docs/adr/0030).
        """
        create table shared_record (
            number bigint not null primary key, updated bigint not null, identity bigint not null, version integer not null, type smallint not null,
            body bytea not null) /*clustered*/;
        create unique index shared_record_identity on shared_record (identity);
        insert into counter (name, next) values ('shared', 1);
        """,
    ];

    public static readonly IReadOnlyList<string> Keys =
    [
        """
        create table resident_key (
            resident_no bigint not null, epoch bigint not null, key_version smallint not null, wrapped bytea not null, primary key (resident_no, key_version)) /*plain*/;
        create index resident_key_epoch on resident_key (epoch);
        """,
        """
        create table key_fence (one smallint not null primary key, epoch bigint not null) /*plain*/;
        insert into key_fence (one, epoch) values (1, 0);
        create table ring_server (server_no bigint not null primary key, generation bigint not null, seen bigint not null) /*plain*/;
        """,
    ];

    public static readonly IReadOnlyList<string> Log =
    [
        """
        create table log_writer (writer_no bigint not null primary key, started bigint not null) /*plain*/;
        create table log_entry (
            writer_no bigint not null, entry_no bigint not null, group_no bigint not null, resident_no bigint, at bigint not null, actor bigint not null,
            body bytea not null, primary key (writer_no, entry_no)) /*clustered*/;
        create index log_entry_resident on log_entry (resident_no, at);
        create table log_group (
            writer_no bigint not null, group_no bigint not null, first_entry bigint not null, last_entry bigint not null, previous bytea not null,
            hash bytea not null, primary key (writer_no, group_no)) /*plain*/;
        """,
        """
        alter table log_entry add column residents bytea;
        alter table log_group add column root bytea;
        create table log_listed (
            writer_no bigint not null, entry_no bigint not null, resident_no bigint not null, at bigint not null,
            primary key (writer_no, entry_no, resident_no)) /*clustered*/;
        create index log_listed_resident on log_listed (resident_no, at);
        create table log_beat (
            writer_no bigint not null, beat_no bigint not null, at bigint not null, until bigint not null, closed_by bigint,
            primary key (writer_no, beat_no)) /*clustered*/;
        create table log_seal (
            seal_no bigint not null primary key, at bigint not null, writer_no bigint not null, groups bigint not null, entries bigint not null,
            root bytea not null, heads bytea not null, previous bytea not null, skip bytea not null, key_no bigint not null, signature bytea not null) /*plain*/;
        """,
    ];
}
