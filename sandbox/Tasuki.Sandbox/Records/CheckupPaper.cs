using System.Collections.Concurrent;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>What kind of paper a checkup comes as: the codes around its results (formats facts 2.4, 2.6).</summary>
internal sealed record PaperKind(
    DataCategory Category, SourceKind Source, string ReportCode, string ReportText, string Programme, string ProgrammeText,
    string Title, string ResultSection, string AnswerSection)
{
    public static readonly PaperKind Specific = new(DataCategory.SpecificCheckup, SourceKind.Insurer, "10", "特定健診", "010", "特定健診", "特定健康診査結果", "01011", "01012");

    public static readonly PaperKind Elderly = new(DataCategory.SpecificCheckup, SourceKind.Insurer, "10", "特定健診", "020", "広域連合の保健事業", "後期高齢者健康診査結果", "01021", "01022");

    public static readonly PaperKind Employer = new(DataCategory.EmployerCheckup, SourceKind.Employer, "41", "事業者健診", "030", "事業者健診", "定期健康診断結果", "01031", "01032");

    public static readonly PaperKind Young = new(DataCategory.MunicipalScreening, SourceKind.Municipality, "42", "自治体検診", "990", "その他の健診（検診）", "若年者健康診査結果", "01910", "01920");

    public static readonly PaperKind Pregnancy = new(DataCategory.MaternalInfantCheckup, SourceKind.Municipality, "44", "妊婦検診", "990", "その他の健診（検診）", "妊婦健康診査結果", "01910", "01920");

    public static readonly PaperKind Infant = new(DataCategory.MaternalInfantCheckup, SourceKind.Municipality, "43", "乳幼児検診", "990", "その他の健診（検診）", "乳幼児健康診査結果", "01910", "01920");

    public static PaperKind Screening(string category, string name, bool cancer) => new(
        DataCategory.MunicipalScreening, SourceKind.Municipality, category, name, cancer ? "060" : "990", cancer ? "がん検診" : "その他の健診（検診）", $"{name}検診結果", "01910", "01920");
}

/// <summary>
/// One checkup as a health checkup report (健診結果報告書): Composition, Encounter, Organization and one Observation for each item, written in the order of
/// the paper. The Composition is put before what it lists.
/// </summary>
internal sealed class CheckupPaper
{
    // Some codes stand in both tables with other answers, so the kind of paper is part of the key.
    private static readonly ConcurrentDictionary<(string Code, bool Municipal), Template> Templates = new();

    private readonly RecordBook _book;
    private readonly PaperKind _kind;
    private readonly Institution _institution;
    private readonly string _sourceName;
    private readonly DateOnly _day;
    private readonly int _first;
    private readonly string _composition;
    private readonly string _encounter;
    private readonly string _organisation;
    private readonly List<string> _results = [];
    private readonly List<string> _answers = [];
    private readonly Slipping? _slip;
    private readonly Dice _chance;

    public CheckupPaper(RecordBook book, PaperKind kind, Institution institution, string sourceName, DateOnly day, Dice chance)
    {
        _book = book;
        _kind = kind;
        _institution = institution;
        _sourceName = sourceName;
        _day = day;
        _chance = chance;
        _composition = book.NewUrl();
        _encounter = book.NewUrl();
        _first = book.Records.Count;
        _organisation = book.Organisation(institution, kind.Category, kind.Source, sourceName);
        _slip = Slipping.Of(book.Person.Dice(Dice.Stream.Slips, day.DayNumber), kind);
    }

    public DateOnly Day => _day;

    /// <summary>A measured value, in the digits and the unit of the item. Leaves it out now and then, as papers do.</summary>
    public Measured? Quantity(string code, double value, double missing = 0)
    {
        if (missing > 0 && _chance.Chance(missing))
            return null;
        var item = Item(code);
        var measured = Measured.Of(value, item.Decimals);
        var shown = measured;
        var (unit, ucum) = (item.Unit, item.Ucum);
        var day = _day;
        var slip = _slip?.Code == code ? _slip : null;
        if (slip is not null)
        {
            (shown, unit, ucum) = slip.On(measured, unit, ucum);
            day = slip.Kind is SlipKind.FutureDate ? day.AddYears(10) : day;
        }

        var pen = Open(item, day);
        pen.Json.WriteStartObject("valueQuantity"u8);
        pen.Number("value"u8, shown);
        if (unit is not null)
        {
            pen.Text("unit"u8, unit);
            pen.Text("system"u8, Systems.Ucum);
            pen.Text("code"u8, ucum!);
        }

        pen.Json.WriteEndObject();
        if (item.MeasureKey is { } key)
            Interpretation(key, measured.Number);
        if (item.Method is { } method)
            pen.Concept("method"u8, CheckupItems.MethodSystem, method, item.MethodName);
        var url = Close(item.Question);
        if (slip is not null)
            _book.Slips.Add(new Slip(slip.Kind, url));
        return measured;
    }

