using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>What kind of paper a checkup comes as: the codes around its results (formats facts 2.4, 2.6).</summary>
internal sealed record PaperKind(
    DataCategory Category, SourceKind Source, string ReportCode, string ReportText, string Programme, string ProgrammeText,
    string Title, string ResultSection, string AnswerSection)
{
    public static readonly PaperKind Specific = new(DataCategory.SpecificCheckup, SourceKind.Insurer, "10", "特定健診", "010", "特定健診", "特定健康診査結果", "01011", "01012");

    public static readonly PaperKind Elderly = new(DataCategory.SpecificCheckup, SourceKind.Insurer, "10", "特定健診", "020", "広域連合の保健事業", "後期高齢者健康診査結果", "01021", "01022");

    public static readonly PaperKind Employer = new(DataCategory.EmployerCheckup, SourceKind.Employer, "41", "事業者健診", "030", "事業者健診", "定期健康診断結果", "01031", "01032");

    public static readonly PaperKind Young = new(DataCategory.MunicipalScreening, SourceKind.Municipality, "42", "自治体検診", "990", "その他の健診（検診）", "若年者健康診査結果", "01910", "01920");

    public static readonly PaperKind Pregnancy = new(DataCategory.MaternalInfantCheckup, SourceKind.Municipality, "44", "妊婦検診", "990", "その他の健診（検診）", "妊婦健康診査結果", "01910", "01920");

    public static readonly PaperKind Infant = new(DataCategory.MaternalInfantCheckup, SourceKind.Municipality, "43", "乳幼児検診", "990", "その他の健診（検診）", "乳幼児健康診査結果", "01910", "01920");

    public static PaperKind Screening(string category, string name, bool cancer) => new(
        DataCategory.MunicipalScreening, SourceKind.Municipality, category, name, cancer ? "060" : "990", cancer ? "がん検診" : "その他の健診（検診）", $"{name}検診結果", "01910", "01920");
}
