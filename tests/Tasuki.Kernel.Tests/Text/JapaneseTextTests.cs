using CsCheck;
using Tasuki.Kernel.Text;

namespace Tasuki.Kernel.Tests.Text;

public sealed class JapaneseTextTests
{
    [Theory]
    [InlineData("ｹﾝｼﾝ　ﾀﾛｳ", "ケンシンタロウ")]
    [InlineData("ＡＢｃ １２", "ABC12")]
    [InlineData("健診　太郎", "健診太郎")]
    [InlineData("ｶﾞﾊﾟ", "ガパ")]
    [InlineData("葛\U000E0100城", "葛城")]
    public void Fold_makes_widths_and_blanks_agree(string text, string folded) => Assert.Equal(folded, JapaneseText.Fold(text));

    [Theory]
    [InlineData("けんしん", "ケンシン")]
    [InlineData("きょうこ", "キョウコ")]
    [InlineData("ヴ", "ヴ")]
    [InlineData("ゔ", "ヴ")]
    [InlineData("いすゞ", "イスヾ")]
    [InlineData("ｽｰﾊﾟｰ", "スーパー")]
    [InlineData("ス―パ‐", "スーパー")]
    [InlineData("ス－パ−", "スーパー")]
    public void FoldKana_makes_kana_and_long_marks_agree(string text, string folded) => Assert.Equal(folded, JapaneseText.FoldKana(text));

    [Theory]
    [InlineData("健診 太郎", "健診　太郎")]
    [InlineData("ケンシン タロウ", "けんしんたろう")]
    [InlineData("ｷﾖｳｺ", "きょうこ")]
    [InlineData("ﾊﾞｰﾊﾞﾗ", "ばーばら")]
    [InlineData("Yamada Taro", "ＹＡＭＡＤＡ　ｔａｒｏ")]
    public void Spellings_of_one_name_are_the_same_name(string one, string other) => Assert.True(JapaneseText.SameName(one, other));

    [Theory]
    [InlineData("高橋", "髙橋")]
    [InlineData("斉藤", "齋藤")]
    [InlineData("ハナコ", "バナコ")]
    [InlineData("オオノ", "オノ")]
    [InlineData("", "")]
    [InlineData(" ", "　")]
    [InlineData(null, "山田")]
    public void Other_names_are_other_names(string? one, string? other) => Assert.False(JapaneseText.SameName(one, other));

    [Fact]
    public void Folding_twice_is_folding_once_and_no_text_makes_it_throw() =>
        Gen.String.Sample(text =>
        {
            var folded = JapaneseText.FoldKana(text);
            return JapaneseText.FoldKana(folded) == folded || text.Any(char.IsSurrogate) || !folded.IsNormalized(System.Text.NormalizationForm.FormKC);
        }, seed: "0000000000001", iter: 5_000);
}
