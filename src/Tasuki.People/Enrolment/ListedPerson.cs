using System.Globalization;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>What the municipality's list says of a person, as it lies sealed.</summary>
/// <param name="Reference">The municipality's own number for the person (宛名番号), never a My Number.</param>
/// <param name="Gender">The code of FHIR's administrative gender.</param>
internal sealed record ListedPerson(string Reference, string Family, string Given, string FamilyKana, string GivenKana, DateOnly BirthDate, string Gender, string? PostalCode, string? Address)
{
    public string FullName => $"{Family} {Given}".Trim();

    public string FullKana => $"{FamilyKana} {GivenKana}".Trim();

    /// <summary>Whether a profile is that of the same person: kana name and birth date, however the kana are written.</summary>
    public bool IsOf(SealedProfile profile) => BirthDate == profile.BirthDate && JapaneseText.SameName(FamilyKana + GivenKana, profile.FamilyKana + profile.GivenKana);
}

/// <summary>Tokens and MACs of the list's rows.</summary>
internal static class EligibleSeals
{
    /// <summary>Small kana count as large ones: many registers know no small ones.</summary>
    public static byte[] Person(this ISeal seal, string kana, DateOnly birthDate) => seal.LookupToken(
        LookupKind.KanaNameWithBirthDate, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"list|{JapaneseText.FoldSmallKana(kana)}|{birthDate:yyyy-MM-dd}")));

    public static byte[] Reference(this ISeal seal, string reference) => seal.SecretMac("eligible-reference", Encoding.UTF8.GetBytes(JapaneseText.Fold(reference)))[..16];

    public static byte[] MacOf(this ISeal seal, EligibleRow r) => seal.SecretMac("eligible-row", Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{r.No}|{Convert.ToHexString(r.Reference)}|{Convert.ToHexString(r.Person)}|{r.State:D}|{r.Protected}|{r.ResidentNo}|{Micros(r.Changed)}")));

    public static byte[] MacOf(this ISeal seal, EnrolmentCodeRow c) => seal.SecretMac("enrolment-code-row", Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{c.No}|{c.EligibleNo}|{c.Way:D}|{Convert.ToHexString(c.Locator)}|{Convert.ToHexString(c.CodeMac)}|{c.Tries}|{Micros(c.Created)}|{Micros(c.Ends)}|{Micros(c.Used)}|{c.IssuedBy}")));

    public static byte[] MacOf(this ISeal seal, AddressRequestRow r) => seal.SecretMac("address-request-row", Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{r.No}|{r.EligibleNo}|{r.AskedBy}|{Micros(r.Asked)}|{r.AllowedBy}|{Micros(r.Until)}")));

    // PostgreSQL keeps microseconds; what is bound is what comes back.
    private static long? Micros(DateTimeOffset? at) => at?.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
