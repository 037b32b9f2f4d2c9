namespace Tasuki.Sandbox;

/// <summary>How a medicine is taken: the words, and the 16-digit usage code where a published example has it.</summary>
internal sealed record Usage(string Text, string? Code, double TimesADay)
{
    public static readonly Usage Morning = new("1日1回 朝食後", "1011000400000000", 1);
    public static readonly Usage Evening = new("1日1回 夕食後", "1011040000000000", 1);
    public static readonly Usage MorningEvening = new("1日2回 朝夕食後", null, 2);
    public static readonly Usage ThreeTimes = new("1日3回 毎食後", "1013044400000000", 3);
    public static readonly Usage Bedtime = new("1日1回 就寝前", "1011100000000000", 1);
    public static readonly Usage WakingWeekly = new("週1回 起床時", null, 1.0 / 7);
    public static readonly Usage BeforeMeals = new("1日3回 毎食直前", null, 3);
    public static readonly Usage InPain = new("疼痛時 1回1錠", null, 1);
    public static readonly Usage InFever = new("発熱時 38.5℃以上", "1050710000000000", 1);
    public static readonly Usage Skin = new("1日2回 患部に塗布", null, 1);
    public static readonly Usage Patch = new("1日1回 患部に貼付", null, 1);
    public static readonly Usage Eye = new("1日1回 両眼に点眼", null, 0);
}

/// <summary>
/// A generic medicine by its real name, of a maker that does not exist (「襷」). The code has the form of a YJ code in the class 999 that no medicine has, and
/// stands under a system of our own.
/// </summary>
/// <param name="Atc">The WHO's code, given where the medicine tells of a sensitive illness: our own code would tell nobody.</param>
internal sealed record Drug(string Key, string Code, string Name, string Unit, string UnitCode, int PerDose, Usage Usage, string? Atc);

