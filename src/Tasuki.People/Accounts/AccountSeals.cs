using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>Seals the columns of an account: a resident's under the resident's own key, so that they die with it; staff's under the municipality's field key.</summary>
internal sealed class AccountSeals(ISeal seal)
{
    public static long RandomNo() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & (long.MaxValue >> 1) | 1;

    public async Task<Result<byte[]>> Seal<T>(ResidentNo? owner, string table, string column, long row, T value, CancellationToken cancel)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(value);
        var place = Place(table, column, row);
        return owner is { } resident ? await seal.Seal(resident, place, plain, cancel) : seal.SealForMunicipality(place, plain);
    }

    public async Task<Result<T>> Open<T>(ResidentNo? owner, string table, string column, long row, byte[] sealedValue, CancellationToken cancel)
    {
        var place = Place(table, column, row);
        var plain = owner is { } resident ? await seal.Open(resident, place, sealedValue, cancel) : seal.OpenForMunicipality(place, sealedValue);
        return plain.Map(p => JsonSerializer.Deserialize<T>(p)!);
    }

    public byte[] SignInToken(string foldedName) => seal.LookupToken(LookupKind.SignInAddress, Encoding.UTF8.GetBytes(foldedName));

    public byte[] CredentialToken(ReadOnlySpan<byte> credentialId) => seal.LookupToken(LookupKind.PasskeyCredential, credentialId);

    public byte[] Secret(string purpose, string value) => seal.SecretMac(purpose, Encoding.UTF8.GetBytes(value));

    public byte[] MacOf(long no, AccountKind kind, long? resident, byte[] handle) =>
        Secret("account-row", string.Create(CultureInfo.InvariantCulture, $"{no}|{kind:D}|{resident}|{Convert.ToHexString(handle)}"));

    // Rows without a last day, and rows without an organisation, have the forms they had before there was one.
    public byte[] MacOf(StaffRow s) => Secret("staff-row", s switch
    {
        { OrganisationNo: { } organisation } => string.Create(CultureInfo.InvariantCulture, $"{s.AccountNo}|{s.Role:D}|{Micros(s.Ends)}|{organisation}"),
        { Ends: null } => string.Create(CultureInfo.InvariantCulture, $"{s.AccountNo}|{s.Role:D}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{s.AccountNo}|{s.Role:D}|{Micros(s.Ends)}"),
    });

    public byte[] MacOf(OrganisationRow o) => Secret("organisation-row", string.Create(
        CultureInfo.InvariantCulture,
        $"{o.No}|{o.Kind:D}|{o.State:D}|{o.EnteredBy}|{Micros(o.Entered)}|{o.ChangedBy}|{Micros(o.Changed)}|{o.ApprovedBy}|{Micros(o.Approved)}|{Micros(o.Confirmed)}|{o.StoppedBy}|{Micros(o.Stopped)}|{Convert.ToHexString(SHA256.HashData(o.Content))}"));

    public byte[] MacOf(OrganisationCodeRow c) => Secret("organisation-code-row", string.Create(
        CultureInfo.InvariantCulture,
        $"{c.OrganisationNo}|{Convert.ToHexString(c.Locator)}|{Convert.ToHexString(c.CodeMac)}|{c.Tries}|{Micros(c.Printed)}|{Micros(c.Ends)}|{c.PrintedBy}"));

    public byte[] MacOf(StaffInvitationRow i) => Secret("staff-invitation-row", string.Create(
        CultureInfo.InvariantCulture, $"{i.AccountNo}|{Convert.ToHexString(i.CodeMac)}|{i.Tries}|{Micros(i.Ends)}|{i.InvitedBy}"));

    public byte[] MacOf(StaffBindingRow b) => Secret("staff-binding-row", string.Create(CultureInfo.InvariantCulture, $"{b.AccountNo}|{Convert.ToHexString(b.Subject)}|{Micros(b.Bound)}"));

    public byte[] MacOf(StaffOriginRow o) => Secret("staff-origin-row", string.Create(
        CultureInfo.InvariantCulture, $"{o.AccountNo}|{o.InvitedBy}|{Micros(o.Invited)}|{o.VouchedBy}|{Micros(o.Vouched)}"));

    public byte[] MacOf(RightsReviewRow r) => Secret("rights-review-row", string.Create(CultureInfo.InvariantCulture, $"{r.No}|{r.SignedBy}|{Micros(r.Signed)}"));

    // Rows from before standings were kept have the shorter form, and keep it while they are neither.
    public byte[] MacOf(ResidentRow r) => Secret("resident-row", r is { Standing: ResidentStanding.Living, Protected: false }
        ? string.Create(CultureInfo.InvariantCulture, $"{r.ResidentNo}|{r.State:D}")
        : string.Create(CultureInfo.InvariantCulture, $"{r.ResidentNo}|{r.State:D}|{r.Standing:D}|{r.Protected}"));

    // Rows that do not say how somebody signed in have the form they had before that was kept.
    public byte[] MacOf(SignInSessionRow s, DateTimeOffset lastSeen) => Secret("session-row", s.Way is SignInWay.Unsaid
        ? string.Create(CultureInfo.InvariantCulture, $"{s.No}|{s.AccountNo}|{Convert.ToHexString(s.TokenHash)}|{Micros(s.Created)}|{Micros(lastSeen)}|{s.Kind:D}|{s.RecoveryNo}")
        : string.Create(CultureInfo.InvariantCulture, $"{s.No}|{s.AccountNo}|{Convert.ToHexString(s.TokenHash)}|{Micros(s.Created)}|{Micros(lastSeen)}|{s.Kind:D}|{s.RecoveryNo}|{s.Way:D}"));

    public byte[] MacOf(RecoveryRow r) => Secret("recovery-row", string.Create(
        CultureInfo.InvariantCulture,
        $"{r.No}|{r.AccountNo}|{r.Way:D}|{r.State:D}|{Convert.ToHexString(r.Locator)}|{Convert.ToHexString(r.CodeMac)}|{r.Tries}|{Micros(r.Created)}|{Micros(r.EffectiveAt)}|{Micros(r.Ends)}|{r.IssuedBy}|{r.ConfirmedBy}"));

    public byte[] MacOf(UseRow u) => Secret("account-use-row", string.Create(
        CultureInfo.InvariantCulture, $"{u.AccountNo}|{u.LastUsed:yyyy-MM-dd}|{u.FirstTold:yyyy-MM-dd}|{u.SecondTold:yyyy-MM-dd}|{u.Closes:yyyy-MM-dd}"));

    public bool IsWhole(UseRow u) => Same(u.Mac, MacOf(u));

    public bool IsWhole(SignInSessionRow s) => Same(s.Mac, MacOf(s, s.LastSeen));

    public bool IsWhole(RecoveryRow r) => Same(r.Mac, MacOf(r));

    public bool IsWhole(Account a) => Same(a.Mac, MacOf(a.No, a.Kind, a.ResidentNo, a.Handle));

    public bool IsWhole(StaffRow s) => Same(s.Mac, MacOf(s));

    public bool IsWhole(OrganisationRow o) => Same(o.Mac, MacOf(o));

    public bool IsWhole(OrganisationCodeRow c) => Same(c.Mac, MacOf(c));

    public bool IsWhole(StaffInvitationRow i) => Same(i.Mac, MacOf(i));

    public bool IsWhole(StaffBindingRow b) => Same(b.Mac, MacOf(b));

    public bool IsWhole(StaffOriginRow o) => Same(o.Mac, MacOf(o));

    public bool IsWhole(RightsReviewRow r) => Same(r.Mac, MacOf(r));

    public bool IsWhole(ResidentRow r) => Same(r.Mac, MacOf(r));

    // PostgreSQL keeps microseconds; what is bound is what comes back.
    private static long? Micros(DateTimeOffset? at) => at?.UtcTicks / TimeSpan.TicksPerMicrosecond;

    private static bool Same(byte[] there, byte[] wanted) => CryptographicOperations.FixedTimeEquals(there, wanted);

    private static SealPlace Place(string table, string column, long row) => new(table, column, row.ToString(CultureInfo.InvariantCulture));
}
