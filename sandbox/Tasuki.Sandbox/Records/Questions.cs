using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.Sandbox;

/// <summary>The questionnaires of the checkups: 22 questions of the specific checkup (phase 4), 15 of the late-stage elderly, four where the law asks no more.</summary>
internal static class Questions
{
    public static void Specific(CheckupPaper paper, RecordBook book, CheckupFindings findings, Dice dice)
    {
        var body = book.Body;
        var age = book.Person.AgeOn(paper.Day);
        var heavy = findings.Bmi >= 25;
        Ask("9N701000000000011", YesNo(findings.TreatsBloodPressure is true));
        Ask("9N706000000000011", YesNo(findings.TreatsGlucose is true));
        Ask("9N711000000000011", YesNo(findings.TreatsLipids is true));
        Ask("9N716000000000011", YesNo(Has(book, paper.Day, "I69")));
        Ask("9N721000000000011", YesNo(Has(book, paper.Day, "I20") || Has(book, paper.Day, "I48")));
        Ask("9N726000000000011", YesNo(false));
        Ask("9N731000000000011", YesNo(!book.Person.IsMale && dice.Chance(0.2)));
        Ask("9N736000000000011", body.SmokesOn(paper.Day) ? "1" : body.Smoking is Smoking.Former ? "2" : "3", mayBeBlank: false);
        Ask("9N741000000000011", YesNo(heavy || dice.Chance(0.15)));
        Ask("9N746000000000011", YesNo(body.Exercises));
        Ask("9N751000000000011", YesNo(body.WalksMuch));
        Ask("9N756000000000011", YesNo(dice.Chance(0.48)));
        Ask("9N872000000000011", dice.Chance(age < 60 ? 0.88 : 0.75) ? "1" : dice.Chance(0.95) ? "2" : "3");
        Ask("9N766000000000011", Code(1 + dice.Weighted(heavy ? [42, 50, 8] : [24, 64, 12])));
        Ask("9N771000000000011", YesNo(dice.Chance(book.Person.IsMale ? 0.26 : 0.14)));
        Ask("9N782000000000011", Code(1 + dice.Weighted(book.Person.IsMale ? [16, 52, 32] : [32, 54, 14])));
        Ask("9N781000000000011", YesNo(dice.Chance(age < 55 ? 0.24 : 0.1)));
        Ask("9N786000000000011", Code(body.DrinkOften));
        if (body.DrinkOften <= 6)
            Ask("9N791000000000011", Code(body.DrinkMuch));
        Ask("9N796000000000011", YesNo(body.SleepsWell));
        Ask("9N801000000000011", Code(1 + dice.Weighted(heavy ? [20, 36, 18, 12, 14] : [32, 27, 11, 8, 22])));
        Ask("9N808000000000011", YesNo(heavy && dice.Chance(0.2)));

        // A question left blank now and then.
        void Ask(string code, string answer, bool mayBeBlank = true)
        {
            if (!mayBeBlank || !dice.Chance(0.008))
                paper.Answer(code, answer);
        }
    }

    public static void Elderly(CheckupPaper paper, RecordBook book, Dice dice)
    {
        var body = book.Body;
        var frail = Math.Clamp((book.Person.AgeOn(paper.Day) - 72) / 45.0, 0.05, 0.6);
        paper.Answer("9N932000000000011", Code(1 + dice.Weighted([18, 16, 48, (int)(40 * frail), (int)(8 * frail)])));
        paper.Answer("9N933000000000011", Code(1 + dice.Weighted([44, 44, 10, 2])));
        paper.Answer("9N934000000000011", YesNo(dice.Chance(0.95)));
        paper.Answer("9N935000000000011", YesNo(dice.Chance(0.15 + frail / 2)));
        paper.Answer("9N936000000000011", YesNo(dice.Chance(0.12 + frail / 3)));
        paper.Answer("9N937000000000011", YesNo(dice.Chance(0.08 + frail / 5)));
        paper.Answer("9N938000000000011", YesNo(dice.Chance(0.35 + frail)));
        paper.Answer("9N939000000000011", YesNo(dice.Chance(0.1 + frail / 3)));
        paper.Answer("9N940000000000011", YesNo(body.Exercises || dice.Chance(0.35)));
        paper.Answer("9N941000000000011", YesNo(Has(book, paper.Day, "F00") || dice.Chance(frail / 3)));
        paper.Answer("9N942000000000011", YesNo(Has(book, paper.Day, "F00") || dice.Chance(frail / 3)));
        paper.Answer("9N943000000000011", body.SmokesOn(paper.Day) ? "1" : body.Smoking is Smoking.Former ? "3" : "2");
        paper.Answer("9N944000000000011", YesNo(!dice.Chance(frail / 2)));
        paper.Answer("9N945000000000011", YesNo(dice.Chance(0.93)));
        paper.Answer("9N946000000000011", YesNo(dice.Chance(0.95)));
    }

    public static void Brief(CheckupPaper paper, RecordBook book, CheckupFindings findings)
    {
        paper.Answer("9N701000000000011", YesNo(findings.TreatsBloodPressure is true));
        paper.Answer("9N706000000000011", YesNo(findings.TreatsGlucose is true));
        paper.Answer("9N711000000000011", YesNo(findings.TreatsLipids is true));
        paper.Answer("9N736000000000011", book.Body.SmokesOn(paper.Day) ? "1" : book.Body.Smoking is Smoking.Former ? "2" : "3");
    }

    private static bool Has(RecordBook book, DateOnly day, string icd10) =>
        book.Illnesses.Any(illness => illness.From <= day && illness.Kind.Icd10.StartsWith(icd10, StringComparison.Ordinal));

    private static string YesNo(bool yes) => yes ? "1" : "2";

    private static string Code(int code) => ((char)('0' + code)).ToString();
}
