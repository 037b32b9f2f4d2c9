using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>MACs and seals of the tables of apps. A row whose MAC fails is honoured nowhere.</summary>
internal sealed class SmartSeals(AccountSeals seals, ISeal seal)
{
    public AccountSeals Accounts => seals;

    public byte[] MacOf(SmartApp a) => Secret("smart-app", $"{a.No}|{a.Kind:D}|{a.State:D}|{Micros(a.Registered)}|{a.RegisteredBy}|{a.CheckedBy}|{a.DecidedBy}|{Micros(a.Changed)}|{Hash(a.Content)}");

    public byte[] MacOf(SmartConnection c) => Secret(
        "smart-connection",
        $"{c.No}|{c.AppNo}|{c.AccountNo}|{c.ResidentNo}|{c.GrantNo}|{c.EntryGrantNo}|{c.SessionNo}|{Micros(c.Created)}|{Micros(c.Until)}|{Convert.ToHexString(c.Stamp)}|{Hash(c.Content)}");

    public byte[] MacOf(SmartToken t) => Secret(
        "smart-token",
        $"{t.No}|{t.AppNo}|{t.ConnectionNo}|{t.ResidentNo}|{t.Subject}|{t.Type}|{t.State}|{Micros(t.Created)}|{Micros(t.Expires)}|{Micros(t.Redeemed)}|{(t.Reference is null ? "" : Convert.ToHexString(t.Reference))}|{(t.Payload is null ? "" : Hash(t.Payload))}");

    public byte[] MacOf(SmartLaunch l) => Secret("smart-launch", $"{Convert.ToHexString(l.Token)}|{l.AppNo}|{l.AccountNo}|{l.ResidentNo}|{Micros(l.Until)}");

    /// <summary>Changes with the password, the authenticator, the name one signs in with, and every recovery of the account that came to its end.</summary>
    public byte[] StampOf(Account a, int recoveries) => Secret(
        "smart-stamp", $"{a.No}|{recoveries}|{a.PasswordHash}|{(a.TotpSeed is null ? "" : Hash(a.TotpSeed))}|{(a.SignInToken is null ? "" : Convert.ToHexString(a.SignInToken))}")[..16];

    public bool IsWhole(SmartApp a) => Same(a.Mac, MacOf(a));

    public bool IsWhole(SmartConnection c) => c.Ended is null && Same(c.Mac, MacOf(c));

    public bool IsWhole(SmartToken t) => Same(t.Mac, MacOf(t));

    public bool IsWhole(SmartLaunch l) => Same(l.Mac, MacOf(l));

    public async ValueTask<Result<byte[]>> Seal(ResidentNo? resident, string table, string column, long row, string value, CancellationToken cancel)
    {
        var (place, plain) = (Place(table, column, row), Encoding.UTF8.GetBytes(value));
        return resident is { } no ? await seal.Seal(no, place, plain, cancel) : seal.SealForMunicipality(place, plain);
    }

    public async ValueTask<Result<string>> Open(ResidentNo? resident, string table, string column, long row, byte[] value, CancellationToken cancel)
    {
        var place = Place(table, column, row);
        var plain = resident is { } no ? await seal.Open(no, place, value, cancel) : seal.OpenForMunicipality(place, value);
        return plain.Map(Encoding.UTF8.GetString);
    }

    public static ResidentNo? Resident(long? no) => no is { } one ? new ResidentNo(one) : null;

    private byte[] Secret(string purpose, FormattableString value) => seals.Secret(purpose, value.ToString(CultureInfo.InvariantCulture));

    private static string Hash(byte[] value) => Convert.ToHexString(SHA256.HashData(value));

    // PostgreSQL keeps microseconds; what is bound is what comes back.
    private static long? Micros(DateTimeOffset? at) => at?.UtcTicks / TimeSpan.TicksPerMicrosecond;

    private static bool Same(byte[] there, byte[] wanted) => CryptographicOperations.FixedTimeEquals(there, wanted);

    private static SealPlace Place(string table, string column, long row) => new(table, column, row.ToString(CultureInfo.InvariantCulture));
}
