using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>
/// The six kinds of chart information (電子カルテ情報共有サービスの6情報) in the shape of CLINS: diagnoses, allergies, infections, medicines that must not be
/// given, laboratory results, prescriptions. Only of who is in regular care or was in hospital.
/// </summary>
internal static class Charts
{
    private static readonly (string Local, string Group, string Code, string Name, int Decimals, string Unit, string Ucum, double Low, double High)[] Labs =
    [
        ("L001", "AST", "3B035000002327201", "AST", 0, "U/L", "U/L", 13, 30), ("L002", "ALT", "3B045000002327201", "ALT", 0, "U/L", "U/L", 7, 42),
        ("L003", "GGT", "3B090000002327701", "γ-GT", 0, "U/L", "U/L", 9, 64), ("L004", "Cre", "3C015000002327101", "クレアチニン", 2, "mg/dL", "mg/dL", 0.46, 1.07),
        ("L005", "BUN", "3C025000002327101", "尿素窒素", 1, "mg/dL", "mg/dL", 8, 20), ("L006", "K", "3H015000002326101", "カリウム", 1, "mmol/L", "mmol/L", 3.6, 4.8),
        ("L007", "Na", "3H010000002326101", "ナトリウム", 0, "mmol/L", "mmol/L", 138, 145), ("L008", "LDL-C", "3F077000002327101", "LDLコレステロール", 0, "mg/dL", "mg/dL", 65, 163),
        ("L009", "HDL-C", "3F070000002327101", "HDLコレステロール", 0, "mg/dL", "mg/dL", 38, 103), ("L010", "TG", "3F015000002327101", "中性脂肪", 0, "mg/dL", "mg/dL", 30, 234),
        ("L011", "HbA1c-NGSP", "3D046000001906202", "HbA1c(NGSP)", 1, "%", "%", 4.9, 6.0), ("L012", "UA", "3C020000002327101", "尿酸", 1, "mg/dL", "mg/dL", 2.6, 7.8),
        ("L013", "ALB", "3A015000002327101", "アルブミン", 1, "g/dL", "g/dL", 4.1, 5.1), ("L014", "CRP", "5C070000002306201", "CRP", 2, "mg/dL", "mg/dL", 0, 0.14),
    ];

    public static void Write(RecordBook book, List<Visit> visits)
    {
        var person = book.Person;
        var dice = person.Dice(Dice.Stream.Chart);
        var stays = visits.Where(visit => visit.InHospital).ToArray();
        if (stays.Length == 0 && (book.Illnesses.Count == 0 || !dice.Chance(0.72)) && !dice.Chance(0.04))
            return;
        foreach (var illness in book.Illnesses)
            Diagnosis(book, Town.Clinics[illness.Kind.Clinic], illness.Kind.Department, illness.Kind.Icd10, illness.Kind.Name, illness.From, ended: null);
        foreach (var stay in stays)
            Diagnosis(book, stay.Clinic, stay.Department, stay.Icd10, stay.Illness, stay.Day, stay.Day.AddDays(stay.DaysSupplied));
        if (visits.LastOrDefault(visit => !visit.Chronic && visit.Drugs.Count > 0) is { } acute)
            Diagnosis(book, acute.Clinic, acute.Department, acute.Icd10, acute.Illness, acute.Day, acute.Day.AddDays(12));
        if (person.Due is { } due)
            Diagnosis(book, Town.Maternity, "産婦人科", "Z34.9", "正常妊娠", due.AddDays(-225), ended: null);

        var infected = book.Illnesses.Any(illness => illness.Kind == Illness.Hiv);
        if (stays.Length > 0 || infected || dice.Chance(0.08))
            Infections(book, stays.Length > 0 ? stays[^1].Day.AddDays(-4) : person.Until.AddDays(-dice.Between(30, 900)), infected, dice);
        if (dice.Chance(0.06))
            Contraindication(book, dice);
        if (dice.Chance(0.12))
            Allergies.WriteOne(book, dice, DataCategory.Chart, SourceKind.Mynaportal, Town.Clinics[0].Name);
        foreach (var visit in visits.Where(visit => visit.Chronic))
        {
            if (dice.Chance(0.14))
                Laboratory(book, visit, dice);
            if (visit.Day > person.Until.AddDays(-120) && visit.Drugs.Count > 0)
                Medicines.Prescribe(book, visit, DataCategory.Chart, SourceKind.Mynaportal, visit.Clinic.Name, "外来処方");
        }
    }

