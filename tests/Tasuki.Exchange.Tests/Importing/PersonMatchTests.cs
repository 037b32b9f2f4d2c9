using Tasuki.Exchange.Importing;
using Tasuki.Formats;
using Tasuki.Kernel;
using Tasuki.People;
using Xunit;

namespace Tasuki.Exchange.Tests.Importing;

public sealed class PersonMatchTests
{
    private static readonly ResidentProfile Hanako = new(new ResidentNo(1), "高橋 花子", "タカハシ ハナコ", new DateOnly(1971, 3, 4), "female", Confirmed: false);

    [Theory]
    [InlineData("高橋　花子")]
    [InlineData("ﾀｶﾊｼ ﾊﾅｺ")]
    [InlineData("たかはし はなこ")]
    [InlineData("高橋花子")]
    public void Spellings_of_one_name_agree(string name) =>
        Assert.Equal(Agreement.Same, PersonMatch.Of(Said([name], Hanako.BirthDate), Hanako).Name);

    [Theory]
    [InlineData("高橋 花代")]
    [InlineData("タカハシ ハナヨ")]
    public void Another_name_differs(string name)
    {
        var match = PersonMatch.Of(Said([name], Hanako.BirthDate), Hanako);
        Assert.Equal(Agreement.Differs, match.Name);
        Assert.Equal(Agreement.Same, match.BirthDate);
        Assert.True(match.Differs);
    }

    [Fact]
    public void One_spelling_that_agrees_is_enough() =>
        Assert.False(PersonMatch.Of(Said(["髙橋 花子", "タカハシ ハナコ"], Hanako.BirthDate), Hanako).Differs);

    [Fact]
    public void Another_birth_date_differs_even_when_the_name_agrees()
    {
        var match = PersonMatch.Of(Said(["高橋 花子"], new DateOnly(1971, 4, 3)), Hanako);
        Assert.Equal(Agreement.Differs, match.BirthDate);
        Assert.True(match.Differs);
    }

    [Fact]
    public void What_one_side_does_not_say_is_not_held_against_it()
    {
        Assert.False(PersonMatch.Of(Said([], null), Hanako).Differs);
        // Kana in the file, kanji alone in the account: nobody can tell.
        Assert.Equal(Agreement.NotSaid, PersonMatch.Of(Said(["タカハシ ハナコ"], null), Hanako with { NameKana = null }).Name);
    }

    private static ReadPerson Said(string[] names, DateOnly? birthDate) => new(new SourcePosition("f"), names, birthDate, Gender: null);
}
