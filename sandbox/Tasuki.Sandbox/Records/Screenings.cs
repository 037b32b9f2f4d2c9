namespace Tasuki.Sandbox;

/// <summary>The municipal screenings by age and sex: cancers, hepatitis virus, osteoporosis, periodontal disease, each with a detailed examination where the first one asks for it.</summary>
internal static class Screenings
{
    private static readonly PaperKind Lung = PaperKind.Screening("51", "肺がん", cancer: true);
    private static readonly PaperKind Breast = PaperKind.Screening("52", "乳がん", cancer: true);
    private static readonly PaperKind Stomach = PaperKind.Screening("53", "胃がん", cancer: true);
    private static readonly PaperKind Cervix = PaperKind.Screening("54", "子宮頸がん", cancer: true);
    private static readonly PaperKind Bowel = PaperKind.Screening("55", "大腸がん", cancer: true);
    private static readonly PaperKind Hepatitis = PaperKind.Screening("56", "肝炎ウイルス", cancer: false);
    private static readonly PaperKind Bones = PaperKind.Screening("57", "骨粗鬆症", cancer: false);
    private static readonly PaperKind Gums = PaperKind.Screening("58", "歯周疾患", cancer: false);

    public static void Write(RecordBook book)
    {
        var person = book.Person;
        if (person.AgeOn(person.Until) < 20)
            return;
        var dice = person.Dice(Dice.Stream.Screening);
        var keen = dice.Unit();
        var usual = dice.Between(25, 340);
        for (var ago = 4; ago >= 0; ago--)
        {
            var own = person.Dice(Dice.Stream.Screening, 1 + ago);
            var day = person.Until.AddDays(-365 * ago - usual - own.Between(0, 20));
            var age = person.AgeOn(day);
            var even = (day.Year + person.BirthDate.Year) % 2 == 0;
            var comes = keen < 0.3 ? 0.75 : keen < 0.6 ? 0.25 : 0.03;
            if (age >= 40 && own.Chance(comes))
                LungOn(book, day, own);
            if (age >= 40 && own.Chance(comes))
                BowelOn(book, day, own);
            if (age >= 50 && even && own.Chance(comes))
                StomachOn(book, day, own);
            if (!person.IsMale && age >= 40 && even && own.Chance(comes * 1.1))
                BreastOn(book, day, own);
            if (!person.IsMale && age >= 20 && !even && own.Chance(comes * 1.1))
                CervixOn(book, day, own);
            if (age is 40 or 45 or 50 or 55 or 60 or 65 or 70 && own.Chance(comes))
                HepatitisOn(book, day, own);
            if (!person.IsMale && age is 40 or 45 or 50 or 55 or 60 or 65 or 70 && own.Chance(comes * 1.1))
                BonesOn(book, day, own);
            if (age is 20 or 30 or 40 or 50 or 60 or 70 && own.Chance(comes * 1.2))
                GumsOn(book, day, own);
        }
    }

    private static CheckupPaper Paper(RecordBook book, PaperKind kind, DateOnly day, Dice dice, Institution? place = null) =>
        new(book, kind, place ?? Town.HealthCentre, Town.Name, day, dice);

    private static void History(CheckupPaper paper, string past, string symptoms, Dice dice)
    {
        paper.Answer(past, dice.Pick(["1", "2", "4", "4"]));
        paper.Answer(symptoms, dice.Chance(0.95) ? "1" : "2");
    }

    private static void Detailed(RecordBook book, PaperKind kind, DateOnly day, Dice dice, string result, string answer, string complication)
    {
        day = day.AddDays(dice.Between(14, 60));
        if (day > book.Person.Until)
            return;
        var paper = Paper(book, kind, day, dice, Town.Hospital);
        paper.Answer(result, answer);
        paper.Answer(complication, "1");
        paper.Finish();
    }

    private static void LungOn(RecordBook book, DateOnly day, Dice dice)
    {
        var paper = Paper(book, Lung, day, dice);
        History(paper, "9P500000000000011", "9P501000000000011", dice);
        paper.Number("9N737000000000012", book.Body.Smoking is Smoking.Never ? 0 : 20 * dice.Between(4, 42));
        var from = paper.ResultCount;
        var judged = dice.Weighted([900, 62, 14, 24]);
        paper.Answer("9P502000000000011", ((char)('1' + judged)).ToString());
        if (judged > 0)
            paper.Words("9P503160800000049", judged == 1 ? "右上肺野に陳旧性陰影" : "左下肺野に結節影");
        paper.Group("9P500", "胸部エックス線検査", from);
        paper.Answer("9P504000000000011", judged >= 3 ? "2" : "1");
        paper.Answer("9P506000000000011", "1");
        paper.Finish();
        if (judged >= 3)
            Detailed(book, Lung, day, dice, "9P507000000000011", dice.Chance(0.9) ? "1" : "5", "9P509000000000011");
    }