    private static void Diagnosis(RecordBook book, Institution clinic, string department, string icd10, string name, DateOnly from, DateOnly? ended)
    {
        if (ended > book.Person.Until)
            ended = null;
        var pen = book.Pen;
        pen.Start("Condition", "http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_Condition_eCS"u8);
        Institution(pen, clinic, department);
        pen.Identifier($"{clinic.Number}-N-{book.NewNumber()}");
        pen.Concept("clinicalStatus"u8, "http://terminology.hl7.org/CodeSystem/condition-clinical", ended is null ? "active" : "resolved", null);
        pen.Concept("verificationStatus"u8, "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", null);
        pen.Concepts("category"u8, "http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis", null);
        pen.Concept("code"u8, Systems.Icd10, icd10, name, name);
        pen.Subject("subject"u8);
        pen.Day("onsetDateTime"u8, from);
        if (ended is { } end)
            pen.Day("abatementDateTime"u8, end);
        Add(book, clinic);
    }

    private static void Laboratory(RecordBook book, Visit visit, Dice dice)
    {
        var v = book.Body.On(visit.Day, dice);
        double[] values =
        [
            v.Ast, v.Alt, v.Ggt, v.Creatinine, Math.Max(5, 12 + v.Creatinine * 4 + dice.Normal(0, 2.5)), Math.Clamp(dice.Normal(4.2, 0.35), 2.9, 6.1), Math.Clamp(dice.Normal(141, 2), 128, 150),
            v.Ldl, v.Hdl, v.Triglycerides, v.HbA1c, v.Uric, Math.Clamp(dice.Normal(4.4, 0.3), 2.4, 5.3), Math.Max(0.01, 0.08 * Curves.Exp(dice.Normal(0, 1))),
        ];
        var pen = book.Pen;
        for (var i = 0; i < Labs.Length; i++)
        {
            var lab = Labs[i];
            if (dice.Chance(0.25))
                continue;
            pen.Start("Observation", "http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_Observation_LabResult_eCS"u8);
            Institution(pen, visit.Clinic, visit.Department);
            pen.Identifier($"{visit.Clinic.Number}-L-{book.NewNumber()}");
            pen.Text("status"u8, "final");
            pen.Category("laboratory");
            Code(pen, lab.Local, lab.Group, lab.Code, lab.Name);
            pen.Subject("subject"u8);
            pen.Moment("effectiveDateTime"u8, visit.Day, 9 * 60 + 20);
            pen.Quantity("valueQuantity"u8, Measured.Of(values[i], lab.Decimals), lab.Unit, lab.Ucum);
            pen.Concepts("interpretation"u8, "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", values[i] < lab.Low ? "L" : values[i] > lab.High ? "H" : "N", null);
            pen.Json.WriteStartArray("referenceRange"u8);
            pen.Json.WriteStartObject();
            pen.Quantity("low"u8, Measured.Of(lab.Low, lab.Decimals), lab.Unit, lab.Ucum);
            pen.Quantity("high"u8, Measured.Of(lab.High, lab.Decimals), lab.Unit, lab.Ucum);
            pen.Json.WriteEndObject();
            pen.Json.WriteEndArray();
            Add(book, visit.Clinic);
        }
    }

    private static void Infections(RecordBook book, DateOnly day, bool hiv, Dice dice)
    {
        if (day <= book.Person.BirthDate)
            return;
        Infection(book, day, "I001", "HBs-AG-RESULT", "5F016141002399811", "HBs抗原", dice.Chance(0.01));
        Infection(book, day, "I002", "HCV-AB-RESULT", "5F360149502399811", "HCV抗体", dice.Chance(0.01));
        Infection(book, day, "I003", "STS", "5E071000002399811", "梅毒反応", dice.Chance(0.006));
        if (hiv || dice.Chance(0.25))
            Infection(book, day, "I004", "HIV-1P2-AB-P24-RESULT", "5F560155002305111", "HIV-1+2抗体・p24抗原", hiv);
    }

