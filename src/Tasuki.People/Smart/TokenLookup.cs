using Tasuki.Data;

namespace Tasuki.People;

/// <summary>
/// Everything that decides about an access token, from one statement found by the token's hash: token, app, connection, account, sign-in, a clinician's standing, recoveries. Asked by every
/// request of every app, so it goes past the object mapper, whose share was nine tenths of a read. A test holds both against each other.
/// </summary>
internal sealed class TokenLookup(DirectQuestions questions)
{
    private static readonly string Sql = $"""
        select {Of("t", "no, app_no, connection_no, resident_no, subject, type, state, created, expires, redeemed, reference, payload, mac")},
          {Of("p", "no, kind, state, registered, registered_by, checked_by, decided_by, changed, content, mac")},
          {Of("c", "no, app_no, account_no, resident_no, grant_no, entry_grant_no, session_no, created, until, ended, last_used, stamp, content, mac")},
          {Of("a", "no, kind, resident_no, handle, mac, sign_in_token, password_hash, totp_seed, created")},
          {Of("s", "no, account_no, token_hash, created, last_seen, ended, kind, recovery_no, way, mac, device")},
          {Of("m", "account_no, role, ends, organisation_no, mac")},
          {Of("o", "no, kind, state, entered_by, entered, changed_by, changed, approved_by, approved, confirmed, stopped_by, stopped, content, mac")},
          (select count(*) from account_recovery r where r.account_no = t.subject and r.state = {(int)RecoveryState.Done})
        from smart_token t
        join smart_app p on p.no = t.app_no
        left join smart_connection c on c.no = t.connection_no
        left join account a on a.no = c.account_no
        left join sign_in_session s on s.no = c.session_no
        left join staff m on m.account_no = c.account_no
        left join organisation o on o.no = m.organisation_no
        where t.reference = $1
        """;

    public Task<LoadedToken?> Find(byte[] reference) => questions.One(Sql, static row => new LoadedToken(
        Token(row), App(row), row.Has(14) ? Connection(row) : null, row.Has(9) ? Account(row) : null, row.Has(11) ? Session(row) : null, row.Has(5) ? Staff(row) : null,
        row.Has(14) ? Organisation(row) : null, (int)row.Number(), row.Said), reference);

    private static string Of(string table, string columns) => string.Join(", ", columns.Split(", ").Select(column => $"{table}.{column}"));

    private static SmartToken Token(DirectRow row) => new()
    {
        No = row.Number(), AppNo = row.NumberOrNull(), ConnectionNo = row.NumberOrNull(), ResidentNo = row.NumberOrNull(), Subject = row.NumberOrNull(), Type = (byte)row.Number(), State = (byte)row.Number(),
        Created = row.TimeOrNull(), Expires = row.TimeOrNull(), Redeemed = row.TimeOrNull(), Reference = row.BytesOrNull(), Payload = row.BytesOrNull(), Mac = row.Bytes(),
    };

    private static SmartApp App(DirectRow row) => new()
    {
        No = row.Number(), Kind = (AppKind)row.Number(), State = (AppState)row.Number(), Registered = row.Time(), RegisteredBy = row.NumberOrNull(), CheckedBy = row.NumberOrNull(), DecidedBy = row.NumberOrNull(),
        Changed = row.Time(), Content = row.Bytes(), Mac = row.Bytes(),
    };

    private static SmartConnection Connection(DirectRow row) => new()
    {
        No = row.Number(), AppNo = row.Number(), AccountNo = row.Number(), ResidentNo = row.NumberOrNull(), GrantNo = row.NumberOrNull(), EntryGrantNo = row.NumberOrNull(), SessionNo = row.NumberOrNull(),
        Created = row.Time(), Until = row.Time(), Ended = row.TimeOrNull(), LastUsed = row.TimeOrNull(), Stamp = row.Bytes(), Content = row.Bytes(), Mac = row.Bytes(),
    };

    private static Account Account(DirectRow row) => new()
    {
        No = row.Number(), Kind = (AccountKind)row.Number(), ResidentNo = row.NumberOrNull(), Handle = row.Bytes(), Mac = row.Bytes(), SignInToken = row.BytesOrNull(), PasswordHash = row.TextOrNull(),
        TotpSeed = row.BytesOrNull(), Created = row.Time(),
    };

    private static SignInSessionRow Session(DirectRow row) => new()
    {
        No = row.Number(), AccountNo = row.Number(), TokenHash = row.Bytes(), Created = row.Time(), LastSeen = row.Time(), Ended = row.TimeOrNull(), Kind = (SessionKind)row.Number(),
        RecoveryNo = row.NumberOrNull(), Way = (SignInWay)row.Number(), Mac = row.Bytes(), Device = row.Bytes(),
    };

    private static StaffRow Staff(DirectRow row) => new()
    {
        AccountNo = row.Number(), Role = (StaffRole)row.Number(), Ends = row.TimeOrNull(), OrganisationNo = row.NumberOrNull(), Mac = row.Bytes(), Names = [],
    };

    private static OrganisationRow Organisation(DirectRow row) => new()
    {
        No = row.Number(), Kind = (OrganisationKind)row.Number(), State = (OrganisationState)row.Number(), EnteredBy = row.Number(), Entered = row.Time(), ChangedBy = row.Number(), Changed = row.Time(),
        ApprovedBy = row.NumberOrNull(), Approved = row.TimeOrNull(), Confirmed = row.TimeOrNull(), StoppedBy = row.NumberOrNull(), Stopped = row.TimeOrNull(), Content = row.Bytes(), Mac = row.Bytes(),
    };
}

/// <summary>What an access token was found with.</summary>
/// <param name="Said">All of it, column by column.</param>
internal sealed record LoadedToken(SmartToken Token, SmartApp App, SmartConnection? Connection, Account? Account, SignInSessionRow? Session, StaffRow? Staff, OrganisationRow? Organisation, int Recoveries, byte[] Said);