    /// <summary>A coded answer, with the words of a finding as its component where there are any.</summary>
    public string Answer(string code, string answer, (string Code, string Text)? finding = null)
    {
        var item = Item(code);
        var pen = Open(item, _day);
        var (system, text) = item.AnswerText(answer);
        pen.Json.WriteStartObject("valueCodeableConcept"u8);
        pen.Json.WriteStartArray("coding"u8);
        pen.Coding(system, answer, text);
        pen.Json.WriteEndArray();
        pen.Json.WriteEndObject();
        if (finding is { } words)
        {
            var wordsItem = Item(words.Code);
            pen.Json.WriteStartArray("component"u8);
            pen.Json.WriteStartObject();
            pen.Concept("code"u8, wordsItem.System, words.Code, wordsItem.Name);
            pen.Text("valueString"u8, words.Text);
            pen.Json.WriteEndObject();
            pen.Json.WriteEndArray();
        }

        return Close(item.Question);
    }

    public string Words(string code, string text)
    {
        var item = Item(code);
        Open(item, _day).Text("valueString"u8, text);
        return Close(item.Question);
    }

    public void Number(string code, int value)
    {
        var item = Item(code);
        Open(item, _day).Json.WriteNumber("valueInteger"u8, value);
        Close(item.Question);
    }

    /// <summary>An item that is in no official table: its code is ours and says so.</summary>
    public void Own(string category, string code, string name, Measured? value, string? unit, string? ucum, string? words = null)
    {
        var pen = OpenBare(category);
        pen.Concept("code"u8, Systems.SyntheticItem, code, name);
        pen.Subject("subject"u8);
        pen.Reference("encounter"u8, _encounter);
        pen.Day("effectiveDateTime"u8, _day);
        if (value is { } number)
            pen.Quantity("valueQuantity"u8, number, unit!, ucum!);
        else
            pen.Text("valueString"u8, words!);
        Close(question: false);
    }

    /// <summary>A value under the nursing terminology of JP Core's body measurements.</summary>
    public void BodyMeasurement(string code, string name, Measured value, string unit)
    {
        var pen = OpenBare("body-measurement");
        pen.Concept("code"u8, Systems.BodyMeasurement, code, name);
        pen.Subject("subject"u8);
        pen.Reference("encounter"u8, _encounter);
        pen.Day("effectiveDateTime"u8, _day);
        pen.Quantity("valueQuantity"u8, value, unit, unit);
        Close(question: false);
    }

    /// <summary>Puts the results written since <paramref name="from"/> under a parent, as the eCheckup report groups a series of tests.</summary>
    public void Group(string code, string name, int from)
    {
        var pen = OpenBare("laboratory");
        pen.Concept("code"u8, "http://jpfhir.jp/fhir/eCheckup/CodeSystem/observationGroup-codes", code, name);
        pen.Subject("subject"u8);
        pen.Reference("encounter"u8, _encounter);
        pen.Day("effectiveDateTime"u8, _day);
        pen.Json.WriteStartArray("hasMember"u8);
        for (var i = from; i < _results.Count; i++)
        {
            pen.Json.WriteStartObject();
            pen.Text("reference"u8, _results[i]);
            pen.Json.WriteEndObject();
        }

        pen.Json.WriteEndArray();
        // The paper lists the series; its parts are reached through it.
        _results.RemoveRange(from, _results.Count - from);
        Close(question: false);
    }

    public int ResultCount => _results.Count;