    private static void Infection(RecordBook book, DateOnly day, string local, string group, string code, string name, bool positive)
    {
        var pen = book.Pen;
        pen.Start("Observation", "http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_Observation_LabResult_eCS"u8);
        Institution(pen, Town.Hospital, "中央検査部");
        pen.Identifier($"{Town.Hospital.Number}-I-{book.NewNumber()}");
        pen.Text("status"u8, "final");
        pen.Category("laboratory");
        Code(pen, local, group, code, name);
        pen.Subject("subject"u8);
        pen.Moment("effectiveDateTime"u8, day, 10 * 60);
        pen.Concept("valueCodeableConcept"u8, "urn:oid:1.2.392.200119.6.2100", positive ? "1" : "2", positive ? "陽性" : "陰性", positive ? "陽性" : "陰性");
        Add(book, Town.Hospital);
    }

    private static void Contraindication(RecordBook book, Dice dice)
    {
        var (name, manifestation) = dice.Pick(Forbidden);
        var pen = book.Pen;
        pen.Start("AllergyIntolerance", "http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_AllergyIntolerance_eCS"u8);
        Institution(pen, Town.Hospital, "薬剤部");
        pen.Identifier($"{Town.Hospital.Number}-K-{book.NewNumber()}");
        pen.Concept("clinicalStatus"u8, "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active", null);
        pen.Concept("verificationStatus"u8, "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed", null);
        pen.Text("type"u8, "intolerance");
        pen.Json.WriteStartArray("category"u8);
        pen.Json.WriteStringValue("medication"u8);
        pen.Json.WriteEndArray();
        pen.Text("criticality"u8, "high");
        pen.ConceptText("code"u8, name);
        pen.Subject("patient"u8);
        pen.Day("recordedDate"u8, book.Person.Until.AddDays(-dice.Between(20, 1500)));
        pen.Json.WriteStartArray("reaction"u8);
        pen.Json.WriteStartObject();
        pen.Json.WriteStartArray("manifestation"u8);
        pen.Json.WriteStartObject();
        pen.Text("text"u8, manifestation);
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        Add(book, Town.Hospital);
    }

    private static void Code(Pen pen, string local, string group, string code, string name)
    {
        pen.Json.WriteStartObject("code"u8);
        pen.Json.WriteStartArray("coding"u8);
        pen.Coding("http://jpfhir.jp/fhir/clins/CodeSystem/JP_CLINS_ObsLabResult_LocalCode_CS", local, name);
        pen.Coding(Systems.Jlac10, code, group);
        pen.Json.WriteEndArray();
        pen.Text("text"u8, name);
        pen.Json.WriteEndObject();
    }

    private static void Institution(Pen pen, Institution clinic, string department)
    {
        var json = pen.Json;
        json.WriteStartArray("extension"u8);
        json.WriteStartObject();
        pen.Text("url"u8, "http://jpfhir.jp/fhir/clins/Extension/StructureDefinition/JP_eCS_InstitutionNumber");
        json.WriteStartObject("valueIdentifier"u8);
        pen.Text("system"u8, Systems.InstitutionNumber);
        pen.Text("value"u8, clinic.Number);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        pen.Text("url"u8, "http://jpfhir.jp/fhir/eCS/Extension/StructureDefinition/JP_eCS_Department");
        pen.ConceptText("valueCodeableConcept"u8, department);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // The hospital gives its patients their data itself; the clinics' come through the national service.
    private static void Add(RecordBook book, Institution clinic) =>
        book.Add(DataCategory.Chart, clinic == Town.Hospital ? SourceKind.MedicalInstitution : SourceKind.Mynaportal, clinic.Name);

    private static readonly (string Name, string Manifestation)[] Forbidden =
        [("アスピリン", "喘息発作"), ("ペニシリン系抗菌薬", "アナフィラキシー"), ("セフェム系抗菌薬", "発疹"), ("ヨード造影剤", "じんま疹"), ("ロキソプロフェンナトリウム", "発疹")];
}

/// <summary>Allergies, by the JFAGY codes (CC0) or in words, and what people write down about their parents.</summary>
internal static class Allergies
{
    private static readonly (string Category, string System, string Code, string Name, string Manifestation)[] Known =
    [
        ("food", "Food", "J9FA15000000", "小麦", "じんま疹"), ("food", "Food", "J9FA19140000", "そば", "呼吸困難"), ("food", "Food", "J9FA21180000", "落花生", "口のかゆみ"),
        ("food", "Food", "J9FB13110000", "鶏卵", "じんま疹"), ("food", "Food", "J9FB12110011", "牛乳", "腹痛"), ("food", "Food", "J9FC15110000", "えび", "口のかゆみ"), ("food", "Food", "J9FC15120000", "かに", "じんま疹"),
        ("food", "Food", "J9FA32540000", "キウイフルーツ", "口のかゆみ"), ("food", "Food", "J9FC11310000", "さば", "発疹"), ("environment", "NonFoodNonMedication", "J9NK13320000", "スギ", "鼻水"),
        ("environment", "NonFoodNonMedication", "J9NM13110000", "ハウスダスト", "くしゃみ"), ("environment", "NonFoodNonMedication", "J9NJ12150000", "ネコ", "目のかゆみ"), ("environment", "NonFoodNonMedication", "J9NP14110000", "ラテックス（天然ゴム）", "接触部の発赤"),
    ];

