using System.Text;
using Tasuki.Kernel.Text;

namespace Tasuki.Kernel.Tests.Text;

public sealed class MyNumberScanTests
{
    // Twelve digits with a right check digit that nobody was given: made for these tests.
    private const string Number = "123456789018";

    [Theory]
    [InlineData(Number, true)]
    [InlineData("1234 5678 9018", true)]
    [InlineData("1234-5678-9018", true)]
    [InlineData("１２３４５６７８９０１８", true)]
    [InlineData(" 123456789018 ", true)]
    [InlineData("123456789012", false)]
    [InlineData("12345678901", false)]
    [InlineData("1234567890188", false)]
    [InlineData("090-1234-5678", false)]
    [InlineData("", false)]
    public void A_field_of_a_form_is_recognised(string text, bool expected) => Assert.Equal(expected, MyNumberScan.LooksLikeMyNumber(text));

    [Theory]
    [InlineData("{\"個人番号\":\"123456789018\"}")]
    [InlineData("{\"\\u500b\\u4eba\\u756a\\u53f7\":\"123456789018\"}")]
    [InlineData("{\"マイナンバー\": \"１２３４－５６７８－９０１８\"}")]
    [InlineData("{\"\\u30DE\\u30A4\\u30CA\\u30F3\\u30D0\\u30FC\":\"\\uff11234 5678 9018\"}")]
    [InlineData("{\"system\":\"http://example.org/MyNumber\",\"value\":\"123456789018\"}")]
    [InlineData("{\"value\":\"123456789018\",\"system\":\"urn:x:my-number\"}")]
    [InlineData("<個人番号>1234 5678 9018</個人番号>")]
    [InlineData("<id kind=\"my_number\" extension=\"123456789018\"/>")]
    [InlineData("ﾏｲﾅﾝﾊﾞｰ 123456789018")]
    [InlineData("{\"my_number\":123456789018}")]
    public void A_number_beside_words_that_name_it_is_found(string text) => Assert.NotNull(MyNumberScan.Find(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("{\"phone\":\"123456789018\"}")]
    [InlineData("{\"system\":\"urn:oid:1.2.392.200119.6.102\",\"value\":\"123456789018\"}")]
    [InlineData("{\"個人番号\":\"123456789012\"}")]
    [InlineData("{\"個人番号\":\"\"}")]
    [InlineData("マイナンバーカードで受け付けました。")]
    [InlineData("{\"code\":\"9N001000000000001\",\"note\":\"マイナンバー\"}")]
    [InlineData("マイナンバー 1234-5678-9018-3456")]
    [InlineData("個人番号 3123456789018")]
    public void Twelve_digits_without_such_words_pass_and_so_do_the_words_alone(string text) => Assert.Null(MyNumberScan.Find(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_number_far_from_the_words_is_not_theirs() =>
        Assert.Null(MyNumberScan.Find(Encoding.UTF8.GetBytes("マイナンバー" + new string('あ', 200) + Number)));

    [Fact]
    public void The_place_of_the_words_is_told()
    {
        var text = Encoding.UTF8.GetBytes("0123456789{\"個人番号\":\"" + Number + "\"}");
        Assert.Equal(12, MyNumberScan.Find(text));
    }

    [Fact]
    public void Bytes_of_no_text_do_no_harm()
    {
        var random = new Random(7);
        var bytes = new byte[4096];
        for (var i = 0; i < 200; i++)
        {
            random.NextBytes(bytes);
            Encoding.UTF8.GetBytes("個人番号").CopyTo(bytes, random.Next(4000));
            MyNumberScan.Find(bytes);
        }
    }
}
