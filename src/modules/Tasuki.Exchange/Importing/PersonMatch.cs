using Tasuki.Formats;
using Tasuki.Kernel.Text;
using Tasuki.People;

namespace Tasuki.Exchange.Importing;

/// <summary>Whether what a file says of its person agrees with the resident.</summary>
public enum Agreement
{
    /// <summary>One side does not say it.</summary>
    NotSaid,
    Same,
    Differs,
}

/// <summary>One person a file speaks of, beside the resident. A name agrees when its kanji or its kana do; spellings are folded first.</summary>
public sealed record PersonMatch(string? NameInFile, DateOnly? BirthDateInFile, Agreement Name, Agreement BirthDate)
{
    public bool Differs => Name is Agreement.Differs || BirthDate is Agreement.Differs;

    internal static PersonMatch Of(ReadPerson person, ResidentProfile resident) =>
        new(person.Names.Count > 0 ? person.Names[0] : null, person.BirthDate, Names(person, resident), Days(person.BirthDate, resident.BirthDate));

    private static Agreement Days(DateOnly? inFile, DateOnly? ofResident) =>
        inFile is null || ofResident is null ? Agreement.NotSaid : inFile == ofResident ? Agreement.Same : Agreement.Differs;

    private static Agreement Names(ReadPerson person, ResidentProfile resident)
    {
        string[] own = [.. new[] { resident.Name, resident.NameKana }.OfType<string>().Where(name => name.Length > 0)];
        string[] said = [.. person.Names.Where(name => name.Length > 0)];
        if (own.Length == 0 || said.Length == 0)
            return Agreement.NotSaid;
        if (own.Any(one => said.Any(other => JapaneseText.FoldKana(one) == JapaneseText.FoldKana(other))))
            return Agreement.Same;
        // A file that says only kana cannot be held against an account that has only kanji.
        return own.Any(one => said.Any(other => IsKana(one) == IsKana(other))) ? Agreement.Differs : Agreement.NotSaid;
    }

    private static bool IsKana(string name) => JapaneseText.FoldKana(name).All(c => c is (>= 'ァ' and <= 'ヺ') or 'ー' or '・');
}
