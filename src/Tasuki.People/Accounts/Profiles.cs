namespace Tasuki.People;

/// <summary>What a person says about themself when an account is made. Names in two parts, kana as written; no e-mail address, no telephone number.</summary>
/// <param name="Gender">The code of FHIR's administrative gender: male, female, other, unknown.</param>
public sealed record NewProfile(string Family, string Given, string FamilyKana, string GivenKana, DateOnly BirthDate, string Gender, string? Address = null)
{
    /// <summary>The folded kana name without blanks: with the birth date it finds a resident at the desk.</summary>
    internal string KanaName => Tasuki.Kernel.Text.JapaneseText.FoldKana(FamilyKana + GivenKana);
}

/// <summary>The profile as it lies sealed.</summary>
internal sealed record SealedProfile(string Family, string Given, string FamilyKana, string GivenKana, DateOnly BirthDate, string Gender, string? Address)
{
    public static SealedProfile Of(NewProfile p) => new(p.Family, p.Given, p.FamilyKana, p.GivenKana, p.BirthDate, p.Gender, p.Address);

    public NewProfile AsNew() => new(Family, Given, FamilyKana, GivenKana, BirthDate, Gender, Address);

    public string FullName => $"{Family} {Given}".Trim();

    public string FullKana => $"{FamilyKana} {GivenKana}".Trim();
}

/// <param name="Invited">A colleague invited the person, and a row says who: its absence is no sign of an account made at the server.</param>
internal sealed record StaffNames(string Name, string Organisation, bool Invited = false);

/// <summary>What a person agreed to and read, as it lies sealed: which purposes in which version, of which terms, and in which language.</summary>
/// <param name="Terms">Null where the notice alone was read: then there are no purposes either.</param>
/// <param name="Notice">The version of the privacy notice read with it. Null where it was not asked, and in what was kept while there was the first alone.</param>
internal sealed record SealedConsent(string? Terms, IReadOnlyList<string> Purposes, string Language, string? Notice = null);
