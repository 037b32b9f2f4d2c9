namespace Tasuki.Sandbox;

/// <summary>Households of a Japanese city one after another: about 29 in 100 people are 65 or older, 13 in 100 under 15.</summary>
internal static class Households
{
    private enum Kind
    {
        YoungAlone,
        MiddleAlone,
        OldAlone,
        Couple,
        OldCouple,
        CoupleWithChildren,
        CoupleWithGrownChild,
        ParentWithChildren,
        ThreeGenerations,
    }

    private static readonly int[] Weights = [11, 12, 17, 9, 20, 20, 7, 6, 6];

    /// <summary>The members of one household, made from its own key alone, so what stands before and after it changes nothing.</summary>
    public static List<Person> Make(int seed, int number, int firstIndex, DateOnly until)
    {
        var dice = new Dice(seed, number, -1, Sandbox.Dice.Stream.Household);
        var family = Names.Family(dice);
        var household = new Household(seed, number, Town.Address(dice), until);
        var kind = (Kind)dice.Weighted(Weights);
        var drafts = Draft(kind, dice);

        var births = drafts.Select(draft => until.AddYears(-draft.Age).AddDays(-dice.Between(0, 365))).ToArray();
        var headInsured = false;
        string? headEmployer = null;
        var members = new List<Person>(drafts.Count);
        for (var i = 0; i < drafts.Count; i++)
        {
            var (age, male, relation) = drafts[i];
            var own = new Dice(seed, number, i, Sandbox.Dice.Stream.Person);
            var given = Names.GivenFor(own, male, births[i].Year);
            while (members.Exists(other => other.Name.Given == given.Kanji))
                given = Names.GivenFor(own, male, births[i].Year);
            var (insurance, employer) = Insure(own, age, male, relation, headInsured, headEmployer);
            if (i == 0)
            {
                headInsured = insurance is Insurance.Employer;
                headEmployer = employer;
            }

            var isMother = !male && relation is "世帯主" or "妻" && age < 60;
            members.Add(new Person
            {
                Index = firstIndex + i,
                Household = household,
                Member = i,
                Relation = relation,
                Name = new SyntheticName(family.Kanji, given.Kanji, family.Kana, given.Kana),
                BirthDate = births[i],
                IsMale = male,
                Insurance = insurance,
                Employer = employer,
                Children = isMother ? [.. Enumerable.Range(0, drafts.Count).Where(child => drafts[child].Relation == "子").Select(child => births[child]).Order()] : [],
                Due = !male && relation == "妻" && age is >= 23 and <= 41 && own.Chance(0.07) ? until.AddDays(own.Between(5, 220)) : null,
            });
        }

        return members;
    }

    private static List<(int Age, bool Male, string Relation)> Draft(Kind kind, Dice dice)
    {
        var members = new List<(int Age, bool Male, string Relation)>(6);
        switch (kind)
        {
            case Kind.YoungAlone:
                members.Add((dice.Between(19, 40), dice.Chance(0.55), "世帯主"));
                break;
            case Kind.MiddleAlone:
                members.Add((dice.Between(40, 65), dice.Chance(0.58), "世帯主"));
                break;
            case Kind.OldAlone:
                members.Add((65 + (int)(29 * dice.Unit() * (0.4 + 0.6 * dice.Unit())), dice.Chance(0.34), "世帯主"));
                break;
            case Kind.Couple:
                AddCouple(members, dice, dice.Between(26, 65));
                break;
            case Kind.OldCouple:
                AddCouple(members, dice, 66 + (int)(24 * dice.Unit() * (0.45 + 0.55 * dice.Unit())));
                break;
            case Kind.CoupleWithChildren:
                AddCouple(members, dice, dice.Between(28, 55));
                AddChildren(members, dice, 1 + dice.Weighted([40, 46, 14]));
                break;
            case Kind.CoupleWithGrownChild:
                AddCouple(members, dice, dice.Between(54, 72));
                members.Add((Math.Max(19, members[1].Age - dice.Between(25, 35)), dice.Chance(0.55), "子"));
                break;
            case Kind.ParentWithChildren:
                members.Add((dice.Between(27, 52), dice.Chance(0.13), "世帯主"));
                AddChildren(members, dice, 1 + dice.Weighted([55, 37, 8]));
                break;
            case Kind.ThreeGenerations:
                AddCouple(members, dice, dice.Between(34, 58));
                AddChildren(members, dice, 1 + dice.Weighted([35, 48, 17]));
                var parent = members[0].Age + dice.Between(24, 34);
                members.Add((Math.Min(parent, 98), false, "母"));
                if (parent < 88 && dice.Chance(0.5))
                    members.Add((Math.Min(parent + dice.Between(0, 6), 98), true, "父"));
                break;
        }

        return members;
    }

    private static void AddCouple(List<(int, bool, string)> members, Dice dice, int age)
    {
        members.Add((age, true, "世帯主"));
        members.Add((Math.Max(20, age - dice.Between(-2, 7)), false, "妻"));
    }

    private static void AddChildren(List<(int Age, bool, string)> members, Dice dice, int count)
    {
        var parent = members[^1].Age;
        var age = Math.Clamp(parent - dice.Between(23, 36), 0, 24);
        for (var i = 0; i < count && age >= 0; i++)
        {
            members.Add((age, dice.Chance(0.512), "子"));
            age -= dice.Between(2, 5);
        }
    }

    private static (Insurance, string?) Insure(Dice dice, int age, bool male, string relation, bool headInsured, string? headEmployer)
    {
        if (age >= 75)
            return (Insurance.Elderly, null);
        var works = age switch
        {
            < 20 => 0,
            < 60 => male ? 0.86 : 0.6,
            < 65 => male ? 0.62 : 0.35,
            < 70 => male ? 0.33 : 0.15,
            _ => male ? 0.14 : 0.05,
        };
        if (dice.Chance(works))
            return (Insurance.Employer, dice.Pick(Town.Employers));
        return headInsured && relation != "世帯主" && (age < 60 || relation == "妻") ? (Insurance.EmployerDependant, headEmployer) : (Insurance.National, null);
    }
}
