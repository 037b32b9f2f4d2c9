namespace Tasuki.Sandbox;

/// <summary>Frequent Japanese names with their kana: family names by weight, given names by sex and by the decades in which parents chose them.</summary>
internal static class Names
{
    // The first third is drawn twice as often as the rest.
    private static readonly (string Kanji, string Kana)[] Families = Split(
        "佐藤サトウ 鈴木スズキ 高橋タカハシ 田中タナカ 伊藤イトウ 渡辺ワタナベ 山本ヤマモト 中村ナカムラ 小林コバヤシ 加藤カトウ 吉田ヨシダ 山田ヤマダ 佐々木ササキ 山口ヤマグチ 松本マツモト " +
        "井上イノウエ 木村キムラ 林ハヤシ 斎藤サイトウ 清水シミズ 山崎ヤマザキ 森モリ 池田イケダ 橋本ハシモト 阿部アベ 石川イシカワ 山下ヤマシタ 中島ナカジマ 石井イシイ 小川オガワ 前田マエダ 岡田オカダ " +
        "長谷川ハセガワ 藤田フジタ 後藤ゴトウ 近藤コンドウ 村上ムラカミ 遠藤エンドウ 青木アオキ 坂本サカモト 福田フクダ 太田オオタ 西村ニシムラ 藤井フジイ 金子カネコ 岡本オカモト 藤原フジワラ 三浦ミウラ " +
        "中野ナカノ 中川ナカガワ 原田ハラダ 松田マツダ 竹内タケウチ 小野オノ 田村タムラ 中山ナカヤマ 和田ワダ 石田イシダ 森田モリタ 上田ウエダ 原ハラ 内田ウチダ 柴田シバタ 酒井サカイ 宮崎ミヤザキ 横山ヨコヤマ " +
        "高木タカギ 安藤アンドウ 宮本ミヤモト 大野オオノ 小島コジマ 谷口タニグチ 工藤クドウ 今井イマイ 高田タカダ 増田マスダ 丸山マルヤマ 杉山スギヤマ 村田ムラタ 大塚オオツカ 新井アライ 小山コヤマ 平野ヒラノ " +
        "藤本フジモト 河野コウノ 上野ウエノ 野口ノグチ 武田タケダ 松井マツイ 千葉チバ 菅原スガワラ 岩崎イワサキ 久保クボ 木下キノシタ 佐野サノ 野村ノムラ 松尾マツオ 市川イチカワ 菊地キクチ 杉本スギモト 古川フルカワ " +
        "大西オオニシ 島田シマダ 水野ミズノ 桜井サクライ 渡部ワタナベ 高野タカノ 吉川ヨシカワ 西田ニシダ 東ヒガシ 菊池キクチ 飯田イイダ 小松コマツ 川口カワグチ 北村キタムラ 安田ヤスダ 五十嵐イガラシ 関セキ 田口タグチ");

