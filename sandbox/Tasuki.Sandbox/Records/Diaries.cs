using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>What people measure at home: blood pressure in the morning, weight, and the steps of each day.</summary>
internal static class Diaries
{
    private const string Scale = "家庭用体組成計";
    private const string Device = "歩数計アプリ";

    public static void Write(RecordBook book)
    {
        var person = book.Person;
        if (person.AgeOn(person.Until) < 20)
        {
            if (person.AgeOn(person.Until) >= 13)
                Steps.Write(book);
            return;
        }

        Pressure(book);
        Weight(book);
        Steps.Write(book);
    }

    private static void Pressure(RecordBook book)
    {
        var person = book.Person;
        var dice = person.Dice(Dice.Stream.Diary, 1);
        var treated = book.Body.TreatsPressureFrom is not null;
        if (!dice.Chance(treated ? 0.42 : 0.05))
            return;
        var days = dice.Between(60, 400);
        var diligent = dice.Between(0.45, 0.97);
        var minute = dice.Between(330, 470);
        var slip = dice.Chance(0.3) ? dice.Between(5, days) : -1;
        for (var ago = days; ago >= 0; ago--)
        {
            var day = person.Until.AddDays(-ago);
            if (!dice.Chance(diligent))
                continue;
            var body = book.Body.On(day, dice);
            // Pressure at home is a little lower than before a doctor, and higher in winter.
            var season = day.Month is 12 or 1 or 2 ? 4 : day.Month is 7 or 8 ? -3 : 0;
            var high = Measured.Of(body.Systolic - 4 + season, 0);
            var low = Measured.Of(body.Diastolic - 3 + season / 2.0, 0);
            var wrong = ago == slip;
            Panel(book, day, Math.Max(240, minute + dice.Between(-25, 26)), wrong ? high with { Scaled = high.Scaled * 10 } : high, low);
            if (wrong)
                book.Slips.Add(new Slip(SlipKind.OutOfRange, book.Records[^1].LocalUrl!));
        }
    }

    private static void Panel(RecordBook book, DateOnly day, int minute, Measured high, Measured low)
    {
        var pen = book.Pen;
        var json = pen.Json;
        pen.Start("Observation", "http://hl7.org/fhir/StructureDefinition/bp"u8);
        pen.Text("status"u8, "final");
        pen.Concepts("category"u8, "http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs", null);
        pen.Concept("code"u8, Systems.Loinc, "85354-9", "Blood pressure panel", "家庭血圧");
        pen.Subject("subject"u8);
        pen.Moment("effectiveDateTime"u8, day, minute);
        pen.Json.WriteStartArray("performer"u8);
        json.WriteStartObject();
        pen.Text("reference"u8, "Patient/self");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("component"u8);
        json.WriteStartObject();
        pen.Concept("code"u8, Systems.Loinc, "8480-6", "Systolic blood pressure");
        pen.Quantity("valueQuantity"u8, high, "mmHg", "mm[Hg]");
        json.WriteEndObject();
        json.WriteStartObject();
        pen.Concept("code"u8, Systems.Loinc, "8462-4", "Diastolic blood pressure");
        pen.Quantity("valueQuantity"u8, low, "mmHg", "mm[Hg]");
        json.WriteEndObject();
        json.WriteEndArray();
        book.Add(DataCategory.Lifelog, SourceKind.Person, "本人");
    }

