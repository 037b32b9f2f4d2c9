using System.Text;
using CsCheck;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Reading the municipality's list: what is taken, what is refused, and why.</summary>
public sealed class EligibleListTests
{
    private const string Headings = "宛名番号,氏名,氏名カナ,生年月日,性別,郵便番号,住所,異動,支援措置";

    private static readonly DateOnly Today = new(2026, 11, 29);

    [Theory]
    [InlineData("1950-04-01", "1950-04-01")]
    [InlineData("1950/4/1", "1950-04-01")]
    [InlineData("19500401", "1950-04-01")]
    [InlineData("1950年4月1日", "1950-04-01")]
    [InlineData("昭和25年4月1日", "1950-04-01")]
    [InlineData("昭和２５年４月１日", "1950-04-01")]
    [InlineData("S25.4.1", "1950-04-01")]
    [InlineData("s250401", "1950-04-01")]
    [InlineData("3250401", "1950-04-01")]
    [InlineData("3-250401", "1950-04-01")]
    [InlineData("平成元年1月8日", "1989-01-08")]
    [InlineData("令和元年5月1日", "2019-05-01")]
    [InlineData("昭和64年1月7日", "1989-01-07")]
    [InlineData("昭和64年1月8日", null)]
    [InlineData("平成元年1月7日", null)]
    [InlineData("2024-02-29", "2024-02-29")]
    [InlineData("2025-02-29", null)]
    [InlineData("1950-13-01", null)]
    [InlineData("25.4.1", null)]
    [InlineData("不詳", null)]
    public void A_birth_date_is_read_as_registers_write_it_or_not_at_all(string text, string? day) =>
        Assert.Equal(day is null ? null : DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), BirthDateText.Read(text));

    [Fact]
    public void Every_day_reads_back_from_the_era_it_is_written_in()
    {
        var eras = new System.Globalization.CultureInfo("ja-JP") { DateTimeFormat = { Calendar = new System.Globalization.JapaneseCalendar() } };
        Gen.Int[0, 45_000].Sample(
            days =>
            {
                var day = new DateOnly(1900, 1, 1).AddDays(days);
                return BirthDateText.Read(day.ToDateTime(TimeOnly.MinValue).ToString("ggy年M月d日", eras)) == day;
            },
            iter: 2_000, seed: "0N0XIzNsQ0O2");
    }

    [Fact]
    public void Half_width_kana_old_kanji_and_blanks_of_any_kind_are_taken()
    {
        var list = Read($"{Headings}\n1001,髙﨑　桂子,ﾀｶｻｷ ｹｲｺ,S25.4.1,女,123-4567,みどり市本町1-2,,\n1002,\U00020BB7野家 太郎,ヨシノヤ　タロウ,1980-02-03,男,,,転入,");
        var first = list.Lines[0].Person!;
        Assert.Equal(("髙﨑", "桂子", "タカサキ", "ケイコ", "female", "123-4567"), (first.Family, first.Given, first.FamilyKana, first.GivenKana, first.Gender, first.PostalCode));
        Assert.Equal("\U00020BB7野家", list.Lines[1].Person!.Family);
        Assert.All(list.Lines, l => Assert.Empty(l.Problems));
    }

    [Theory]
    [InlineData("1001,山田 太郎,ヤマダ タロウ,,男,,,,", "birth-missing")]
    [InlineData("1001,山田 太郎,ヤマダ タロウ,不詳,男,,,,", "birth-unreadable")]
    [InlineData("1001,山田 太郎,ヤマダ タロウ,2030-01-01,男,,,,", "birth-future")]
    [InlineData(",山田 太郎,ヤマダ タロウ,1980-01-01,男,,,,", "reference-missing")]
    [InlineData("1001,,ヤマダ タロウ,1980-01-01,男,,,,", "name-missing")]
    [InlineData("1001,山田 太郎,,1980-01-01,男,,,,", "kana-missing")]
    [InlineData("1001,山田 太郎,山田太郎,1980-01-01,男,,,,", "kana-unreadable")]
    [InlineData("1001,山田 太郎,ヤマダ タロウ,1980-01-01,男,,,行方不明,", "movement-unknown")]
    public void A_line_that_cannot_be_taken_says_why(string line, string problem)
    {
        var read = Assert.Single(Read($"{Headings}\n{line}").Lines);
        Assert.Null(read.Person);
        Assert.Equal([problem], read.Problems);
        Assert.Equal(2, read.Line);
    }

    [Fact]
    public void A_character_of_the_registers_own_fonts_is_taken_with_a_word()
    {
        var line = Assert.Single(Read($"{Headings}\n1001,\uE123田 太郎,ヤマダ タロウ,1980-01-01,男,,,,").Lines);
        Assert.NotNull(line.Person);
        Assert.Equal(["foreign-character"], line.Problems);
    }

    [Fact]
    public void A_list_in_CP932_reads_as_in_UTF_8()
    {
        var text = $"{Headings}\r\n1001,山田 太郎,ﾔﾏﾀﾞ ﾀﾛｳ,S55.1.1,1,,\"みどり市, 本町\",死亡,1\r\n";
        var cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes(text);
        Assert.Equal(Encoding.UTF8.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(Read(text))), Encoding.UTF8.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(EligibleList.Read(cp932, Today).Value)));
        var line = Read(text).Lines[0];
        Assert.Equal((EligibleState.Died, true, "みどり市, 本町"), (line.Movement!.Value, line.Protected, line.Person!.Address));
    }

    [Theory]
    [InlineData("宛名番号,氏名,氏名カナ,生年月日,個人番号\n1001,山田,ヤマダ,1980-01-01,", "list.my-number")]
    [InlineData("宛名番号,氏名,氏名カナ,生年月日,マイナンバー\n1001,山田,ヤマダ,1980-01-01,", "list.my-number")]
    [InlineData("宛名番号,氏名,氏名カナ,生年月日,備考\n1001,山田,ヤマダ,1980-01-01,123456789018", "list.my-number")]
    [InlineData("123456789018,氏名,氏名カナ,生年月日\n1001,山田,ヤマダ,1980-01-01", "list.headings")]
    [InlineData("氏名,生年月日\n山田,1980-01-01", "list.headings")]
    [InlineData("宛名番号,氏名,氏名カナ,生年月日\n", "list.empty")]
    [InlineData("", "list.empty")]
    [InlineData("宛名番号,氏名,氏名カナ,生年月日\n1001,\"山田,ヤマダ,1980-01-01", "list.csv")]
    public void A_list_that_is_none_is_refused_whole(string text, string code)
    {
        var error = EligibleList.Read(Encoding.UTF8.GetBytes(text), Today).Error;
        Assert.Equal(code, error?.Code);
        Assert.DoesNotContain("123456789018", error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("山田", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Twelve_digits_of_the_municipalitys_own_are_no_My_Number()
    {
        // One in eleven of any twelve digits passes the check digit; most of a column of My Numbers do.
        var lines = string.Join('\n', Enumerable.Range(0, 200).Select(i => $"{100000000000 + i * 7},山田 太郎,ヤマダ タロウ,1980-01-01"));
        Assert.Equal(200, Read($"宛名番号,氏名,氏名カナ,生年月日\n{lines}").Lines.Count);
    }

    [Fact]
    public void Bytes_of_no_encoding_are_refused() => Assert.Equal("list.encoding", EligibleList.Read(new byte[] { 0x81, 0xFF, 0xFF, 0x00 }, Today).Error?.Code);

    private static ReadList Read(string text) => EligibleList.Read(Encoding.UTF8.GetBytes(text), Today).Value;
}
