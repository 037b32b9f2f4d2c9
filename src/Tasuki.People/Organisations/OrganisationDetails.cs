using System.Globalization;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>What an organisation is known by.</summary>
/// <param name="InstitutionCode">保険医療機関コード: ten digits; null where it has none.</param>
internal sealed record OrganisationDetails(string Name, string Kana, string? InstitutionCode, string PostalCode, string Address, string Phone, string Contact)
{
    public const int MaximumName = 120;
    public const int MaximumAddress = 200;
    public const int MaximumContact = 80;

    /// <summary>Whether the same house of the same name is meant. Telephone and contact person change in every house.</summary>
    public bool IsSameHouse(OrganisationDetails other) => this with { Phone = other.Phone, Contact = other.Contact } == other;
}

/// <summary>All that lies sealed in an organisation's row.</summary>
/// <param name="ConfirmedName">Who entered the code of the letter, as they gave their name.</param>
/// <param name="Reason">Why it was suspended or ended.</param>
internal sealed record OrganisationContent(OrganisationDetails Details, string? ConfirmedName, string? Reason);

/// <summary>What officers type about an organisation.</summary>
public sealed record TypedOrganisation(string? Kind, string? Name, string? Kana, string? InstitutionCode, string? PostalCode, string? Address, string? Phone, string? Contact)
{
    private static readonly Error NoKind = new("organisation.kind", "An organisation has one of the known kinds.");

    /// <summary>Errors <c>organisation.kind</c>, <c>organisation.name</c>, <c>organisation.kana</c>, <c>organisation.code</c>, <c>organisation.postal</c>, <c>organisation.address</c>, <c>organisation.phone</c>, <c>organisation.contact</c>, <c>mynumber.found</c>.</summary>
    internal Result<(OrganisationKind Kind, OrganisationDetails Details)> Check()
    {
        if (!Enum.TryParse<OrganisationKind>(Kind, out var kind) || !Enum.IsDefined(kind))
            return NoKind;
        // The scan for My Numbers comes before what a field's own rule says: such a number is named as what it is.
        foreach (var typed in (string?[])[Name, Kana, InstitutionCode, PostalCode, Address, Phone, Contact])
        {
            if (OrganisationText.HoldsMyNumber(typed ?? ""))
                return OrganisationText.MyNumber;
        }

        var name = OrganisationText.Line(Name, "organisation.name", OrganisationDetails.MaximumName);
        if (!name.IsOk)
            return name.Error;
        var kana = OrganisationText.Kana(Kana);
        if (!kana.IsOk)
            return kana.Error;
        var code = MedicalInstitutionCode.Check(OrganisationText.Folded(InstitutionCode), kind);
        if (!code.IsOk)
            return code.Error;
        var (postal, address) = (OrganisationText.Postal(PostalCode), OrganisationText.Line(Address, "organisation.address", OrganisationDetails.MaximumAddress));
        if (!postal.IsOk)
            return postal.Error;
        if (!address.IsOk)
            return address.Error;
        var (phone, contact) = (OrganisationText.Phone(Phone), OrganisationText.Line(Contact, "organisation.contact", OrganisationDetails.MaximumContact));
        if (!phone.IsOk)
            return phone.Error;
        return contact.Map(person => (kind, new OrganisationDetails(name.Value, kana.Value, code.Value, postal.Value, address.Value, phone.Value, person)));
    }
}

/// <summary>What may stand in one field. Lengths are UTF-16 units, as a browser counts them.</summary>
internal static class OrganisationText
{
    public const int MaximumReason = 400;

    public static readonly Error MyNumber = new("mynumber.found", "There is an individual number (My Number) in the text.");

    /// <summary>One line, trimmed. Errors: the given code, <c>mynumber.found</c>.</summary>
    public static Result<string> Line(string? typed, string code, int maximum)
    {
        var text = (typed ?? "").ReplaceLineEndings(" ").Trim();
        if (HoldsMyNumber(text))
            return MyNumber;
        return text.Length > 0 && text.Length <= maximum && VisibleText.Of(text) == text
            ? text : new Error(code, $"There are {text.Length} characters; 1 to {maximum} that can be seen are allowed.");
    }

