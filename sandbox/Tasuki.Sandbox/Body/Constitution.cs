namespace Tasuki.Sandbox;

internal enum Smoking
{
    Never,
    Former,
    Current,
}

/// <summary>
/// What makes one body itself: where its values lie for its age and sex, and how they drift. The same latent traits stand behind every value, so a heavy waist, a
/// high pressure, high triglycerides and low HDL come together, year after year, as they do in people. The curves are rounded from the national health and
/// nutrition survey's means by sex and age; nobody's own values went into them.
/// </summary>
internal sealed class Constitution
{
    private readonly double _height;
    private readonly double _bmi;
    private readonly double _bmiDrift;
    private readonly double _metabolic;
    private readonly double _pressure;
    private readonly double _lowPressure;
    private readonly double _waist;
    private readonly double _fat;
    private readonly double _hdl;
    private readonly double _ldl;
    private readonly double _sugar;
    private readonly double _liver;
    private readonly double _drinkLiver;
    private readonly double _kidney;
    private readonly double _uric;
    private readonly double _iron;
    private readonly Person _person;

    public Constitution(Person person)
    {
        _person = person;
        var dice = person.Dice(Dice.Stream.Body);
        var age = person.YearsOn(person.Until);
        var cohort = Math.Max(0, 1985 - person.BirthDate.Year);
        _height = person.IsMale ? dice.Normal(171.5 - 0.12 * cohort, 5.6) : dice.Normal(158.3 - 0.11 * cohort, 5.2);
        var build = dice.Normal();
        _bmi = (person.IsMale ? 22.3 : 20.6) + (build > 0 ? 3.2 : 2.0) * build;
        _bmiDrift = 0.045 * (1 + 0.7 * dice.Normal());
        _metabolic = 0.45 * build + 0.89 * dice.Normal();
        var pressure = 0.25 * _metabolic + 0.97 * dice.Normal();
        _pressure = 11 * pressure;
        _lowPressure = 5.5 * pressure + dice.Normal(0, 4);
        _waist = dice.Normal(0, 2.3);
        _fat = dice.Normal(0, 0.28);
        _hdl = dice.Normal(0, 9);
        _ldl = dice.Normal(0, 24);
        _sugar = dice.Normal(0, 3.5);
        _liver = dice.Normal(0, 0.26);
        _drinkLiver = dice.Normal(0, 0.4);
        _kidney = dice.Normal(0, 10);
        _uric = dice.Normal(0, 0.85);
        _iron = dice.Normal(0, 0.75);

        var band = age < 40 ? 0 : age < 65 ? 1 : 2;
        var current = person.IsMale ? new[] { 0.27, 0.32, 0.17 }[band] : new[] { 0.07, 0.1, 0.04 }[band];
        var former = person.IsMale ? new[] { 0.12, 0.27, 0.44 }[band] : new[] { 0.05, 0.09, 0.07 }[band];
        var smoke = age < 20 ? 1 : dice.Unit();
        Smoking = smoke < current ? Smoking.Current : smoke < current + former ? Smoking.Former : Smoking.Never;
        QuitOn = Smoking is Smoking.Former ? person.Until.AddDays(-dice.Between(200, 365 * 20)) : null;
        var drink = dice.Unit();
        // 1 every day … 8 never, as the questionnaire of the specific checkup asks.
        DrinkOften = person.IsMale
            ? drink < 0.27 ? 1 : drink < 0.36 ? 2 : drink < 0.45 ? 3 : drink < 0.55 ? 4 : drink < 0.65 ? 5 : drink < 0.74 ? 6 : drink < 0.8 ? 7 : 8
            : drink < 0.08 ? 1 : drink < 0.13 ? 2 : drink < 0.19 ? 3 : drink < 0.28 ? 4 : drink < 0.4 ? 5 : drink < 0.55 ? 6 : drink < 0.6 ? 7 : 8;
        DrinkMuch = DrinkOften >= 7 ? 1 : 1 + dice.Weighted(DrinkOften <= 2 ? [28, 38, 22, 10, 2] : [58, 30, 9, 3, 0]);
        Exercises = dice.Chance(age < 40 ? 0.22 : age < 65 ? 0.27 : 0.45);
        WalksMuch = Exercises ? dice.Chance(0.75) : dice.Chance(0.38);
        SleepsWell = dice.Chance(age < 65 ? 0.63 : 0.74);

        // An illness needs its soil, and years.
        var risk = _metabolic + 0.12 * (BmiAt(person.Until) - 23) + 0.03 * (age - 55) + (person.IsMale ? 0.2 : -0.15);
        DiabetesFrom = age >= 35 && risk > 1.62 ? Onset(dice, age, 34) : null;
        var sbp = UntreatedPressure(person.Until);
        TreatsPressureFrom = age >= 38 && dice.Chance(sbp > 150 ? 0.85 : sbp > 140 ? 0.62 : sbp > 132 ? 0.22 : 0.02) ? Onset(dice, age, 37) : null;
        TreatsSugarFrom = DiabetesFrom is { } diabetes && dice.Chance(0.72) ? Later(dice, diabetes) : null;
        var ldl = UntreatedLdl(person.Until);
        TreatsFatFrom = age >= 40 && dice.Chance(ldl > 165 ? 0.7 : ldl > 145 ? 0.38 : DiabetesFrom is not null ? 0.3 : 0.04) ? Onset(dice, age, 39) : null;
    }

