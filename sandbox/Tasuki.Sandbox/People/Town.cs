namespace Tasuki.Sandbox;

/// <summary>Somebody who gives care or checks health in たすき市. The numbers are ten digits in the right form under prefecture 99, which does not exist.</summary>
internal sealed record Institution(string Name, string Number, string Kana);

/// <summary>たすき市: a city of 40 districts that does not exist, its clinics, its employers and its insurers.</summary>
internal static class Town
{
    public const string Name = "たすき市";

    public const string InsurerNational = "たすき市国民健康保険";

    public const string InsurerElderly = "たすき県後期高齢者医療広域連合";

    public static readonly string[] Districts =
    [
        "襷一丁目", "襷二丁目", "襷三丁目", "中継町", "走田", "坂下", "坂上", "折返台", "鈴懸町", "松並", "川原町", "橋詰", "水辺", "港南", "浜通り", "朝日が丘", "緑台", "桜木町", "梅ヶ谷", "北原", "東原", "西原", "南原",
        "本町", "駅前一丁目", "駅前二丁目", "城内", "大手町", "寺町", "市場町", "石垣", "竹の里", "杉沢", "栗林", "稲穂", "麦島", "茶屋", "若葉台", "光が丘", "学園前",
    ];

    public static readonly Institution CheckupCentre = new("たすき市健診センター", "9910000011", "タスキシケンシンセンター");

    public static readonly Institution OccupationalCentre = new("一般財団法人 たすき産業保健センター", "9910000029", "タスキサンギョウホケンセンター");

    public static readonly Institution HealthCentre = new("たすき市保健センター", "9910000037", "タスキシホケンセンター");

    public static readonly Institution Hospital = new("たすき市民病院", "9910000045", "タスキシミンビョウイン");

    public static readonly Institution Maternity = new("はしりレディースクリニック", "9910000102", "ハシリレディースクリニック");

    public static readonly Institution Children = new("すずかけ小児科", "9910000110", "スズカケショウニカ");

    public static readonly Institution[] Clinics =
    [
        new("中継内科クリニック", "9910000201", "チュウケイナイカクリニック"), new("坂上医院", "9910000219", "サカウエイイン"), new("みずべ内科循環器科", "9910000227", "ミズベナイカジュンカンキカ"),
        new("緑台ファミリークリニック", "9910000235", "ミドリダイファミリークリニック"), new("梅ヶ谷糖尿病内科", "9910000243", "ウメガヤトウニョウビョウナイカ"), new("駅前整形外科", "9910000251", "エキマエセイケイゲカ"),
        new("光が丘皮膚科", "9910000269", "ヒカリガオカヒフカ"), new("学園前耳鼻咽喉科", "9910000277", "ガクエンマエジビインコウカ"), new("寺町こころのクリニック", "9910000285", "テラマチココロノクリニック"),
    ];

    public static readonly Institution Dentist = new("松並歯科", "9930000303", "マツナミシカ");

    public static readonly Institution[] Pharmacies =
    [
        new("たすき薬局 本町店", "9940000401", "タスキヤッキョクホンチョウテン"), new("はしり薬局", "9940000419", "ハシリヤッキョク"), new("みどり調剤薬局", "9940000427", "ミドリチョウザイヤッキョク"),
    ];

    public static readonly string[] Employers = ["たすき製作所", "折返物流", "中継通信", "鈴懸食品", "港南造船", "朝日が丘建設", "たすき信用金庫", "学校法人学園前学園"];

    public static readonly (string Family, string Given)[] Doctors =
        [("走本", "一郎"), ("襷川", "恵"), ("中継", "健"), ("橋詰", "京子"), ("折戸", "誠"), ("鈴掛", "由紀"), ("駅原", "学"), ("伴走", "久美子")];

    public static SyntheticAddress Address(Dice dice)
    {
        var district = dice.Between(0, Districts.Length);
        var text = $"たすき県たすき市{Districts[district]}{Wide(dice.Between(1, 40))}－{Wide(dice.Between(1, 25))}";
        if (dice.Chance(0.3))
            text += $" たすきハイツ{dice.Between(1, 9)}0{dice.Between(1, 9)}";
        return new SyntheticAddress($"000-{district + 1:D4}", Districts[district], text);
    }

    private static string Wide(int number) =>
        string.Concat(number.ToString(System.Globalization.CultureInfo.InvariantCulture).Select(digit => (char)(digit - '0' + '０')));
}