internal static class Drugs
{
    private static readonly (string Key, string Name, Usage Usage, int PerDose)[] List =
    [
        ("amlodipine", "アムロジピンOD錠5mg", Usage.Morning, 1), ("amlodipine-low", "アムロジピンOD錠2.5mg", Usage.Morning, 1), ("candesartan", "カンデサルタン錠8mg", Usage.Morning, 1),
        ("olmesartan", "オルメサルタンOD錠20mg", Usage.Morning, 1), ("telmisartan", "テルミサルタン錠40mg", Usage.Morning, 1), ("azilsartan", "アジルサルタン錠20mg", Usage.Morning, 1),
        ("nifedipine", "ニフェジピンCR錠20mg", Usage.Morning, 1), ("bisoprolol", "ビソプロロールフマル酸塩錠2.5mg", Usage.Morning, 1), ("indapamide", "トリクロルメチアジド錠1mg", Usage.Morning, 1),
        ("rosuvastatin", "ロスバスタチン錠2.5mg", Usage.Evening, 1), ("atorvastatin", "アトルバスタチン錠10mg", Usage.Evening, 1), ("pitavastatin", "ピタバスタチンCa錠2mg", Usage.Evening, 1),
        ("ezetimibe", "エゼチミブ錠10mg", Usage.Evening, 1), ("bezafibrate", "ベザフィブラートSR錠200mg", Usage.MorningEvening, 1),
        ("metformin", "メトホルミン塩酸塩錠500mgMT", Usage.MorningEvening, 1), ("sitagliptin", "シタグリプチン錠50mg", Usage.Morning, 1), ("vildagliptin", "ビルダグリプチン錠50mg", Usage.MorningEvening, 1),
        ("glimepiride", "グリメピリド錠1mg", Usage.Morning, 1), ("voglibose", "ボグリボースOD錠0.2mg", Usage.BeforeMeals, 1), ("pioglitazone", "ピオグリタゾン錠15mg", Usage.Morning, 1),
        ("lansoprazole", "ランソプラゾールOD錠15mg", Usage.Morning, 1), ("esomeprazole", "エソメプラゾールカプセル20mg", Usage.Morning, 1), ("famotidine", "ファモチジンOD錠20mg", Usage.Bedtime, 1),
        ("rebamipide", "レバミピド錠100mg", Usage.ThreeTimes, 1), ("febuxostat", "フェブキソスタット錠20mg", Usage.Morning, 1), ("allopurinol", "アロプリノール錠100mg", Usage.Morning, 1),
        ("alendronate", "アレンドロン酸錠35mg", Usage.WakingWeekly, 1), ("eldecalcitol", "エルデカルシトールカプセル0.75μg", Usage.Morning, 1),
        ("montelukast", "モンテルカスト錠10mg", Usage.Bedtime, 1), ("fexofenadine", "フェキソフェナジン塩酸塩錠60mg", Usage.MorningEvening, 1), ("olopatadine", "オロパタジン塩酸塩錠5mg", Usage.MorningEvening, 1),
        ("loratadine", "ロラタジンOD錠10mg", Usage.Evening, 1), ("loxoprofen", "ロキソプロフェンNa錠60mg", Usage.InPain, 1), ("celecoxib", "セレコキシブ錠100mg", Usage.MorningEvening, 1),
        ("acetaminophen", "アセトアミノフェン錠500mg", Usage.InFever, 1), ("ketoprofen", "ケトプロフェンテープ40mg", Usage.Patch, 1), ("zolpidem", "ゾルピデム酒石酸塩錠5mg", Usage.Bedtime, 1),
        ("eszopiclone", "エスゾピクロン錠1mg", Usage.Bedtime, 1), ("ramelteon", "ラメルテオン錠8mg", Usage.Bedtime, 1), ("escitalopram", "エスシタロプラム錠10mg", Usage.Evening, 1),
        ("sertraline", "セルトラリン錠50mg", Usage.Evening, 1), ("duloxetine", "デュロキセチンカプセル20mg", Usage.Morning, 1), ("aspirin", "アスピリン腸溶錠100mg", Usage.Morning, 1),
        ("clopidogrel", "クロピドグレル錠75mg", Usage.Morning, 1), ("warfarin", "ワルファリンK錠1mg", Usage.Evening, 2), ("tamsulosin", "タムスロシン塩酸塩OD錠0.2mg", Usage.Evening, 1),
        ("silodosin", "シロドシンOD錠4mg", Usage.MorningEvening, 1), ("levothyroxine", "レボチロキシンNa錠50μg", Usage.Morning, 1), ("donepezil", "ドネペジル塩酸塩OD錠5mg", Usage.Morning, 1),
        ("memantine", "メマンチン塩酸塩OD錠20mg", Usage.Evening, 1), ("magnesium", "酸化マグネシウム錠330mg", Usage.ThreeTimes, 1), ("latanoprost", "ラタノプロスト点眼液0.005%", Usage.Eye, 1),
        ("hyaluronate", "精製ヒアルロン酸Na点眼液0.1%", Usage.Eye, 1), ("heparinoid", "ヘパリン類似物質油性クリーム0.3%", Usage.Skin, 1), ("iron", "クエン酸第一鉄Na錠50mg", Usage.MorningEvening, 1),
        ("lamivudine", "ラミブジン錠300mg", Usage.Morning, 1), ("amoxicillin", "アモキシシリンカプセル250mg", Usage.ThreeTimes, 1), ("clarithromycin", "クラリスロマイシン錠200mg", Usage.MorningEvening, 1),
        ("carbocisteine", "カルボシステイン錠500mg", Usage.ThreeTimes, 1), ("dextromethorphan", "デキストロメトルファン臭化水素酸塩錠15mg", Usage.ThreeTimes, 1), ("tranexamic", "トラネキサム酸錠250mg", Usage.ThreeTimes, 1),
        ("oseltamivir", "オセルタミビルカプセル75mg", Usage.MorningEvening, 1), ("domperidone", "ドンペリドン錠10mg", Usage.BeforeMeals, 1), ("probiotic", "ビフィズス菌錠12mg", Usage.ThreeTimes, 1),
        ("carbocisteine-child", "カルボシステインシロップ用50%", Usage.ThreeTimes, 1), ("acetaminophen-child", "アセトアミノフェン細粒20%", Usage.InFever, 1),
    ];

    private static readonly Dictionary<string, string> Sensitive = new(StringComparer.Ordinal)
    {
        ["escitalopram"] = "N06AB10", ["sertraline"] = "N06AB06", ["duloxetine"] = "N06AX21", ["donepezil"] = "N06DA02", ["memantine"] = "N06DX01",
        ["zolpidem"] = "N05CF02", ["eszopiclone"] = "N05CF04", ["ramelteon"] = "N05CH02", ["lamivudine"] = "J05AF05",
    };

    private static readonly Dictionary<string, Drug> ByKey = List
        .Select((row, i) => Make(row.Key, row.Name, row.Usage, row.PerDose, i))
        .ToDictionary(drug => drug.Key, StringComparer.Ordinal);

    public static IReadOnlyCollection<Drug> All => ByKey.Values;

    public static Drug Of(string key) => ByKey[key];

    private static Drug Make(string key, string name, Usage usage, int perDose, int number)
    {
        var (unit, code) = name switch
        {
            _ when name.Contains("カプセル", StringComparison.Ordinal) => ("カプセル", "CAP"),
            _ when name.Contains('錠', StringComparison.Ordinal) => ("錠", "TAB"),
            _ when name.Contains("テープ", StringComparison.Ordinal) => ("枚", "SHT"),
            _ when name.Contains("点眼", StringComparison.Ordinal) => ("瓶", "BTL"),
            _ => ("g", "g"),
        };
        var form = code switch { "TAB" => 'F', "CAP" => 'M', "SHT" => 'S', "BTL" => 'Q', _ => 'C' };
        return new Drug(key, $"9990{number + 1:D3}{form}{1010 + number:D4}", $"{name}「襷」", unit, code, perDose, usage, Sensitive.GetValueOrDefault(key));
    }
}
