using System.Text;
using System.Text.Json.Nodes;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>What stands before the results: whose they are, who made them, when, under which programme and voucher.</summary>
internal sealed class CheckupHeader(CheckupOutput output)
{
    // Parts of the CDA header that say nothing about this checkup, or that repeat what the format fixes.
    private static readonly HashSet<string> Silent = new(StringComparer.Ordinal)
        { "realmCode", "typeId", "templateId", "confidentialityCode", "languageCode", "custodian", "informationRecipient", "dataEnterer" };

    private readonly List<CdaElement> _participants = [];
    private readonly List<CdaElement> _authors = [];
    private readonly JsonArray _authorReferences = [];
    private CdaElement? _id;
    private CdaElement? _person;
    private CdaElement? _event;
    private string? _report;
    private string? _title;
    private string? _date;
    private string? _eventStart;
    private string? _eventEnd;
    private (string Url, string? Name)? _institution;
    private string? _encounter;

    public CheckupParties Parties { get; } = new(output);

    public bool Stopped { get; private set; }

    public string? Programme { get; private set; }

    public string Subject { get; private set; } = "";

    public string? Encounter => _encounter;

    /// <summary>The day of the checkup as FHIR writes it.</summary>
    public string? Day => _eventStart;

    public bool IsGuidance => Programme == "100" || _report is "21" or "22" or "23" or "24" or "25";

    public ReadStopped? Take(CdaElement part)
    {
        switch (part.Name)
        {
            case "id":
                _id = part;
                break;
            case "code":
                _report = part["code"];
                if (part["codeSystem"] is { } system && system != CheckupCodes.ReportKinds)
                    return Stop(part, "checkup.other", "The CDA document is no specific checkup: its kind is named in another code system.");
                if (_report == "19")
                    return Stop(part, "checkup.deletion", "This file withdraws an earlier report (報告区分 19) and brings no results. Nothing was taken from it.");
                break;
            case "title":
                _title = part.AllText() is { Length: > 0 } title ? title : null;
                break;
            case "effectiveTime":
                _date = Time(part);
                break;
            case "recordTarget":
                if (_person is not null)
                    return Stop(part, "checkup.persons", "The document names more than one person; results cannot be told apart.");
                _person = part;
                break;
            case "author":
                _authors.Add(part);
                break;
            case "participant":
                _participants.Add(part);
                break;
            case "documentationOf":
                if (_event is not null)
                    output.Say(part, "checkup.event", "The document names more than one checkup; the first one's programme and day were used.");
                else if (part.Child("serviceEvent") is { } serviceEvent)
                    Event(serviceEvent);
                break;
            default:
                if (!Silent.Contains(part.Name))
                    output.Say(part, "checkup.element", "This part of the header is not known; it was not used.");
                break;
        }

        return null;
    }

    /// <summary>Called once, when the header is complete: writes what it says.</summary>
    public void Begin(CdaElement at)
    {
        Subject = output.NextUrl();
        if (IsGuidance)
        {
            Person(at);
            return;
        }

        output.Category = CheckupCodes.Category(Programme, null);
        if (Programme is null)
            output.Say(_event ?? at, "checkup.programme", "The document names no programme (健診プログラムサービスコード); it counts as a specific checkup.");
        if (_eventStart is null)
            output.Say(_event ?? at, "checkup.day", "The document does not say on which day the checkup was. Results without a day of their own have none.");
        Person(at);

        var performers = _event?.All("performer").Select(each => each.Child("assignedEntity")).OfType<CdaElement>().ToList() ?? [];
        var authors = _authors.Select(each => each.Child("assignedAuthor")).OfType<CdaElement>().ToList();
        var named = performers.Concat(authors).Select(each => each.Child("representedOrganization")).OfType<CdaElement>().ToList();
        // The same institution stands in both places; the one that says more (address, telephone) is written.
        var institution = named.Count == 0 ? null : named.Where(each => CheckupParties.Number(each) == CheckupParties.Number(named[0])).MaxBy(each => each.Children.Count);
        // The name is known before the first resource is written, so that every one can carry it.
        output.NameSource(institution?.Child("name")?.AllText() is { Length: > 0 } name ? name : null);
        if (institution is not null)
            _institution = Parties.Organization(institution);

        foreach (var author in authors)
            Authors(author);
        foreach (var performer in performers)
            Authors(performer);
        WriteEncounter(at);
        foreach (var participant in _participants)
            Coverage(participant);
    }

