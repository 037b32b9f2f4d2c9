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
        Diaries.Write(book);
        return new ResidentData(book.Records, book.SampleDays, book.Slips);
    }
}