    public Smoking Smoking { get; }

    public DateOnly? QuitOn { get; }

    public int DrinkOften { get; }

    public int DrinkMuch { get; }

    public bool Exercises { get; }

    public bool WalksMuch { get; }

    public bool SleepsWell { get; }

    public DateOnly? DiabetesFrom { get; }

    public DateOnly? TreatsPressureFrom { get; }

    public DateOnly? TreatsSugarFrom { get; }

    public DateOnly? TreatsFatFrom { get; }

    public bool SmokesOn(DateOnly day) => Smoking is Smoking.Current || (QuitOn is { } quit && day < quit);

    public double BmiAt(DateOnly day)
    {
        var age = _person.YearsOn(day);
        return Math.Clamp(_bmi + _bmiDrift * (Math.Min(age, 57) - 30) - 0.05 * Math.Max(0, age - 70), 15.5, 44);
    }

    /// <summary>The values of one day, with the wobble of that day. Nothing is rounded yet.</summary>
    public Vitals On(DateOnly day, Dice dice)
    {
        var age = _person.YearsOn(day);
        var male = _person.IsMale;
        var bmi = BmiAt(day) + dice.Normal(0, 0.22);
        var height = _height - 0.055 * Math.Max(0, age - 50);
        var over = bmi - 22;
        var smokes = SmokesOn(day);
        var drinks = DrinkOften <= 2 ? 1 : DrinkOften <= 4 ? 0.4 : 0;

        var treated = TreatsPressureFrom is { } p && p <= day;
        var systolic = UntreatedPressure(day) - (treated ? 14 : 0) + dice.Normal(0, 6);
        var diastolic = (male ? 73 : 67) + 0.33 * (Math.Min(age, 55) - 30) - 0.26 * Math.Max(0, age - 55) + 0.75 * over + _lowPressure - (treated ? 7 : 0) + dice.Normal(0, 4);

        var triglycerides = Curves.Exp(4.36 + (male ? 0.2 : 0) + 0.055 * over + 0.17 * _metabolic + 0.003 * (Math.Min(age, 60) - 40) + (smokes ? 0.1 : 0) + 0.1 * drinks + _fat + dice.Normal(0, 0.17));
        var hdl = (male ? 60 : 70) - 1.2 * over - Math.Clamp(0.05 * (triglycerides - 100), -3, 14) + 3 * drinks - (smokes ? 3 : 0) + _hdl + dice.Normal(0, 2.5);
        var ldl = (UntreatedLdl(day) + dice.Normal(0, 6)) * (TreatsFatFrom is { } f && f <= day ? 0.68 : 1);
        var diabetic = DiabetesFrom is { } d && d <= day;
        var underTreatment = TreatsSugarFrom is { } t && t <= day;
        var glucose = (male ? 89.5 : 86) + 0.2 * (age - 30) + 0.8 * over + 3 * _metabolic + _sugar + (diabetic ? (underTreatment ? 24 : 34) : 0) + dice.Normal(0, 3.5);
        var a1c = 5.44 + 0.027 * (glucose - 93) + 0.003 * (age - 50) + dice.Normal(0, 0.11);

        var alt = Curves.Exp(2.86 + (male ? 0.2 : 0) + 0.055 * over + 0.14 * _metabolic - 0.007 * Math.Max(0, age - 50) + _liver + dice.Normal(0, 0.12));
        var ast = 12.5 + 0.42 * alt + 0.03 * Math.Max(0, age - 40) + dice.Normal(0, 1.8);
        var ggt = Curves.Exp(3.0 + (male ? 0.48 : 0) + 0.045 * over + 0.42 * drinks + _drinkLiver + dice.Normal(0, 0.1));
        var egfr = Math.Clamp(92 - 0.72 * (age - 40) + _kidney - (treated ? 3 : 0) - (diabetic ? 4 : 0) + dice.Normal(0, 2.4), 9, 135);
        // The Japanese equation, solved for creatinine: eGFR = 194 x Cr^-1.094 x age^-0.287 (x 0.739 for women).
        var creatinine = Curves.Power(194 * Curves.Power(Math.Max(age, 18), -0.287) * (male ? 1 : 0.739) / egfr, 1 / 1.094);
        var hemoglobin = male ? 15.2 - 0.022 * Math.Max(0, age - 45) : (age < 50 ? 12.9 : 13.4) - 0.016 * Math.Max(0, age - 65);

        return new Vitals
        {
            Height = height,
            Weight = bmi * height * height / 10000,
            Waist = (male ? 2.35 * bmi + 28.2 + 0.05 * (age - 50) : 2.15 * bmi + 32.3 + 0.1 * (age - 50)) + _waist + dice.Normal(0, 0.9),
            Systolic = Math.Clamp(systolic, 82, 218),
            Diastolic = Math.Clamp(Math.Min(diastolic, systolic - 22), 42, 128),
            Triglycerides = Math.Clamp(triglycerides, 22, 1450),
            Hdl = Math.Clamp(hdl, 22, 128),
            Ldl = Math.Clamp(ldl, 34, 290),
            Glucose = Math.Clamp(glucose, 62, 330),
            HbA1c = Math.Clamp(a1c, 4.3, 12.8),
            Ast = Math.Clamp(ast, 9, 260),
            Alt = Math.Clamp(alt, 4, 320),
            Ggt = Math.Clamp(ggt, 6, 900),
            Creatinine = Math.Clamp(creatinine, 0.3, 7.5),
            Uric = Math.Clamp((male ? 5.9 : 4.5) + 0.08 * over + 0.25 * drinks + _uric + dice.Normal(0, 0.25), 1.6, 11.5),
            Hemoglobin = Math.Clamp(hemoglobin + _iron + dice.Normal(0, 0.3), 7.2, 18.4),
            Pulse = Math.Clamp(68 + (smokes ? 4 : 0) - (Exercises ? 4 : 0) + dice.Normal(0, 7), 44, 118),
        };
    }