    public void Composition(CdaElement at, JsonArray sections)
    {
        var composition = new JsonObject { ["resourceType"] = "Composition" };
        if (_id is { } id && id["root"] is { } root && id["nullFlavor"] is null)
            composition["identifier"] = CheckupJson.Identifier("urn:oid:" + root, id["extension"] ?? "urn:oid:" + root);
        composition["status"] = "final";
        composition["type"] = CheckupJson.Concept(CheckupCodes.DocumentTypeSystem, "53576-5", "検診・健診報告書");
        if (_report is not null)
        {
            var known = CheckupCodes.ReportName(_report);
            composition["category"] = new JsonArray(CheckupJson.Concept(known is null ? "urn:oid:" + CheckupCodes.ReportKinds : CheckupCodes.ReportCategorySystem, _report, known));
        }

        composition["subject"] = CheckupJson.Reference(Subject);
        if (_encounter is not null)
            composition["encounter"] = CheckupJson.Reference(_encounter);
        if ((_date ?? _eventStart) is { } date)
            composition["date"] = date;
        else
            composition["_date"] = new JsonObject { ["extension"] = new JsonArray(new JsonObject { ["url"] = "http://hl7.org/fhir/StructureDefinition/data-absent-reason", ["valueCode"] = "unknown" }) };
        composition["author"] = _authorReferences.Count > 0 ? _authorReferences : new JsonArray(new JsonObject { ["display"] = "記載なし" });
        composition["title"] = _title ?? "健康診断結果";
        if (_institution is { } custodian)
            composition["custodian"] = CheckupJson.Reference(custodian.Url, custodian.Name);
        var happened = new JsonObject();
        if (Programme is not null)
            happened["code"] = new JsonArray(CheckupJson.Concept("urn:oid:" + CheckupCodes.Programmes, Programme, CheckupItems.Answer("1002", Programme)));
        if (Period() is { } period)
            happened["period"] = period;
        if (happened.Count > 0)
            composition["event"] = new JsonArray(happened);
        if (sections.Count > 0)
            composition["section"] = sections;
        output.Resource(at, composition, output.NextUrl());
    }

    private ReadStopped Stop(CdaElement at, string code, string message)
    {
        Stopped = true;
        return output.Stop(at, code, message);
    }

    private void Event(CdaElement serviceEvent)
    {
        _event = serviceEvent;
        Programme = serviceEvent.Child("code")?["code"];
        if (Programme is not null && CheckupItems.Answer("1002", Programme) is null && Programme != "100")
            output.Say(serviceEvent.Child("code")!, "checkup.programme", "The programme's code is not known; the document counts as a specific checkup.");
        if (serviceEvent.Child("effectiveTime") is not { } time)
            return;
        if (time["value"] is not null)
        {
            _eventStart = Time(time);
            return;
        }

        _eventStart = time.Child("low") is { } low ? Time(low) : time.Child("center") is { } center ? Time(center) : null;
        _eventEnd = time.Child("high") is { } high ? Time(high) : null;
        _eventStart ??= _eventEnd;
    }

    private string? Time(CdaElement element)
    {
        if (element["value"] is not { } written)
            return null;
        var time = CheckupValues.ParseTime(written);
        if (time is null)
            output.Say(element, "checkup.time", "This is no date (yyyyMMdd); it was not used.");
        return time;
    }

    private JsonObject? Period() => _eventStart is null ? null : new JsonObject { ["start"] = _eventStart, ["end"] = _eventEnd ?? _eventStart };

