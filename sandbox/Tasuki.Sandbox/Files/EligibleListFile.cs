using System.Globalization;
using System.Text;
using Tasuki.Kernel.Text;

namespace Tasuki.Sandbox;

/// <summary>The list of eligible residents a municipality would hand in: CSV with the headings the desk reads, synthetic people, references of their own.</summary>
public static class EligibleListFile
{
    /// <param name="residents">Whom it holds, in order.</param>
    public static byte[] Csv(IEnumerable<SyntheticResident> residents)
    {
        var text = new StringBuilder().AppendCsvLine("宛名番号", "氏名", "氏名カナ", "生年月日", "性別", "郵便番号", "住所");
        foreach (var (at, one) in residents.Index())
        {
            text.AppendCsvLine(
                (2_000_000 + at).ToString(CultureInfo.InvariantCulture), one.Name.Kanji, one.Name.Kana, one.BirthDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                one.Gender == "male" ? "男" : "女", one.Address.PostalCode, one.Address.Text);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
