using System.Collections.Concurrent;
using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.Sandbox;

/// <summary>What stays the same for one item on every paper.</summary>
internal sealed record PaperItem(
    string Code, string System, string Name, string Category, int Decimals, string? Unit, string? Ucum, string? Method, string? MethodName, string? AnswerSet, bool Municipal, string? MeasureKey, bool Question)
{
    // Some codes stand in both tables with other answers, so the kind of paper is part of the key.
    private static readonly ConcurrentDictionary<(string Code, bool Municipal), PaperItem> Known = new();

    // The same system as in the published municipal example; readers match these items by code alone.
    private const string MunicipalSystem = "http://jpfhir.jp/fhir/eCheckup/CodeSystem/jlac10";

    /// <param name="municipal">On the paper of a municipal screening, whose item table is another one.</param>
    public static PaperItem Of(string code, bool municipal) => Known.GetOrAdd((code, municipal), Make);

    private static PaperItem Make((string Code, bool Municipal) key)
    {
        var code = key.Code;
        if (!key.Municipal && CheckupItems.Find(code) is { } item)
        {
            var decimals = item.Format is { } format && format.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? format.Length - point - 1 : 0;
            return new PaperItem(
                code, CheckupItems.ItemSystem, item.Name, CategoryOf(item), decimals, item.Unit, item.Unit is { } unit ? CheckupItems.Ucum(unit) : null,
                item.MethodCode, item.MethodName, item.AnswerSet, Municipal: false, CheckupMeasures.OfCode(code)?.Key, item.Section == "質問票");
        }

        var screening = MunicipalScreeningItems.Find(code) ?? throw new InvalidOperationException($"No table has the item {code}.");
        return new PaperItem(
            code, MunicipalSystem, screening.Name, screening.ObservationCategory, screening.Unit switch { "g/cm2" => 3, "kg" or "cm" => 1, _ => 0 }, screening.Unit, screening.Unit, null, null,
            screening.AnswerSet, Municipal: true, null, screening.Name.Contains("問診", StringComparison.Ordinal) || screening.Name.Contains("受診歴", StringComparison.Ordinal));
    }

    public (string System, string? Text) AnswerText(string answer) => Municipal
        ? (MunicipalScreeningItems.AnswerSystem(AnswerSet!), MunicipalScreeningItems.Answer(AnswerSet!, answer))
        : (CheckupItems.AnswerSystem(AnswerSet!), CheckupItems.Answer(AnswerSet!, answer));

    private static string CategoryOf(CheckupItem item) => item.Section switch
    {
        "身体計測" => "body-measurement",
        "血圧等" => "vital-signs",
        "質問票" => "social-history",
        "採血条件" or "生化学検査" or "血糖検査" or "尿検査" or "血液像検査" => "laboratory",
        "医師の判断" when item.ValueType is "CD" => "survey",
        _ => item.Name.Contains("Ｘ線", StringComparison.Ordinal) || item.Name.Contains("CT", StringComparison.Ordinal) ? "imaging" : "exam",
    };
}
