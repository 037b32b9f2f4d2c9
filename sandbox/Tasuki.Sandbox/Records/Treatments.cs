using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>Treatment information from claims (診療情報): management of chronic illness, tests, stays and operations, as an insurer sees them.</summary>
internal static class Treatments
{
    private const string Source = "マイナポータル";

    private static readonly Dictionary<string, (string Code, string Name)> Operations = new(StringComparer.Ordinal)
    {
        ["H25.9"] = ("T101", "水晶体再建術（眼内レンズを挿入する場合）"), ["S72.0"] = ("T102", "人工骨頭挿入術（股）"), ["K35.8"] = ("T103", "腹腔鏡下虫垂切除術"), ["C18.9"] = ("T104", "腹腔鏡下結腸悪性腫瘍切除術"),
        ["K80.2"] = ("T105", "腹腔鏡下胆嚢摘出術"), ["D12.6"] = ("T106", "内視鏡的大腸ポリープ切除術"), ["S82.8"] = ("T107", "骨折観血的手術（下腿）"), ["J35.0"] = ("T108", "口蓋扁桃手術（摘出）"),
    };

    public static void Write(RecordBook book, List<Visit> visits)
    {
        var dice = book.Person.Dice(Dice.Stream.Treatment);
        foreach (var visit in visits)
        {
            if (visit.InHospital)
            {
                Stay(book, visit);
                if (Operations.TryGetValue(visit.Icd10, out var operation))
                    Done(book, visit, visit.Day.AddDays(1), operation.Code, operation.Name);
            }
            else if (visit.Chronic && dice.Chance(0.4))
            {
                var (code, name) = visit.Icd10[0] is 'I' or 'E' ? ("T001", "生活習慣病管理料（Ⅱ）") : ("T002", "特定疾患療養管理料");
                Done(book, visit, visit.Day, code, name);
            }
            else if (!visit.Chronic && visit.Clinic != Town.Dentist && dice.Chance(0.18))
            {
                Done(book, visit, visit.Day, "T011", visit.Icd10 == "J11.1" ? "インフルエンザウイルス抗原検出" : "末梢血液一般検査");
            }
        }
    }

    private static void Done(RecordBook book, Visit visit, DateOnly day, string code, string name)
    {
        if (day > book.Person.Until)
            return;
        var pen = book.Pen;
        pen.Start("Procedure", "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Procedure"u8);
        pen.Identifier($"{visit.Clinic.Number}-T-{book.NewNumber()}");
        pen.Text("status"u8, "completed");
        pen.Concept("code"u8, Systems.SyntheticTreatment, code, name, name);
        pen.Subject("subject"u8);
        pen.Day("performedDateTime"u8, day);
        pen.Json.WriteStartArray("performer"u8);
        pen.Json.WriteStartObject();
        pen.Organisation("actor"u8, visit.Clinic);
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Concepts("reasonCode"u8, Systems.Icd10, visit.Icd10, visit.Illness, visit.Illness);
        book.Add(DataCategory.ClaimTreatment, SourceKind.Mynaportal, Source);
    }

    private static void Stay(RecordBook book, Visit visit)
    {
        var pen = book.Pen;
        pen.Start("Encounter", "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Encounter"u8);
        pen.Identifier($"{visit.Clinic.Number}-S-{book.NewNumber()}");
        pen.Text("status"u8, "finished");
        pen.Json.WriteStartObject("class"u8);
        pen.Text("system"u8, "http://terminology.hl7.org/CodeSystem/v3-ActCode");
        pen.Text("code"u8, "IMP");
        pen.Text("display"u8, "入院");
        pen.Json.WriteEndObject();
        pen.Subject("subject"u8);
        pen.Json.WriteStartObject("period"u8);
        pen.Day("start"u8, visit.Day);
        pen.Day("end"u8, Earlier(visit.Day.AddDays(visit.DaysSupplied), book.Person.Until));
        pen.Json.WriteEndObject();
        pen.Concepts("reasonCode"u8, Systems.Icd10, visit.Icd10, visit.Illness, visit.Illness);
        pen.Organisation("serviceProvider"u8, visit.Clinic);
        book.Add(DataCategory.ClaimTreatment, SourceKind.Mynaportal, Source);
    }

    private static DateOnly Earlier(DateOnly one, DateOnly other) => one < other ? one : other;
}