    private static void BowelOn(RecordBook book, DateOnly day, Dice dice)
    {
        var paper = Paper(book, Bowel, day, dice);
        History(paper, "9P580000000000011", "9P581000000000011", dice);
        var from = paper.ResultCount;
        var positive = dice.Chance(0.06);
        paper.Answer("1B040000001599811", positive ? "2" : "1");
        paper.Group("1B040", "便潜血検査", from);
        paper.Answer("9P582000000000011", positive ? "2" : "1");
        paper.Answer("9P584000000000011", "1");
        paper.Finish();
        if (positive && dice.Chance(0.75))
            Detailed(book, Bowel, day, dice, "9P585000000000011", dice.Pick(["1", "1", "8", "7", "9"]), "9P587000000000011");
    }

    private static void StomachOn(RecordBook book, DateOnly day, Dice dice)
    {
        var paper = Paper(book, Stomach, day, dice);
        History(paper, "9P540000000000011", "9P541000000000011", dice);
        var from = paper.ResultCount;
        var found = dice.Chance(0.2);
        if (dice.Chance(0.55))
        {
            paper.Answer("9P542160700000011", found ? "2" : "1");
            if (found)
                paper.Words("9P543160800000049", "胃体部に慢性胃炎の所見");
            paper.Group("9P542", "胃エックス線検査", from);
        }
        else
        {
            paper.Answer("9P544160700000011", found ? "2" : "1");
            if (found)
                paper.Words("9P545160800000049", "萎縮性胃炎");
            paper.Group("9P544", "胃内視鏡検査", from);
        }

        var suspect = found && dice.Chance(0.25);
        paper.Answer("9P546000000000011", suspect ? "2" : "1");
        paper.Answer("9P548000000000011", "1");
        paper.Finish();
        if (suspect)
            Detailed(book, Stomach, day, dice, "9P549000000000011", dice.Chance(0.85) ? "1" : "6", "9P551000000000011");
    }

    private static void BreastOn(RecordBook book, DateOnly day, Dice dice)
    {
        var paper = Paper(book, Breast, day, dice);
        History(paper, "9P520000000000011", "9P521000000000011", dice);
        var from = paper.ResultCount;
        var judged = dice.Weighted([780, 160, 50, 8]);
        paper.Answer("9N281000000000011", ((char)('1' + judged)).ToString());
        if (judged > 0)
            paper.Words("9N281160800000049", judged == 1 ? "良性石灰化" : "局所的非対称性陰影");
        paper.Group("9N281", "マンモグラフィー検査", from);
        paper.Answer("9P522000000000011", judged >= 2 ? "2" : "1");
        paper.Answer("9P524000000000011", "1");
        paper.Finish();
        if (judged >= 2)
            Detailed(book, Breast, day, dice, "9P525000000000011", dice.Chance(0.92) ? "1" : "6", "9P527000000000011");
    }

    private static void CervixOn(RecordBook book, DateOnly day, Dice dice)
    {
        var paper = Paper(book, Cervix, day, dice, Town.Maternity);
        History(paper, "9P560000000000011", "9P561000000000011", dice);
        paper.Answer("9N291160700000011", "1");
        paper.Answer("9N296160700000011", "1");
        var from = paper.ResultCount;
        var judged = dice.Weighted([975, 14, 3, 6]);
        paper.Answer("7A021000008543311", ((char)('1' + judged)).ToString());
        paper.Group("7A021", "頸部細胞診検査", from);
        paper.Answer("9P562000000000011", judged >= 1 ? "2" : "1");
        paper.Answer("9P564000000000011", "1");
        paper.Finish();
        if (judged >= 1)
            Detailed(book, Cervix, day, dice, "9P565000000000011", dice.Chance(0.7) ? "1" : "8", "9P567000000000011");
    }

    private static void HepatitisOn(RecordBook book, DateOnly day, Dice dice)
    {
        var paper = Paper(book, Hepatitis, day, dice);
        paper.Answer("9P600000000000011", dice.Chance(0.94) ? "1" : "2");
        paper.Answer("9P602000000000011", "2");
        paper.Answer("9P606000000000011", "2");
        paper.Answer("9P607000000000011", dice.Pick(["2", "2", "9"]));
        paper.Answer("9P611000000000011", dice.Pick(["2", "2", "9"]));
        paper.Answer("9P615000000000011", dice.Chance(0.99) ? "1" : "2");
        paper.Answer("9N401000000000011", dice.Chance(0.992) ? "1" : "2");
        paper.Finish();
    }

