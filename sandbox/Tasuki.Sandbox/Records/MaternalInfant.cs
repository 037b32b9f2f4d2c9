namespace Tasuki.Sandbox;

/// <summary>The fourteen checkups of a pregnancy, and an infant's at 3 to 4 months, at one and a half and at three years. The mother's and the child's days fit each other.</summary>
internal static class MaternalInfant
{
    private static readonly int[] Weeks = [8, 12, 16, 20, 24, 26, 28, 30, 32, 34, 36, 37, 38, 39];

    public static void Write(RecordBook book)
    {
        var person = book.Person;
        var since = person.Until.AddYears(-5);
        foreach (var birth in person.Children)
        {
            if (birth > since.AddDays(220))
                Pregnancy(book, birth, birth.DayNumber);
        }

        if (person.Due is { } due)
            Pregnancy(book, due, due.DayNumber);
        if (person.BirthDate > new DateOnly(2015, 1, 1))
            Infancy(book);
    }

    private static void Pregnancy(RecordBook book, DateOnly birth, int key)
    {
        var dice = book.Person.Dice(Dice.Stream.Maternal, key);
        var start = birth.AddDays(-277 + dice.Between(-6, 7));
        var before = book.Body.On(start, dice);
        for (var i = 0; i < Weeks.Length; i++)
        {
            var week = Weeks[i];
            var day = start.AddDays(7 * week + dice.Between(0, 6));
            if (day >= birth || day > book.Person.Until)
                return;
            var paper = new CheckupPaper(book, PaperKind.Pregnancy, Town.Maternity, Town.Name, day, dice);
            paper.Own("exam", "82810-3", "妊娠の状態", null, null, null, "妊娠中", Systems.Loinc);
            paper.Own("exam", "M01", "妊娠週数", new Measured(week, 0), "週", "wk");
            paper.Quantity("9N006000000000001", before.Weight + Math.Max(0, week - 11) * 0.36 + dice.Normal(0, 0.4));
            paper.Quantity("9A751000000000001", Math.Clamp(before.Systolic - 3 + (week > 30 ? (week - 30) * 0.7 : 0) + dice.Normal(0, 6), 86, 168));
            paper.Quantity("9A761000000000001", Math.Clamp(before.Diastolic - 4 + (week > 30 ? (week - 30) * 0.5 : 0) + dice.Normal(0, 4), 46, 108));
            paper.Answer("1A010000000191111", dice.Chance(0.94) ? "1" : "2");
            paper.Answer("1A020000000191111", dice.Chance(0.95) ? "1" : "3");
            paper.Own("exam", "M04", "浮腫", null, null, null, dice.Chance(week < 30 ? 0.97 : 0.85) ? "－" : "＋");
            if (week >= 12)
                paper.Own("exam", "M05", "胎児心拍数", Measured.Of(dice.Normal(158 - week * 0.4, 5), 0), "回/分", "/min");
            if (week >= 16)
            {
                paper.Own("exam", "M02", "子宮底長", Measured.Of(week - 2 + dice.Normal(0, 1), 1), "cm", "cm");
                paper.Own("exam", "M03", "腹囲（妊婦健診）", Measured.Of(before.Waist + (week - 12) * 0.75 + dice.Normal(0, 1), 1), "cm", "cm");
            }

            if (week is 8 or 28 or 36)
                paper.Quantity("2A030000001930101", Math.Max(8.1, before.Hemoglobin - (week > 20 ? 1.6 : 0.3) + dice.Normal(0, 0.3)));
            if (week == 8)
            {
                paper.Answer("5F016141002399811", "2");
                paper.Answer("5F360149502399811", "2");
                paper.Answer("5E071000002399811", "2");
            }

            paper.Finish();
        }
    }

    private static void Infancy(RecordBook book)
    {
        var person = book.Person;
        var dice = person.Dice(Dice.Stream.Infant);
        var size = dice.Normal();
        var sex = person.IsMale ? 1 : 0.955;
        var birthWeight = Math.Clamp(3050 + 330 * size + (person.IsMale ? 60 : -40), 1900, 4200);
        Visit(person.BirthDate.AddDays(108 + dice.Between(-8, 14)), 6.5 * sex, 61.8, 40.6, 40.8, "3～4か月児", paper =>
        {
            paper.BodyMeasurement("31002900", "出生体重", Measured.Of(birthWeight, 0), "g");
            paper.Own("exam", "C01", "首のすわり", null, null, null, dice.Chance(0.96) ? "すわっている" : "まだ不安定");
            paper.Own("exam", "C02", "追視", null, null, null, "あり");
            paper.Own("exam", "C03", "股関節", null, null, null, dice.Chance(0.96) ? "異常なし" : "開排制限あり、整形外科へ紹介");
        });
        Visit(person.BirthDate.AddDays(562 + dice.Between(-12, 40)), 10.3 * sex, 80.2, 46.9, 47.3, "1歳6か月児", paper =>
        {
            paper.Own("exam", "C11", "ひとり歩き", null, null, null, dice.Chance(0.97) ? "できる" : "まだできない");
            paper.Own("exam", "C12", "意味のある言葉", null, null, null, dice.Chance(0.85) ? "3語以上" : "1～2語、経過を見ます");
            paper.Own("exam", "C13", "むし歯の本数", new Measured(dice.Chance(0.985) ? 0 : 1, 0), "本", "{hon}");
        });
        Visit(person.BirthDate.AddDays(1130 + dice.Between(-10, 60)), 13.9 * sex, 94.6, 49.2, 50.6, "3歳児", paper =>
        {
            paper.Own("exam", "C21", "二語文", null, null, null, dice.Chance(0.95) ? "話す" : "まだ話さない、相談につなぐ");
            paper.Own("exam", "C22", "屈折検査", null, null, null, dice.Chance(0.9) ? "異常なし" : "要精密検査");
            paper.Own("exam", "C23", "むし歯の本数", new Measured(dice.Weighted([88, 4, 5, 3]), 0), "本", "{hon}");
        });

        void Visit(DateOnly day, double weight, double height, double head, double chest, string name, Action<CheckupPaper> rest)
        {
            var comes = dice.Chance(0.95);
            var (w, h, c, k) = (dice.Normal(0, 0.03), dice.Normal(0, 0.008), dice.Normal(0, 0.012), dice.Normal(0, 0.015));
            if (!comes || day > person.Until)
                return;
            if (day.DayOfWeek is DayOfWeek.Sunday)
                day = day.AddDays(2);
            if (day > person.Until)
                return;
            var paper = new CheckupPaper(book, PaperKind.Infant, Town.HealthCentre, Town.Name, day, dice);
            paper.BodyMeasurement("31000296", "体重", Measured.Of(weight * (1 + 0.08 * size + w), 1), "kg");
            paper.BodyMeasurement("31000298", "身長", Measured.Of(height * (1 + 0.025 * size + h), 1), "cm");
            paper.BodyMeasurement("31006116", "頭囲", Measured.Of(head * (1 + 0.015 * size + c), 1), "cm");
            paper.BodyMeasurement("31000299", "胸囲", Measured.Of(chest * (1 + 0.03 * size + k), 1), "cm");
            rest(paper);
            paper.Own("exam", "C90", $"{name}健診の判定", null, null, null, dice.Chance(0.9) ? "異常なし" : "経過観察");
            paper.Finish();
        }
    }
}
