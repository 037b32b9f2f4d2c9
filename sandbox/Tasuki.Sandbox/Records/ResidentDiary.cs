namespace Tasuki.Sandbox;

/// <summary>Everything one resident has, kind after kind.</summary>
internal static class ResidentDiary
{
    public static ResidentData Of(Person person)
    {
        var book = new RecordBook(person);
        var visits = Visits.Of(person, book.Illnesses);
        Checkups.Write(book);
        Medicines.Write(book, visits);
        Vaccinations.Write(book);
        Screenings.Write(book);
        MaternalInfant.Write(book);
        Expenses.Write(book, visits);
        Treatments.Write(book, visits);
        Charts.Write(book, visits);
        Allergies.Write(book);
        Diaries.Write(book);
        return new ResidentData(book.Records, book.SampleDays, book.Slips);
    }
}