    private static void Weight(RecordBook book)
    {
        var person = book.Person;
        var dice = person.Dice(Dice.Stream.Diary, 2);
        if (!dice.Chance(0.2))
            return;
        var days = dice.Between(90, 500);
        var share = dice.Between(0.12, 0.8);
        var slip = dice.Chance(0.3) ? dice.Between(5, days) : -1;
        var missing = dice.Chance(0.5);
        for (var ago = days; ago >= 0; ago--)
        {
            if (!dice.Chance(share) && ago != slip)
                continue;
            var day = person.Until.AddDays(-ago);
            var weight = Measured.Of(book.Body.On(day, dice).Weight, 1);
            var pen = book.Pen;
            pen.Start("Observation", "http://hl7.org/fhir/StructureDefinition/bodyweight"u8);
            pen.Text("status"u8, "final");
            pen.Concepts("category"u8, "http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs", null);
            pen.Concept("code"u8, Systems.Loinc, "29463-7", "Body weight", "体重");
            pen.Subject("subject"u8);
            pen.Moment("effectiveDateTime"u8, day, 390 + dice.Between(-40, 90));
            if (ago == slip && missing)
            {
                pen.Json.WriteStartObject("valueQuantity"u8);
                pen.Number("value"u8, weight);
                pen.Json.WriteEndObject();
            }
            else
            {
                pen.Quantity("valueQuantity"u8, ago == slip ? weight with { Decimals = 0 } : weight, "kg", "kg");
            }

            var url = book.Add(DataCategory.Lifelog, SourceKind.Device, Scale);
            if (ago == slip)
                book.Slips.Add(new Slip(missing ? SlipKind.MissingUnit : SlipKind.DecimalPoint, url));
        }
    }

    /// <summary>Daily steps of who carries a device: the rhythm of the week, rain for the whole city at once, days without the device.</summary>
    private static class Steps
    {
        private const int Days = 180;

        public static void Write(RecordBook book)
        {
            var person = book.Person;
            var dice = person.Dice(Dice.Stream.Steps);
            var age = person.YearsOn(person.Until);
            if (!dice.Chance(age < 75 ? 0.56 : 0.3))
                return;
            var usual = Math.Clamp((person.IsMale ? 7300 : 6600) - 90 * Math.Max(0, age - 62) + (book.Body.WalksMuch ? 1500 : -700) + dice.Normal(0, 1400), 900, 16000);
            var worn = dice.Between(0.82, 0.99);
            var works = person.Insurance is Insurance.Employer;
            var watch = dice.Chance(0.06);
            for (var ago = Days - 1; ago >= 0; ago--)
            {
                var day = person.Until.AddDays(-ago);
                var steps = (int)(usual * Week(day, works) * Rain(person, day) * Math.Clamp(1 + 0.26 * dice.Normal(), 0.25, 2.2));
                if (!dice.Chance(worn))
                    continue;
                Day(book, day, steps);
                if (watch && ago < 14)
                    Samples.Write(book, day, steps);
            }
        }

        private static double Week(DateOnly day, bool works) => day.DayOfWeek switch
        {
            DayOfWeek.Saturday => works ? 0.86 : 1.06,
            DayOfWeek.Sunday => works ? 0.74 : 0.84,
            DayOfWeek.Friday => works ? 1.1 : 1,
            _ => works ? 1.06 : 1.02,
        };

        // The weather is the city's: everybody walks less on the same days.
        private static double Rain(Person person, DateOnly day)
        {
            var sky = new Dice(person.Household.Seed, -1, day.DayNumber, Dice.Stream.Weather).Unit();
            return sky < 0.1 ? 0.62 : sky < 0.28 ? 0.83 : 1.05;
        }

        private static void Day(RecordBook book, DateOnly day, int steps)
        {
            var pen = book.Pen;
            pen.Start("Observation");
            pen.Text("status"u8, "final");
            pen.Category("activity");
            pen.Concept("code"u8, Systems.Loinc, "55423-8", "Number of steps", "歩数");
            pen.Subject("subject"u8);
            pen.Json.WriteStartObject("effectivePeriod"u8);
            pen.Moment("start"u8, day, 0);
            pen.Moment("end"u8, day, 23 * 60 + 59);
            pen.Json.WriteEndObject();
            pen.Quantity("valueQuantity"u8, new Measured(steps, 0), "歩", "{steps}");
            book.Add(DataCategory.Lifelog, SourceKind.Device, Device);
        }
    }
}