    /// <summary>Writes the Encounter and the Composition that lists everything.</summary>
    public void Finish()
    {
        var pen = _book.Pen;
        pen.Start("Encounter", "http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Encounter_eCheckupGeneral"u8);
        pen.Identifier($"{_institution.Number}-E-{_book.NewNumber()}");
        pen.Text("status"u8, "finished");
        pen.Json.WriteStartObject("class"u8);
        pen.Text("system"u8, "http://jpfhir.jp/fhir/eCheckup/CodeSystem/encounter-category");
        pen.Text("code"u8, "checkup");
        pen.Text("display"u8, "健診");
        pen.Json.WriteEndObject();
        pen.Subject("subject"u8);
        Period("period"u8);
        pen.Reference("serviceProvider"u8, _organisation);
        var encounter = new SyntheticRecord(pen.End(), _kind.Category, _kind.Source, _sourceName, _encounter);

        pen.Start("Composition", "http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Composition_eCheckupGeneral"u8);
        pen.Text("language"u8, "ja");
        pen.Json.WriteStartArray("extension"u8);
        pen.Json.WriteStartObject();
        pen.Text("url"u8, "http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber");
        pen.Text("valueString"u8, "1.0");
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Json.WriteStartObject("identifier"u8);
        pen.Text("system"u8, Systems.InstanceIdentifier);
        pen.Text("value"u8, $"{_institution.Number}-C-{_book.NewNumber()}");
        pen.Json.WriteEndObject();
        pen.Text("status"u8, "final");
        pen.Concept("type"u8, "http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes", "53576-5", "検診・健診報告書");
        pen.Concepts("category"u8, "http://jpfhir.jp/fhir/eCheckup/CodeSystem/checkup-report-category", _kind.ReportCode, _kind.ReportText);
        pen.Subject("subject"u8);
        pen.Reference("encounter"u8, _encounter);
        pen.Moment("date"u8, _day, 16 * 60 + 30);
        pen.Json.WriteStartArray("author"u8);
        pen.Json.WriteStartObject();
        pen.Text("reference"u8, _organisation);
        pen.Text("display"u8, _institution.Name);
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Text("title"u8, _kind.Title);
        pen.Reference("custodian"u8, _organisation);
        pen.Json.WriteStartArray("event"u8);
        pen.Json.WriteStartObject();
        pen.Concepts("code"u8, "urn:oid:1.2.392.200119.6.1002", _kind.Programme, _kind.ProgrammeText);
        Period("period"u8);
        pen.Json.WriteStartArray("detail"u8);
        pen.Json.WriteStartObject();
        pen.Text("reference"u8, _encounter);
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Json.WriteEndObject();
        pen.Json.WriteEndArray();
        pen.Json.WriteStartArray("section"u8);
        Section("検査結果セクション", _kind.ResultSection, _results);
        Section("問診結果セクション", _kind.AnswerSection, _answers);
        pen.Json.WriteEndArray();
        var composition = new SyntheticRecord(pen.End(), _kind.Category, _kind.Source, _sourceName, _composition);
        _book.Records.InsertRange(_first, [composition, encounter]);
    }

    private void Section(string title, string code, List<string> entries)
    {
        if (entries.Count == 0)
            return;
        var pen = _book.Pen;
        pen.Json.WriteStartObject();
        pen.Text("title"u8, title);
        pen.Concept("code"u8, "http://jpfhir.jp/fhir/eCheckup/CodeSystem/section-code", code, null);
        pen.Json.WriteStartArray("entry"u8);
        foreach (var entry in entries)
        {
            pen.Json.WriteStartObject();
            pen.Text("reference"u8, entry);
            pen.Json.WriteEndObject();
        }

        pen.Json.WriteEndArray();
        pen.Json.WriteEndObject();
    }

    private void Period(ReadOnlySpan<byte> name)
    {
        var pen = _book.Pen;
        pen.Json.WriteStartObject(name);
        pen.Day("start"u8, _day);
        pen.Day("end"u8, _day);
        pen.Json.WriteEndObject();
    }

    private void Interpretation(string key, decimal value)
    {
        var gender = _book.Person.IsMale ? "male" : "female";
        var judged = CheckupLimits.Judge(key, gender, value);
        if (judged is LimitJudgement.Unknown)
            return;
        var code = judged is LimitJudgement.Fine ? "N" : CheckupLimits.For(key, gender)!.LowIsBad ? "L" : "H";
        _book.Pen.Concepts("interpretation"u8, "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", code, null);
    }

    private Template Item(string code) => Templates.GetOrAdd((code, _kind.ReportCode[0] == '5'), Template.Make);

    private Pen OpenBare(string category)
    {
        var pen = _book.Pen;
        pen.Start("Observation", "http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Observation_eCheckupGeneral"u8);
        pen.Text("status"u8, "final");
        pen.Category(category);
        return pen;
    }