    private void Person(CdaElement at)
    {
        var patient = _person?.Child("patientRole")?.Child("patient");
        if (patient is null)
        {
            output.Say(_person ?? at, "checkup.person", "The document does not say whose results these are.");
            output.Person(_person ?? at, [], null, null, Subject);
            return;
        }

        var names = patient.All("name").Select(each => each.AllText()).Where(each => each.Length > 0).ToList();
        var birth = patient.Child("birthTime");
        var day = CheckupValues.ParseDay(birth?["value"]);
        if (birth?["value"] is not null && day is null)
            output.Say(birth, "checkup.time", "The date of birth is no date (yyyyMMdd).");
        var code = patient.Child("administrativeGenderCode");
        var gender = code?["code"]?.Normalize(NormalizationForm.FormKC) switch { "1" or "M" => "male", "2" or "F" => "female", _ => null };
        if (code?["code"] is not null && gender is null)
            output.Say(code, "checkup.gender", "The code of the gender is neither 1 (male) nor 2 (female).");
        output.Person(_person!, names, day, gender, Subject);
    }

    private void Authors(CdaElement assigned)
    {
        if (Parties.Practitioner(assigned) is { } person)
            AddAuthor(person.Url, person.Name);
        if (assigned.Child("representedOrganization") is { } organization && Parties.Organization(organization) is { } written)
            AddAuthor(written.Url, written.Name);
    }

    private void AddAuthor(string url, string? name)
    {
        if (!_authorReferences.Any(each => (string?)each!["reference"] == url))
            _authorReferences.Add(CheckupJson.Reference(url, name));
    }

    private void WriteEncounter(CdaElement at)
    {
        if (_event is null)
            return;
        _encounter = output.NextUrl();
        var json = new JsonObject
        {
            ["resourceType"] = "Encounter",
            ["status"] = "finished",
            ["class"] = CheckupJson.Coding(CheckupCodes.EncounterCategorySystem, "checkup", "健診"),
            ["subject"] = CheckupJson.Reference(Subject),
        };
        if (Period() is { } period)
            json["period"] = period;
        if (_institution is { } institution)
            json["serviceProvider"] = CheckupJson.Reference(institution.Url, institution.Name);
        output.Resource(_event ?? at, json, _encounter);
    }

    // The voucher (受診券) alone. The insurance card's symbol and number are not looked at.
    private void Coverage(CdaElement participant)
    {
        if (participant["typeCode"] != "HLD" || participant.Child("associatedEntity") is not { } entity)
        {
            output.Say(participant, "checkup.participant", "A participant of this kind is not known; it was not used.");
            return;
        }

        var id = entity.All("id").FirstOrDefault(each => each["root"] is { } root
            && (root.StartsWith(CheckupCodes.Voucher, StringComparison.Ordinal) || root.StartsWith(CheckupCodes.GuidanceTicket, StringComparison.Ordinal)));
        if (id?["extension"] is not { } number)
        {
            output.Say(entity, "checkup.voucher", "The voucher has no number; it was not used.");
            return;
        }

        var insurer = Parties.Insurer(entity);
        var kind = participant.Child("functionCode")?["code"] ?? (id["root"]!.StartsWith(CheckupCodes.Voucher, StringComparison.Ordinal) ? "1" : "2");
        var json = new JsonObject
        {
            ["resourceType"] = "Coverage",
            ["identifier"] = new JsonArray(CheckupJson.Identifier("urn:oid:" + id["root"], number)),
            ["status"] = "active",
            ["type"] = CheckupJson.Concept("urn:oid:" + CheckupCodes.TicketKinds, kind, CheckupItems.Answer("208", kind)),
            ["subscriberId"] = number,
            ["beneficiary"] = CheckupJson.Reference(Subject),
        };
        var time = participant.Child("time");
        var period = new JsonObject();
        if (time?.Child("low") is { } low && Time(low) is { } from)
            period["start"] = from;
        if (time?.Child("high") is { } high && Time(high) is { } to)
            period["end"] = to;
        if (period.Count > 0)
            json["period"] = period;
        json["payor"] = new JsonArray(insurer is null ? new JsonObject { ["display"] = "記載なし" } : CheckupJson.Reference(insurer));
        output.Resource(participant, json, output.NextUrl());
    }
}