    private static readonly (int Until, (string, string)[] Male, (string, string)[] Female)[] Given =
    [
        (1944,
            Split("清キヨシ 勇イサム 勝マサル 進ススム 弘ヒロシ 正タダシ 茂シゲル 実ミノル 昭アキラ 武タケシ 正雄マサオ 和夫カズオ 義雄ヨシオ 勲イサオ 博ヒロシ 三郎サブロウ 功イサオ 幸雄ユキオ 昭二ショウジ 稔ミノル"),
            Split("和子カズコ 幸子サチコ 節子セツコ 美代子ミヨコ 文子フミコ 千代子チヨコ 信子ノブコ 久子ヒサコ 光子ミツコ 洋子ヨウコ 弘子ヒロコ 京子キョウコ 勝子カツコ 静子シズコ 芳子ヨシコ ヨシ子ヨシコ キミ子キミコ トシ子トシコ 栄子エイコ 道子ミチコ")),
        (1959,
            Split("茂シゲル 博ヒロシ 隆タカシ 清キヨシ 誠マコト 和夫カズオ 正マサシ 修オサム 豊ユタカ 正博マサヒロ 健一ケンイチ 明アキラ 健二ケンジ 勉ツトム 幸男ユキオ 進ススム 浩ヒロシ 哲夫テツオ 利夫トシオ 稔ミノル 敏夫トシオ"),
            Split("恵子ケイコ 幸子サチコ 京子キョウコ 洋子ヨウコ 和子カズコ 悦子エツコ 節子セツコ 美智子ミチコ 順子ジュンコ 由美子ユミコ 久美子クミコ 裕子ユウコ 明美アケミ 陽子ヨウコ 敏子トシコ 典子ノリコ 初江ハツエ 富子トミコ 澄子スミコ 良子ヨシコ")),
        (1974,
            Split("誠マコト 浩ヒロシ 隆タカシ 豊ユタカ 修オサム 学マナブ 健一ケンイチ 直樹ナオキ 哲也テツヤ 剛ツヨシ 秀樹ヒデキ 大輔ダイスケ 智トモ 浩二コウジ 和彦カズヒコ 聡サトシ 英樹ヒデキ 正樹マサキ 浩一コウイチ 博之ヒロユキ 達也タツヤ 賢一ケンイチ"),
            Split("由美子ユミコ 真由美マユミ 久美子クミコ 明美アケミ 智子トモコ 陽子ヨウコ 恵子ケイコ 直美ナオミ 裕子ヒロコ 純子ジュンコ 香織カオリ 恵美エミ 美香ミカ 理恵リエ 典子ノリコ 幸恵ユキエ 由香ユカ 里美サトミ 美穂ミホ 千春チハル")),
        (1989,
            Split("大輔ダイスケ 健太ケンタ 達也タツヤ 翔太ショウタ 拓也タクヤ 直樹ナオキ 健ケン 亮リョウ 大樹ダイキ 雄太ユウタ 和也カズヤ 学マナブ 裕太ユウタ 智也トモヤ 洋平ヨウヘイ 祐介ユウスケ 誠マコト 淳ジュン 慎也シンヤ 雄一ユウイチ"),
            Split("愛アイ 彩アヤ 舞マイ 麻衣マイ 恵メグミ 美穂ミホ 千尋チヒロ 亜美アミ 香織カオリ 裕美ヒロミ 由佳ユカ 沙織サオリ 麻美アサミ 早紀サキ 綾アヤ 智美トモミ 奈々ナナ 久美クミ 由美ユミ 絵里エリ")),
        (2004,
            Split("翔ショウ 翔太ショウタ 拓海タクミ 健太ケンタ 大輝ダイキ 蓮レン 駿シュン 陸リク 海斗カイト 優斗ユウト 翼ツバサ 大樹ダイキ 颯太ソウタ 亮太リョウタ 直人ナオト 拓真タクマ 涼リョウ 匠タクミ 隼人ハヤト 悠斗ユウト"),
            Split("美咲ミサキ 葵アオイ さくらサクラ 愛アイ 七海ナナミ 遥ハルカ 萌モエ 彩花アヤカ 未来ミライ 陽菜ヒナ 優花ユウカ 結衣ユイ 真由マユ 楓カエデ 千夏チナツ 里奈リナ 美優ミユ 凜リン 桃子モモコ 沙希サキ")),
        (9999,
            Split("蓮レン 陽翔ハルト 湊ミナト 蒼アオイ 悠真ユウマ 大翔ヒロト 律リツ 樹イツキ 朝陽アサヒ 新アラタ 颯ハヤテ 結翔ユイト 碧アオ 伊織イオリ 陽向ヒナタ 湊斗ミナト 凪ナギ 暖ダン 奏カナデ 瑛太エイタ"),
            Split("陽葵ヒマリ 凛リン 結菜ユイナ 葵アオイ 紬ツムギ 莉子リコ 芽依メイ 澪ミオ 咲良サクラ 結愛ユア 心春コハル 陽菜ヒナ 杏アン 美月ミツキ 花ハナ 詩ウタ 琴音コトネ 彩葉イロハ 翠スイ 一花イチカ")),
    ];

    public static (string Kanji, string Kana) Family(Dice dice) =>
        Families[dice.Chance(0.5) ? dice.Between(0, Families.Length / 3) : dice.Between(0, Families.Length)];

    public static (string Kanji, string Kana) GivenFor(Dice dice, bool male, int birthYear)
    {
        var age = Given[0];
        foreach (var candidate in Given)
        {
            age = candidate;
            if (birthYear <= candidate.Until)
                break;
        }

        return dice.Pick(male ? age.Male : age.Female);
    }

    // The kana follow the kanji without a mark: they begin at the last run of katakana, before which stands something else.
    private static (string, string)[] Split(string names) => [.. names.Split(' ').Select(name =>
    {
        var at = name.Length;
        while (at > 1 && name[at - 1] is >= 'ァ' and <= 'ー')
            at--;
        // A given name may itself begin in katakana (ヨシ子): the run ends before its last other character, so nothing is lost.
        return (name[..at], name[at..]);
    })];
}
