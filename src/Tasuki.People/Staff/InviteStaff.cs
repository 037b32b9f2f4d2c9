using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.VisualBasic.FileIO;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Who is invited.</summary>
/// <param name="Organisation">Of a clinician without <paramref name="OrganisationNo"/>: the registered name, or the code of the institution.</param>
/// <param name="OrganisationNo">Of a clinician: the number in the register of organisations.</param>
internal sealed record NewStaff(string Name, string Organisation, StaffRole Role, string SignInName, long? OrganisationNo = null);

/// <summary>What the administrator hands over: the code stands nowhere else.</summary>
internal sealed record InvitedStaff(NewStaff Staff, string Code, DateTimeOffset Ends);

/// <summary>
/// Makes accounts of staff without a password: the administrator hands a code over, and the person chooses password and second factor alone. So who manages staff can sign in
/// as nobody. A clinician is invited into an organisation that two officers and a letter have confirmed.
/// </summary>
internal sealed class InviteStaff(TasukiDb db, AccountSeals seals, AccountFactory accounts, StaffOrigins origins, StaffBindings bindings, Organisations organisations, RecordVault vault, TimeProvider clock)
{
    public const int MostAtOnce = 1_000;
    public const int MaximumTries = 5;

    public static readonly TimeSpan Life = TimeSpan.FromDays(14);

    private const int Digits = 16;

    private static readonly Error NotRegistered = new("staff.organisation", "A clinician belongs to one confirmed organisation of the register.");

    /// <summary>All of them or none. Errors <c>staff.text</c>, <c>staff.role</c>, <c>staff.organisation</c>, <c>mynumber.found</c>, <c>sign-in-name.*</c>; the message names the line.</summary>
    public async Task<Result<IReadOnlyList<InvitedStaff>>> Invite(StaffMember administrator, IReadOnlyList<NewStaff> people, CancellationToken cancel)
    {
        var invited = new List<InvitedStaff>(people.Count);
        var ends = clock.GetUtcNow() + Life;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < people.Count; i++)
        {
            var who = people[i];
            if (who.Role is StaffRole.Clinician)
            {
                if (await Registered(who, cancel) is not { } house)
                    return At(i, NotRegistered);
                who = who with { Organisation = house.Details.Name, OrganisationNo = house.No };
            }

            if (Check(who) is { } wrong)
                return At(i, wrong);
            if (!names.Add(Passwords.Folded(who.SignInName)))
                return At(i, new Error("sign-in-name.taken", "The sign-in name stands twice."));
            var account = await accounts.AddInvited(who.Role, who.Name.Trim(), who.Organisation.Trim(), who.Role is StaffRole.Clinician ? who.OrganisationNo : null, who.SignInName, cancel);
            if (!account.IsOk)
                return At(i, account.Error);
            origins.Add(account.Value, administrator.No);
            var code = AddInvitation(account.Value, administrator.No, ends);
            invited.Add(new InvitedStaff(who, code, ends));
        }