    /// <summary>What the person typed in.</summary>
    public static void Write(RecordBook book)
    {
        var dice = book.Person.Dice(Dice.Stream.Allergy);
        if (dice.Chance(0.24))
            WriteOne(book, dice, DataCategory.Other, SourceKind.Person, "本人");
        if (book.Person.AgeOn(book.Person.Until) >= 25 && dice.Chance(0.15))
            Parent(book, dice);
    }

    public static void WriteOne(RecordBook book, Dice dice, DataCategory category, SourceKind source, string sourceName)
    {
        var allergy = dice.Pick(Known);
        var pen = book.Pen;
        pen.Start("AllergyIntolerance", "http://jpfhir.jp/fhir/core/StructureDefinition/JP_AllergyIntolerance"u8);
        pen.Identifier($"{(category is DataCategory.Chart ? Town.Clinics[0].Number : "self")}-A-{book.NewNumber()}");
        pen.Concept("clinicalStatus"u8, "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active", null);
        pen.Concept("verificationStatus"u8, "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", category is DataCategory.Chart ? "confirmed" : "unconfirmed", null);
        pen.Text("type"u8, "allergy");
        pen.Json.WriteStartArray("category"u8);
        pen.Json.WriteStringValue(allergy.Category);
        pen.Json.WriteEndArray();
        pen.Text("criticality"u8, allergy.Name == "そば" ? "high" : "low");
        pen.Concept("code"u8, $"http://jpfhir.jp/fhir/core/CodeSystem/JP_Jfagy{allergy.System}Allergen_CS", allergy.Code, allergy.Name, allergy.Name);
        pen.Subject("patient"u8);
        pen.Day("recordedDate"u8, book.Person.Until.AddDays(-dice.Between(0, Math.Max(1, Math.Min(1500, book.Person.Until.DayNumber - book.Person.BirthDate.DayNumber)))));
        pen.Json.WriteStartArray("reaction"u8);
        pen.Json.WriteStartObject();
        pen.Json.WriteStartArray("manifestation"u8);
        pen.Json.WriteStartObject();
        pen.Text("text"u8, allergy.Manifestation);
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        book.Add(category, source, sourceName);
    }

    private static void Parent(RecordBook book, Dice dice)
    {
        var father = dice.Chance(0.5);
        var (icd10, name) = dice.Pick(Inherited);
        var pen = book.Pen;
        pen.Start("FamilyMemberHistory", "http://jpfhir.jp/fhir/core/StructureDefinition/JP_FamilyMemberHistory"u8);
        pen.Identifier($"self-F-{book.NewNumber()}");
        pen.Text("status"u8, "partial");
        pen.Subject("patient"u8);
        pen.Day("date"u8, book.Person.Until.AddDays(-dice.Between(10, 600)));
        pen.Concept("relationship"u8, "http://terminology.hl7.org/CodeSystem/v3-RoleCode", father ? "FTH" : "MTH", null, father ? "父" : "母");
        pen.Json.WriteStartArray("condition"u8);
        pen.Json.WriteStartObject();
        pen.Concept("code"u8, Systems.Icd10, icd10, name, name);
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        book.Add(DataCategory.Other, SourceKind.Person, "本人");
    }

    private static readonly (string, string)[] Inherited = [("I10", "高血圧症"), ("E11.9", "２型糖尿病"), ("I63.9", "脳梗塞"), ("C16.9", "胃癌"), ("C18.9", "大腸癌"), ("I21.9", "心筋梗塞")];
}