    private static void BonesOn(RecordBook book, DateOnly day, Dice dice)
    {
        var age = book.Person.AgeOn(day);
        var paper = Paper(book, Bones, day, dice);
        var body = book.Body.On(day, dice);
        paper.Quantity("9N006000000000001", body.Weight);
        paper.Quantity("9N001000000000001", body.Height);
        paper.Answer("9P622000000000011", dice.Chance(0.9) ? "1" : "2");
        paper.Answer("9P624000000000011", dice.Pick(["1", "1", "1", "2", "9"]));
        paper.Answer("9P625000000000011", book.Body.Smoking switch { Smoking.Current => "3", Smoking.Former => "2", _ => "1" });
        paper.Answer("9P630000000000011", book.Body.Exercises ? "1" : dice.Pick(["3", "4", "5"]));
        paper.Answer("9P631000000000011", age < 50 ? "1" : "3");
        var from = paper.ResultCount;
        var young = Math.Clamp(101 - 0.75 * Math.Max(0, age - 45) + dice.Normal(0, 9), 48, 125);
        paper.Quantity("9Z541195600000001", young);
        paper.Quantity("9Z541195700000001", 1480 + (young - 70) * 1.9);
        paper.Words("9Z541195800000049", "右踵骨");
        paper.Answer("9Z541000000000011", young >= 80 ? "1" : young >= 70 ? "2" : "3");
        paper.Group("9Z541", "骨粗鬆症超音波検査", from);
        paper.Answer("9P637000000000011", young >= 90 ? "1" : young >= 80 ? "2" : "3");
        paper.Finish();
        if (young >= 80 || !dice.Chance(0.6))
            return;
        var seen = day.AddDays(dice.Between(14, 60));
        if (seen > book.Person.Until)
            return;
        var detailed = Paper(book, Bones, seen, dice, Town.Hospital);
        detailed.Answer("9P638000000000011", young < 70 ? "3" : "2");
        detailed.Finish();
    }

    private static void GumsOn(RecordBook book, DateOnly day, Dice dice)
    {
        var age = book.Person.AgeOn(day);
        var paper = Paper(book, Gums, day, dice, Town.Dentist);
        paper.Answer("9P650000000000011", dice.Pick(["1", "2", "2", "3"]));
        paper.Answer("9P651000000000011", dice.Pick(["1", "2", "3", "4"]));
        paper.Answer("9P652000000000011", dice.Chance(0.55) ? "1" : "2");
        paper.Answer("9P653000000000011", book.Body.Smoking switch { Smoking.Current => "3", Smoking.Former => "2", _ => "1" });
        paper.Answer("9P657000000000011", book.Body.DiabetesFrom <= day ? "2" : "1");
        var lost = Math.Clamp((int)(Math.Max(0, age - 45) * 0.22 * dice.Unit()), 0, 20);
        var open = dice.Weighted([60, 22, 12, 6]);
        var treated = Math.Clamp((int)dice.Normal(age / 6.0, 3), 0, 18);
        var sound = Math.Max(0, 28 - lost - open - treated);
        paper.Quantity("9P663000000000001", sound);
        paper.Quantity("9P664000000000001", open);
        paper.Quantity("9P665000000000001", treated);
        paper.Quantity("9P666000000000001", lost);
        paper.Quantity("9P669000000000001", sound + open + treated);
        var worst = 0;
        var bleeds = false;
        foreach (var (bleeding, pocket) in Teeth)
        {
            var depth = dice.Chance(0.3 + age / 250.0) ? dice.Chance(0.15 + age / 400.0) ? 2 : 1 : 0;
            var blood = dice.Chance(0.3);
            worst = Math.Max(worst, depth);
            bleeds |= blood;
            paper.Answer(bleeding, blood ? "1" : "0");
            paper.Answer(pocket, ((char)('0' + depth)).ToString());
        }

        paper.Answer("9P676000000000011", bleeds ? "1" : "0");
        paper.Answer("9P683000000000011", ((char)('0' + worst)).ToString());
        paper.Answer("9P684000000000011", dice.Pick(["1", "2", "2", "3"]));
        paper.Answer("9P685000000000011", dice.Pick(["1", "2", "2", "3"]));
        paper.Answer("9P688000000000011", "1");
        paper.Answer("9P690000000000011", worst == 2 || open > 0 ? "3" : bleeds || worst == 1 ? "2" : "1");
        paper.Finish();
    }

    private static readonly (string Bleeding, string Pocket)[] Teeth =
    [
        ("9P670000000000011", "9P677000000000011"), ("9P671000000000011", "9P678000000000011"), ("9P672000000000011", "9P679000000000011"),
        ("9P673000000000011", "9P680000000000011"), ("9P674000000000011", "9P681000000000011"), ("9P675000000000011", "9P682000000000011"),
    ];
}
