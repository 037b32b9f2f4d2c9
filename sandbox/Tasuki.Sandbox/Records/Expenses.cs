using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>
/// Medical-expense notices (医療費通知): for each month and institution the days, the whole cost, what the insurer paid and the own share, which always add up.
/// They come about six weeks after the month, as claims do.
/// </summary>
internal static class Expenses
{
    private const string Source = "マイナポータル";

    public static void Write(RecordBook book, List<Visit> visits)
    {
        var lines = visits.SelectMany(Lines).GroupBy(line => (line.Year, line.Month, line.Institution.Number, line.Kind)).OrderBy(group => group.Key);
        foreach (var group in lines)
        {
            var month = new DateOnly(group.Key.Year, group.Key.Month, 1);
            var notice = month.AddMonths(2).AddDays(14);
            if (notice > book.Person.Until)
                continue;
            var first = group.First();
            var total = group.Sum(line => line.Yen);
            var own = (int)Math.Round(total * OwnShare(book.Person, month) / 10.0, MidpointRounding.AwayFromZero) * 10;
            var stay = first.Kind.EndsWith("入院", StringComparison.Ordinal);
            // The ceiling of the own share a month (高額療養費), at its middle step.
            own = Math.Min(own, stay ? 57_600 : own);
            Notice(book, month, notice, first.Institution, first.Kind, group.Sum(line => line.Days), total, own);
        }
    }

    private static double OwnShare(Person person, DateOnly day) => person.AgeOn(day) switch
    {
        < 6 => 0.2,
        < 70 => 0.3,
        < 75 => 0.2,
        _ => 0.1,
    };

    private static IEnumerable<(int Year, int Month, Institution Institution, string Kind, int Days, int Yen)> Lines(Visit visit)
    {
        var kind = visit.InHospital ? "医科入院" : visit.Clinic == Town.Dentist ? "歯科外来" : "医科外来";
        yield return (visit.Day.Year, visit.Day.Month, visit.Clinic, kind, visit.InHospital ? visit.DaysSupplied : 1, visit.ClinicYen);
        if (visit.PharmacyYen > 0)
            yield return (visit.Day.Year, visit.Day.Month, visit.Pharmacy, "調剤", 1, visit.PharmacyYen);
    }

    private static void Notice(RecordBook book, DateOnly month, DateOnly notice, Institution institution, string kind, int days, int total, int own)
    {
        var pen = book.Pen;
        var json = pen.Json;
        pen.Start("ExplanationOfBenefit");
        pen.Identifier($"{institution.Number}-B-{book.NewNumber()}");
        pen.Text("status"u8, "active");
        pen.Concept("type"u8, "http://terminology.hl7.org/CodeSystem/claim-type", kind switch { "調剤" => "pharmacy", "歯科外来" => "oral", "医科入院" => "institutional", _ => "professional" }, null, kind);
        pen.Text("use"u8, "claim");
        pen.Subject("patient"u8);
        json.WriteStartObject("billablePeriod"u8);
        pen.Day("start"u8, month);
        pen.Day("end"u8, month.AddMonths(1).AddDays(-1));
        json.WriteEndObject();
        pen.Day("created"u8, notice);
        pen.Display("insurer"u8, book.Person.InsurerName);
        pen.Organisation("provider"u8, institution);
        pen.Text("outcome"u8, "complete");
        json.WriteStartArray("insurance"u8);
        json.WriteStartObject();
        json.WriteBoolean("focal"u8, true);
        pen.Display("coverage"u8, book.Person.InsurerName);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("item"u8);
        json.WriteStartObject();
        json.WriteNumber("sequence"u8, 1);
        pen.ConceptText("productOrService"u8, kind);
        pen.Quantity("quantity"u8, new Measured(days, 0), "日", "d");
        pen.Money("net"u8, total);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("total"u8);
        Total(pen, "submitted", "医療費の総額", total);
        Total(pen, "benefit", "保険者の支払額", total - own);
        Total(pen, "copay", "窓口相当負担額", own);
        json.WriteEndArray();
        book.Add(DataCategory.MedicalExpense, SourceKind.Mynaportal, Source);
    }

    private static void Total(Pen pen, string code, string text, int yen)
    {
        pen.Json.WriteStartObject();
        pen.Concept("category"u8, "http://terminology.hl7.org/CodeSystem/adjudication", code, null, text);
        pen.Money("amount"u8, yen);
        pen.Json.WriteEndObject();
    }
}