        await vault.LogDesk(administrator.Actor, string.Create(CultureInfo.InvariantCulture, $"staff invited {invited.Count}"), cancel);
        await db.SaveChangesAsync(cancel);
        return invited;
    }

    /// <summary>A new code for somebody who has not joined yet, in whichever way; the old one is void. Error <c>staff.joined</c>.</summary>
    public async Task<Result<InvitedStaff>> InviteAgain(StaffMember administrator, StaffMember member, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // The old code goes first: who joins by it in this moment is seen below, or finds it gone.
        await db.Set<StaffInvitationRow>().Where(i => i.AccountNo == member.No).ExecuteDeleteAsync(cancel);
        if (await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == member.No, cancel) is not { PasswordHash: null, SignInName: { } sealedName } account || !seals.IsWhole(account)
            || await bindings.IsBound(member.No, cancel))
            return new Error("staff.joined", "Who has joined needs no code.");
        var name = await seals.Open<string>(null, "account", "sign_in_name", member.No, sealedName, cancel);
        if (!name.IsOk)
            return name.Error;
        var ends = clock.GetUtcNow() + Life;
        var code = AddInvitation(member.No, administrator.No, ends);
        await origins.Renew(member.No, administrator.No, cancel);
        await vault.LogDesk(administrator.Actor, string.Create(CultureInfo.InvariantCulture, $"staff {member.No} invited again"), cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return new InvitedStaff(new NewStaff(member.Name, member.Organisation, member.Role, name.Value), code, ends);
    }

    /// <summary>
    /// Reads a list of staff: CSV in UTF-8 with the headings 氏名, 所属, 役割, サインイン名 (name, organisation, role, sign-in name); roles as the page names them or in English.
    /// Errors <c>staff.list</c>, <c>staff.role</c>; the message names the line.
    /// </summary>
    public static Result<IReadOnlyList<NewStaff>> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
            return new Error("staff.list", "The list is not UTF-8.");
        using var reader = new StringReader(Encoding.UTF8.GetString(bytes));
        using var csv = new TextFieldParser(reader) { TextFieldType = FieldType.Delimited, HasFieldsEnclosedInQuotes = true };
        csv.SetDelimiters(",");
        try
        {
            var headings = csv.ReadFields()?.Select(JapaneseText.Fold).ToList() ?? [];
            int[] columns = [Column(headings, "氏名", "NAME"), Column(headings, "所属", "ORGANISATION"), Column(headings, "役割", "ROLE"), Column(headings, "サインイン名", "SIGNINNAME")];
            if (columns.Contains(-1))
                return new Error("staff.list", "The first line must name the columns 氏名, 所属, 役割, サインイン名.");
            var people = new List<NewStaff>();
            while (!csv.EndOfData)
            {
                var line = csv.LineNumber;
                var fields = csv.ReadFields()!;
                string Field(int column) => columns[column] < fields.Length ? fields[columns[column]].Trim() : "";
                if (RoleOf(Field(2)) is not { } role)
                    return new Error("staff.role", $"Line {line.ToString(CultureInfo.InvariantCulture)} names no role of staff.");
                people.Add(new NewStaff(Field(0), Field(1), role, Field(3)));
                if (people.Count > MostAtOnce)
                    return new Error("staff.list", $"A list may have {MostAtOnce} lines.");
            }

            return people.Count == 0 ? new Error("staff.list", "The list holds no line below its headings.") : people;
        }
        catch (MalformedLineException broken)
        {
            return new Error("staff.list", $"Line {broken.LineNumber.ToString(CultureInfo.InvariantCulture)} is no CSV.");
        }
    }

    public byte[] CodeMac(long account, string code) => seals.Secret("staff-invitation", string.Create(CultureInfo.InvariantCulture, $"{account}|{code}"));

    private string AddInvitation(long account, long by, DateTimeOffset ends)
    {
        var code = new StringBuilder(Digits);
        while (code.Length < Digits)
            code.Append(RandomNumberGenerator.GetInt32(10_000).ToString("D4", CultureInfo.InvariantCulture));
        var row = new StaffInvitationRow { AccountNo = account, CodeMac = CodeMac(account, code.ToString()), Tries = 0, Ends = ends, InvitedBy = by, Mac = [] };
        row.Mac = seals.MacOf(row);
        db.Add(row);
        return code.ToString();
    }

    private async Task<Organisation?> Registered(NewStaff who, CancellationToken cancel)
    {
        if (who.OrganisationNo is { } no)
            return await organisations.FindConfirmed(no, cancel);
        // Two houses of one name are told apart by their codes.
        var named = who.Organisation.Trim();
        return (await organisations.Confirmed(cancel)).Where(o => JapaneseText.Fold(o.Details.Name) == JapaneseText.Fold(named) || o.Details.InstitutionCode == OrganisationText.Folded(named)).Take(2).ToList() is [var one] ? one : null;
    }

    private static Error? Check(NewStaff who)
    {
        if (who.Name.Trim() is not { Length: > 0 and <= 80 } || who.Organisation.Trim() is not { Length: > 0 and <= 120 })
            return new Error("staff.text", "A name has 1 to 80 characters and an organisation 1 to 120.");
        if (OrganisationText.HoldsMyNumber(who.Name) || OrganisationText.HoldsMyNumber(who.Organisation))
            return OrganisationText.MyNumber;
        return Enum.IsDefined(who.Role) ? null : new Error("staff.role", "There is no such role.");
    }

    private static Error At(int index, Error error) => error with { Message = $"Person {(index + 1).ToString(CultureInfo.InvariantCulture)}: {error.Message}" };

    private static int Column(List<string> headings, params string[] names) => headings.FindIndex(h => names.Contains(h.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal), StringComparer.Ordinal));

    private static StaffRole? RoleOf(string text) => JapaneseText.Fold(text) switch
    {
        "窓口" or "DESK" => StaffRole.Desk,
        "保健" or "HEALTH" => StaffRole.Health,
        "国保" or "保険" or "INSURANCE" => StaffRole.Insurance,
        "監査" or "AUDITOR" => StaffRole.Auditor,
        "管理者" or "ADMINISTRATOR" => StaffRole.Administrator,
        "医療機関" or "CLINICIAN" => StaffRole.Clinician,
        _ => null,
    };
}
