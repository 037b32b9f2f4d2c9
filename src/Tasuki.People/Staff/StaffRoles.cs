using System.Security.Claims;

namespace Tasuki.People;

/// <summary>What a member of staff is here for. One account has one; each needs a second factor.</summary>
public enum StaffRole : byte
{
    /// <summary>The counter and the inquiry desk (窓口).</summary>
    Desk = 1,

    /// <summary>Of a medical institution: sees what residents share with it, and nothing of the desk.</summary>
    Clinician = 2,

    /// <summary>Staff accounts and the review of their rights; no resident.</summary>
    Administrator = 3,

    /// <summary>The municipality's health department (保健).</summary>
    Health = 4,

    /// <summary>The municipality's insurance department (国保).</summary>
    Insurance = 5,

    /// <summary>Reads what was done and by whom, and vouches for colleagues; changes nothing else.</summary>
    Auditor = 6,
}

/// <summary>One thing staff may do at the desk. A page or an act names the right it needs, never a role.</summary>
public enum DeskRight
{
    /// <summary>Look residents up, enrol them, hand over and send codes.</summary>
    Enrol,

    /// <summary>Take a list of eligible residents in.</summary>
    ImportList,

    /// <summary>Hand over a code for an account that was lost, and confirm one another officer handed over.</summary>
    RecoverAccounts,

    /// <summary>Set and lift a protection flag, and see a protected person's address.</summary>
    Protect,

    /// <summary>Check and decide about apps.</summary>
    DecideApps,

    /// <summary>Enter, approve, suspend and end organisations: medical institutions, pharmacies and others whose people are clinicians here.</summary>
    KeepOrganisations,

    /// <summary>Read and answer inquiries.</summary>
    AnswerInquiries,

    /// <summary>See which messages outside the app failed.</summary>
    SeeDeliveries,

    /// <summary>Make, change and end staff accounts.</summary>
    ManageStaff,

    /// <summary>Say that a colleague is a real person who uses the account themself.</summary>
    VouchForStaff,

    /// <summary>Review and sign the list of rights.</summary>
    ReviewRights,

    /// <summary>Read who may do what, and every review that was signed.</summary>
    ReadAudit,

    /// <summary>Answer what the law and the guideline ask of the operator, keep the documents, sign the check sheets.</summary>
    KeepCompliance,

    /// <summary>Take in and answer requests under the Act: disclosure, correction, stop of use.</summary>
    HandleRequests,

    /// <summary>Report and work on incidents.</summary>
    HandleIncidents,
}

/// <summary>Which role holds which rights: least privilege, and nothing where nothing is said (guideline AC-04).</summary>
public static class DeskRights
{
    private static readonly Dictionary<StaffRole, DeskRight[]> Table = new()
    {
        [StaffRole.Desk] = [DeskRight.Enrol, DeskRight.ImportList, DeskRight.RecoverAccounts, DeskRight.Protect, DeskRight.DecideApps, DeskRight.KeepOrganisations, DeskRight.AnswerInquiries, DeskRight.SeeDeliveries, DeskRight.HandleRequests],
        [StaffRole.Health] = [DeskRight.Enrol, DeskRight.KeepOrganisations, DeskRight.AnswerInquiries],
        [StaffRole.Insurance] = [DeskRight.Enrol, DeskRight.ImportList, DeskRight.AnswerInquiries],
        [StaffRole.Administrator] = [DeskRight.ManageStaff, DeskRight.VouchForStaff, DeskRight.ReviewRights, DeskRight.SeeDeliveries, DeskRight.ReadAudit, DeskRight.KeepCompliance, DeskRight.HandleIncidents],
        [StaffRole.Auditor] = [DeskRight.ReadAudit, DeskRight.VouchForStaff],
        [StaffRole.Clinician] = [],
    };

    public static IReadOnlyList<DeskRight> Of(StaffRole role) => Table[role];

    public static bool Has(StaffRole role, DeskRight right) => Table[role].Contains(right);

    /// <summary>Whether the role belongs to the municipality's own staff.</summary>
    public static bool IsOfMunicipality(StaffRole role) => Table[role].Length > 0;

    /// <summary>The policy of pages that need the right.</summary>
    public static string Policy(DeskRight right) => $"desk-{right}";

    /// <summary>The same with every factor proved within the last minutes.</summary>
    public static string FreshPolicy(DeskRight right) => $"desk-{right}-fresh";

    internal static StaffRole? RoleOf(ClaimsPrincipal user) => Enum.TryParse<StaffRole>(user.FindFirstValue(Claims.Role), out var role) && Enum.IsDefined(role) ? role : null;

    internal static bool Has(ClaimsPrincipal user, DeskRight right) => RoleOf(user) is { } role && Has(role, right);
}

/// <summary>Names of the policies for attributes, which take constants alone. A test holds them against <see cref="DeskRights.Policy"/>.</summary>
public static class DeskPolicies
{
    public const string Enrol = "desk-Enrol";
    public const string EnrolFresh = "desk-Enrol-fresh";
    public const string ImportListFresh = "desk-ImportList-fresh";
    public const string RecoverAccountsFresh = "desk-RecoverAccounts-fresh";
    public const string ProtectFresh = "desk-Protect-fresh";
    public const string DecideApps = "desk-DecideApps";
    public const string DecideAppsFresh = "desk-DecideApps-fresh";
    public const string KeepOrganisations = "desk-KeepOrganisations";
    public const string AnswerInquiries = "desk-AnswerInquiries";
    public const string SeeDeliveries = "desk-SeeDeliveries";
    public const string VouchForStaffFresh = "desk-VouchForStaff-fresh";
    public const string ReadAudit = "desk-ReadAudit";
    public const string ReadAuditFresh = "desk-ReadAudit-fresh";
    public const string KeepCompliance = "desk-KeepCompliance";
    public const string KeepComplianceFresh = "desk-KeepCompliance-fresh";
    public const string HandleRequests = "desk-HandleRequests";
    public const string HandleRequestsFresh = "desk-HandleRequests-fresh";
    public const string HandleIncidents = "desk-HandleIncidents";
    public const string HandleIncidentsFresh = "desk-HandleIncidents-fresh";
}