    private double UntreatedPressure(DateOnly day)
    {
        var age = _person.YearsOn(day);
        return (_person.IsMale ? 112.5 + 0.41 * Math.Max(0, age - 30) : 104 + 0.58 * Math.Max(0, age - 30)) + 1.25 * (BmiAt(day) - 22) + _pressure;
    }

    private double UntreatedLdl(DateOnly day)
    {
        var age = _person.YearsOn(day);
        var change = _person.IsMale ? 0 : age < 45 ? -9 : age > 52 ? 13 : 0;
        return 117 + change + 0.9 * (BmiAt(day) - 22) + _ldl - 0.25 * Math.Max(0, age - 68);
    }

    private DateOnly Onset(Dice dice, double age, int youngest)
    {
        var years = Math.Min(age - youngest, 0.2 + 12 * dice.Unit());
        return _person.Until.AddDays(-(int)(365 * Math.Max(0.2, years)));
    }

    private DateOnly? Later(Dice dice, DateOnly from)
    {
        var start = from.AddDays(dice.Between(20, 900));
        return start < _person.Until.AddDays(-30) ? start : null;
    }
}

/// <summary>A body on one day, unrounded, in the units of the checkup items.</summary>
internal readonly record struct Vitals
{
    public required double Height { get; init; }

    public required double Weight { get; init; }

    public required double Waist { get; init; }

    public required double Systolic { get; init; }

    public required double Diastolic { get; init; }

    public required double Triglycerides { get; init; }

    public required double Hdl { get; init; }

    public required double Ldl { get; init; }

    public required double Glucose { get; init; }

    public required double HbA1c { get; init; }

    public required double Ast { get; init; }

    public required double Alt { get; init; }

    public required double Ggt { get; init; }

    public required double Creatinine { get; init; }

    public required double Uric { get; init; }

    public required double Hemoglobin { get; init; }

    public required double Pulse { get; init; }
}