    public static bool HoldsMyNumber(string text) => MyNumberScan.Find(Encoding.UTF8.GetBytes(text)) is not null || text.Split('\n').Any(MyNumberScan.LooksLikeMyNumber);

    /// <summary>Katakana, with the signs that stand in names of houses. Error <c>organisation.kana</c>.</summary>
    public static Result<string> Kana(string? typed) => Line(typed, "organisation.kana", OrganisationDetails.MaximumName).Then<string>(text =>
    {
        var kana = string.Concat(text.Normalize(NormalizationForm.FormKC).Select(c => c is >= 'ぁ' and <= 'ゖ' ? (char)(c + ('ァ' - 'ぁ')) : c));
        return kana.All(c => c is (>= 'ァ' and <= 'ヺ') or 'ー' or '・' or ' ' || char.IsAsciiLetterOrDigit(c)) && kana.Any(c => c is >= 'ァ' and <= 'ヺ')
            ? kana : new Error("organisation.kana", "The reading is written in kana.");
    });

    /// <summary>As 123-4567. Error <c>organisation.postal</c>.</summary>
    public static Result<string> Postal(string? typed) => Digits(typed) is { Length: 7 } seven && Folded(typed).All(c => char.IsAsciiDigit(c) || c is '-' or '〒')
        ? $"{seven[..3]}-{seven[3..]}" : new Error("organisation.postal", "A postal code has seven digits.");

    /// <summary>Nine to eleven digits, as they are written. Error <c>organisation.phone</c>.</summary>
    public static Result<string> Phone(string? typed) => Folded(typed) is { Length: <= 20 } text && Digits(typed).Length is >= 9 and <= 11 && text.All(c => char.IsAsciiDigit(c) || c is '-' or '(' or ')')
        ? text : new Error("organisation.phone", "A telephone number has 9 to 11 digits.");

    /// <summary>Half-width, without blanks, dashes of any kind as hyphens.</summary>
    public static string Folded(string? typed) => string.Concat((typed ?? "").Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c)).Select(c => c is '‐' or '－' or '−' or '–' or 'ー' ? '-' : c));

    private static string Digits(string? typed) => string.Concat(Folded(typed).Where(char.IsAsciiDigit));
}

/// <summary>保険医療機関コード: prefecture (2), table of fees (1), place and number (6), check digit (1), which runs over all before it.</summary>
internal static class MedicalInstitutionCode
{
    private const int Prefectures = 47;

    /// <summary>Null for nothing. Error <c>organisation.code</c>.</summary>
    public static Result<string?> Check(string folded, OrganisationKind kind)
    {
        var code = folded.Replace("-", "", StringComparison.Ordinal);
        if (code.Length == 0)
            return Result.Of<string?>(null);
        if (code.Length != 10 || !code.All(char.IsAsciiDigit))
            return new Error("organisation.code", "A code of a medical institution has ten digits.");
        if (int.Parse(code[..2], CultureInfo.InvariantCulture) is 0 or > Prefectures || !Tables(kind).Contains(code[2]))
            return new Error("organisation.code", "The first digits name no prefecture, or the third another kind of institution.");
        return HasRightCheckDigit(code) ? Result.Of<string?>(code) : new Error("organisation.code", "The check digit is another.");
    }

    // 1 medical, 3 dental, 4 dispensing, 6 home nursing. A hospital may bill by the dental table too.
    private static string Tables(OrganisationKind kind) => kind switch
    {
        OrganisationKind.Hospital => "13", OrganisationKind.Clinic => "1", OrganisationKind.DentalClinic => "3", OrganisationKind.Pharmacy => "4", OrganisationKind.Care => "16", _ => "1346",
    };

    private static bool HasRightCheckDigit(string code)
    {
        var sum = 0;
        for (var i = 0; i < 10; i++)
        {
            var weighed = (code[i] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += (weighed / 10) + (weighed % 10);
        }

        return sum % 10 == 0;
    }
}
