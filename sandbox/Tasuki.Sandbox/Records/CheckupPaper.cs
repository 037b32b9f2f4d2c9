using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.Sandbox;

/// <summary>
/// One checkup as a health checkup report (健診結果報告書): Composition, Encounter, Organization and one Observation for each item, written in the order of
/// the paper. The Composition is put before what it lists.
/// </summary>
internal sealed class CheckupPaper
{
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

    /// <summary>An item that is in no official table: its code is ours and says so, unless another system has one.</summary>
    public void Own(string category, string code, string name, Measured? value, string? unit, string? ucum, string? words = null, string system = Systems.SyntheticItem)
    {
        var pen = OpenBare(category);
        pen.Concept("code"u8, system, code, name);
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

    private PaperItem Item(string code) => PaperItem.Of(code, municipal: _kind.ReportCode[0] == '5');

    private Pen OpenBare(string category)
    {
        var pen = _book.Pen;
        pen.Start("Observation", "http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Observation_eCheckupGeneral"u8);
        pen.Text("status"u8, "final");
        pen.Category(category);
        return pen;
    }

    private Pen Open(PaperItem item, DateOnly day)
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
}