    private Pen Open(Template item, DateOnly day)
    {
        var pen = OpenBare(item.Category);
        pen.Concept("code"u8, item.System, item.Code, item.Name);
        pen.Subject("subject"u8);
        pen.Reference("encounter"u8, _encounter);
        pen.Day("effectiveDateTime"u8, day);
        return pen;
    }

    private string Close(bool question)
    {
        var url = _book.Add(_kind.Category, _kind.Source, _sourceName);
        (question ? _answers : _results).Add(url);
        return url;
    }

    /// <summary>What stays the same for one item on every paper.</summary>
    private sealed record Template(
        string Code, string System, string Name, string Category, int Decimals, string? Unit, string? Ucum, string? Method, string? MethodName, string? AnswerSet, bool Municipal, string? MeasureKey, bool Question)
    {
        // The same system as in the published municipal example; readers match these items by code alone.
        private const string MunicipalSystem = "http://jpfhir.jp/fhir/eCheckup/CodeSystem/jlac10";

        public static Template Make((string Code, bool Municipal) key)
        {
            var code = key.Code;
            if (!key.Municipal && CheckupItems.Find(code) is { } item)
            {
                var decimals = item.Format is { } format && format.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? format.Length - point - 1 : 0;
                return new Template(
                    code, CheckupItems.ItemSystem, item.Name, CategoryOf(item), decimals, item.Unit, item.Unit is { } unit ? CheckupItems.Ucum(unit) : null,
                    item.MethodCode, item.MethodName, item.AnswerSet, Municipal: false, CheckupMeasures.OfCode(code)?.Key, item.Section == "質問票");
            }

            var screening = MunicipalScreeningItems.Find(code) ?? throw new InvalidOperationException($"No table has the item {code}.");
            return new Template(
                code, MunicipalSystem, screening.Name, screening.ObservationCategory, screening.Unit switch { "g/cm2" => 3, "kg" or "cm" => 1, _ => 0 }, screening.Unit, screening.Unit, null, null,
                screening.AnswerSet, Municipal: true, null, screening.Name.Contains("問診", StringComparison.Ordinal) || screening.Name.Contains("受診歴", StringComparison.Ordinal));
        }

        public (string System, string? Text) AnswerText(string answer) => Municipal
            ? (MunicipalScreeningItems.AnswerSystem(AnswerSet!), MunicipalScreeningItems.Answer(AnswerSet!, answer))
            : (CheckupItems.AnswerSystem(AnswerSet!), CheckupItems.Answer(AnswerSet!, answer));

        private static string CategoryOf(CheckupItem item) => item.Section switch
        {
            "身体計測" => "body-measurement",
            "血圧等" => "vital-signs",
            "質問票" => "social-history",
            "採血条件" or "生化学検査" or "血糖検査" or "尿検査" or "血液像検査" => "laboratory",
            "医師の判断" when item.ValueType is "CD" => "survey",
            _ => item.Name.Contains("Ｘ線", StringComparison.Ordinal) || item.Name.Contains("CT", StringComparison.Ordinal) ? "imaging" : "exam",
        };
    }

    /// <summary>The one thing that goes wrong on about every twentieth paper.</summary>
    private sealed record Slipping(SlipKind Kind, string Code)
    {
        public static Slipping? Of(Dice dice, PaperKind kind)
        {
            if (kind.Category is DataCategory.MaternalInfantCheckup || (kind.Category is DataCategory.MunicipalScreening && kind.ReportCode != "42") || !dice.Chance(0.05))
                return null;
            return dice.Between(0, 5) switch
            {
                0 => new Slipping(SlipKind.OutOfRange, "9A751000000000001"),
                1 => new Slipping(SlipKind.DecimalPoint, "9N001000000000001"),
                2 => new Slipping(SlipKind.WrongUnit, "3F015000002327101"),
                3 => new Slipping(SlipKind.MissingUnit, "9N006000000000001"),
                _ => new Slipping(SlipKind.FutureDate, "3F070000002327101"),
            };
        }

        public (Measured Value, string? Unit, string? Ucum) On(Measured value, string? unit, string? ucum) => Kind switch
        {
            SlipKind.OutOfRange => (value with { Scaled = value.Scaled * 10 }, unit, ucum),
            SlipKind.DecimalPoint => (value with { Scaled = value.Scaled / 10 }, unit, ucum),
            SlipKind.WrongUnit => (value, "mmol/L", "mmol/L"),
            SlipKind.MissingUnit => (value, null, null),
            _ => (value, unit, ucum),
        };
    }
}
