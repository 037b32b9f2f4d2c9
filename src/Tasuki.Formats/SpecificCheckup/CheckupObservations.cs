using System.Globalization;
using System.Text.Json.Nodes;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>
/// One CDA observation as FHIR Observations. A group (an observation without a code of its own, 一連検査) becomes a parent with the code of its group and
/// hasMember; why it was done (RSON) is a component of that parent. A part (COMP) of a coded observation is its component, as in the eCheckup document.
/// </summary>
internal sealed class CheckupObservations(CheckupOutput output, CheckupHeader header)
{
    /// <summary>The name of the observation that was written. Null where there was nothing to write.</summary>
    public string? Read(CdaElement observation, DataCategory category)
    {
        var code = observation.Child("code");
        if (code?["code"] is { } item)
            return Coded(observation, code, item, category);
        var parts = observation.All("entryRelationship").Where(part => part.Child("observation") is not null).ToList();
        if (parts.Count == 0)
        {
            output.Say(observation, "checkup.item", "The observation has neither an item code nor parts; it was not read.");
            return null;
        }

        return Group(observation, parts, category);
    }

    private string Coded(CdaElement observation, CdaElement code, string itemCode, DataCategory category)
    {
        var item = Known(code, itemCode);
        var json = Frame(CheckupCodes.ObservationCategory(itemCode, item), Code(code, itemCode, item), observation);
        Content(json, observation, item);
        var components = new JsonArray();
        var members = new JsonArray();
        foreach (var relationship in observation.All("entryRelationship"))
        {
            if (relationship.Child("observation") is not { } part)
            {
                output.Say(relationship, "checkup.entry", "The relationship holds no observation; it was not read.");
                continue;
            }

            var whole = relationship["typeCode"] is "COMP" or "RSON";
            if (!whole)
                output.Say(relationship, "checkup.relation", "This kind of relationship is not known; the observation in it was read as a member.");
            // What has parts of its own, or is related otherwise, does not fit into a component.
            if (whole && part.Child("code")?["code"] is not null && part.Child("entryRelationship") is null && Component(part) is { } component)
                components.Add(component);
            else if (Read(part, category) is { } member)
                members.Add(CheckupJson.Reference(member));
        }

        return Write(observation, json, members, components, category);
    }

    private string Group(CdaElement observation, List<CdaElement> parts, DataCategory category)
    {
        var items = parts.Select(part => part.Child("observation")?.Child("code")?["code"]).OfType<string>().ToList();
        var (group, name) = GroupOf(items);
        var first = items.Count > 0 ? items[0] : "";
        var json = Frame(CheckupCodes.ObservationCategory(first, CheckupItems.Find(first)),
            group is null ? new JsonObject { ["text"] = name } : CheckupJson.Concept(CheckupCodes.GroupSystem, group, name), observation);
        // A group that was not done as a whole says so; a code without a value of its own is no gap.
        if (observation["negationInd"] == "true")
            Content(json, observation, null);
        var members = new JsonArray();
        var components = new JsonArray();
        foreach (var part in parts)
        {
            var child = part.Child("observation")!;
            if (part["typeCode"] == "RSON" && child.Child("code")?["code"] is not null && Component(child) is { } reason)
                components.Add(reason);
            else if (Read(child, category) is { } member)
                members.Add(CheckupJson.Reference(member));
        }

        return Write(observation, json, members, components, category);
    }

    private string Write(CdaElement at, JsonObject json, JsonArray members, JsonArray components, DataCategory category)
    {
        if (members.Count > 0)
            json["hasMember"] = members;
        if (components.Count > 0)
            json["component"] = components;
        var url = output.NextUrl();
        output.Resource(at, json, url, category);
        return url;
    }

    private JsonObject? Component(CdaElement observation)
    {
        var code = observation.Child("code")!;
        // A component has no date, method or person of its own in FHIR R4.
        if (observation.Child("effectiveTime") is not null || observation.Child("methodCode") is not null || observation.Child("author") is not null || observation.Child("performer") is not null)
            return null;
        var itemCode = code["code"]!;
        var item = Known(code, itemCode);
        var json = new JsonObject { ["code"] = Code(code, itemCode, item) };
        Content(json, observation, item);
        return json;
    }

    private JsonObject Frame(string category, JsonObject code, CdaElement observation)
    {
        var json = new JsonObject
        {
            ["resourceType"] = "Observation",
            ["status"] = "final",
            ["category"] = new JsonArray(CheckupJson.Concept(CheckupCodes.ObservationCategorySystem, category, null)),
            ["code"] = code,
            ["subject"] = CheckupJson.Reference(header.Subject),
        };
        if (header.Encounter is { } encounter)
            json["encounter"] = CheckupJson.Reference(encounter);
        When(json, observation);
        Performers(json, observation);
        return json;
    }

    private CheckupItem? Known(CdaElement code, string itemCode)
    {
        var item = CheckupItems.Find(itemCode);
        if (item is null && MunicipalScreeningItems.Find(itemCode) is null)
            output.Say(code, "checkup.item", "The item's code is not in the item table. The result was kept with the code and name as they stand.");
        return item;
    }

    private static JsonObject Code(CdaElement code, string itemCode, CheckupItem? item)
    {
        var system = code["codeSystem"] ?? CheckupCodes.Items;
        return CheckupJson.Concept("urn:oid:" + system, itemCode, item?.Name ?? MunicipalScreeningItems.Find(itemCode)?.Name ?? code["displayName"]);
    }

    private void When(JsonObject json, CdaElement observation)
    {
        var time = observation.Child("effectiveTime");
        var low = Time(time?.Child("low"));
        var high = Time(time?.Child("high"));
        if (low is not null && high is not null && low != high)
            json["effectivePeriod"] = new JsonObject { ["start"] = low, ["end"] = high };
        else if ((Time(time) ?? low ?? high ?? header.Day) is { } day)
            json["effectiveDateTime"] = day;
    }

    private string? Time(CdaElement? element)
    {
        if (element?["value"] is not { } written)
            return null;
        var time = CheckupValues.ParseTime(written);
        if (time is null)
            output.Say(element, "checkup.time", "This is no date (yyyyMMdd); the day of the checkup was used.");
        return time;
    }

    private void Performers(JsonObject json, CdaElement observation)
    {
        var performers = new JsonArray();
        var assigned = observation.All("performer").Select(each => each.Child("assignedEntity"))
            .Concat(observation.All("author").Select(each => each.Child("assignedAuthor"))).OfType<CdaElement>();
        foreach (var each in assigned)
        {
            if (header.Practitioner(each) is { } person)
                performers.Add(CheckupJson.Reference(person.Url, person.Name));
            if (each.Child("representedOrganization") is { } represented && header.Organization(represented) is { } organization)
                performers.Add(CheckupJson.Reference(organization.Url, organization.Name));
        }

        if (performers.Count > 0)
            json["performer"] = performers;
    }

    /// <summary>Value or why there is none, interpretation, note, method, specimen, reference ranges: in the order FHIR lists them.</summary>
    private void Content(JsonObject json, CdaElement observation, CheckupItem? item)
    {
        Value(json, observation, item);
        Interpretations(json, observation);
        // A component has no note, site, method or specimen; its element order is otherwise the same.
        if (json.ContainsKey("resourceType"))
        {
            if (observation.Child("text")?.AllText() is { Length: > 0 } note)
                json["note"] = new JsonArray(new JsonObject { ["text"] = note });
            if (observation.Child("targetSiteCode") is { } site && site["code"] is { } siteCode)
                json["bodySite"] = CheckupJson.Concept("urn:oid:" + (site["codeSystem"] ?? CheckupCodes.Root), siteCode, site["displayName"]);
            Method(json, observation);
            Specimen(json, observation);
        }

        Ranges(json, observation, item);
    }

    private void Value(JsonObject json, CdaElement observation, CheckupItem? item)
    {
        var value = observation.Child("value");
        if (observation["negationInd"] is "true" or "1")
        {
            var concept = CheckupJson.Concept(CheckupCodes.AbsentSystem, "not-performed", null);
            concept["text"] = "検査未実施";
            json["dataAbsentReason"] = concept;
            if (value is not null && (value["value"] ?? value["code"]) is not null)
                output.Say(value, "checkup.value", "The item is marked as not done and has a value all the same; the value was not used.");
            return;
        }

        if (value is null)
        {
            // An observation that only holds others together needs no value.
            if (observation.Child("entryRelationship") is null)
                Absent(json, "unknown", null);
            return;
        }

        if (observation.All("value").Skip(1).FirstOrDefault() is { } second)
            output.Say(second, "checkup.value", "The item has more than one value; the first was used.");
        if (value["nullFlavor"] is { } flavor)
        {
            if (!CheckupCodes.IsNullFlavor(flavor))
                output.Say(value, "checkup.null", "The reason why there is no value is not known; it counts as unknown.");
            if ((value["value"] ?? value["code"]) is not null)
                output.Say(value, "checkup.value", "The item is marked as having no value and has one all the same; it was not used.");
            Absent(json, CheckupCodes.AbsentReason(flavor), flavor);
            return;
        }

        var type = value["xsi:type"] ?? Guess(value, item);
        if (item is not null && Kind(type) != Kind(item.ValueType))
            output.Say(value, "checkup.type", $"The item table has the type {item.ValueType} for this item; the value was read as it stands.");
        switch (type)
        {
            case "PQ" or "REAL" or "INT" or "MO":
                Quantity(json, value, item);
                break;
            case "CD" or "CO" or "CE" or "CV" or "CS":
                Coded(json, value, item, ordered: type == "CO");
                break;
            case "ST" or "ED" or "SC":
                Text(json, value, value.AllText(), item);
                break;
            case "TS" when CheckupValues.ParseTime(value["value"]) is { } time:
                json["valueDateTime"] = time;
                break;
            case "BL" when value["value"] is "true" or "false":
                json["valueBoolean"] = value["value"] == "true";
                break;
            default:
                output.Say(value, "checkup.type", "The type of the value is not one that is read; it was kept as text.");
                Text(json, value, value["value"] ?? value["code"] ?? value.AllText());
                break;
        }
    }

    private void Quantity(JsonObject json, CdaElement value, CheckupItem? item)
    {
        if (value["value"] is not { } written)
        {
            output.Say(value, "checkup.value", "The value is empty.");
            Absent(json, "unknown", null);
            return;
        }

        if (CheckupValues.ParseNumber(written) is not { } number)
        {
            output.Say(value, "checkup.number", "The value is no number; it was kept as text.");
            Text(json, value, written);
            return;
        }

        if (number.Widened)
            output.Say(value, "checkup.width", "The number is written in full-width characters; it was read as the same number.");
        json["valueQuantity"] = CheckupJson.Quantity(number, Unit(value, item, out var shown), shown);
    }

    private string? Unit(CdaElement value, CheckupItem? item, out string? shown)
    {
        (var code, shown) = CheckupValues.ParseUnit(value["unit"], item);
        if (code is null && shown is not null)
            output.Say(value, "checkup.unit", "The unit is not known; it was kept as it stands, without a code.");
        else if (code is not null && item is not null && item.Unit is { } expected && CheckupItems.Ucum(expected) != code)
            output.Say(value, "checkup.unit", "The unit is another one than the item table has; the value was kept in its own unit.");
        return code;
    }

    private void Coded(JsonObject json, CdaElement value, CheckupItem? item, bool ordered)
    {
        if (value["code"] is not { } code)
        {
            if (value.Child("originalText")?.AllText() is { Length: > 0 } original)
            {
                json["valueCodeableConcept"] = new JsonObject { ["text"] = original };
                return;
            }

            output.Say(value, "checkup.value", "The answer has no code.");
            Absent(json, "unknown", null);
            return;
        }

        var plain = code.Normalize(System.Text.NormalizationForm.FormKC);
        if (plain != code)
            output.Say(value, "checkup.width", "The code is written in full-width characters; it was read as the same code.");
        var given = value["codeSystem"];
        var set = CheckupItems.AnswerSet(given) ?? (given is null ? item?.AnswerSet : null);
        var text = set is null ? null : CheckupItems.Answer(set, plain);
        if (set is not null && text is null && CheckupItems.Answers(set).Count > 0)
            output.Say(value, "checkup.answer", "The answer's code is not in its list of answers; it was kept as it stands.");
        var system = set is not null ? CheckupItems.AnswerSystem(set) : given is not null ? "urn:oid:" + given : null;
        var coding = CheckupJson.Coding(system, plain, text ?? value["displayName"]);
        if (ordered && plain.Length <= 4 && int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var rank))
            coding.Insert(0, "extension", new JsonArray(new JsonObject { ["url"] = "http://hl7.org/fhir/StructureDefinition/ordinalValue", ["valueDecimal"] = rank }));
        json["valueCodeableConcept"] = new JsonObject { ["coding"] = new JsonArray(coding) };
    }

    private void Text(JsonObject json, CdaElement value, string text, CheckupItem? item = null)
    {
        // A limit of measurement (0.1以下) cannot stand in a number of CDA, so it comes as text.
        if (item is { ValueType: "PQ" } && CheckupValues.ParseNumber(text) is { } number)
        {
            json["valueQuantity"] = CheckupJson.Quantity(number, Unit(value, item, out var shown), shown);
            return;
        }

        if (text.Length > 0)
        {
            json["valueString"] = text;
            return;
        }

        output.Say(value, "checkup.value", "The value is empty.");
        Absent(json, "unknown", null);
    }

    private static void Absent(JsonObject json, string reason, string? flavor)
    {
        var concept = CheckupJson.Concept(CheckupCodes.AbsentSystem, reason, null);
        if (flavor is not null)
            concept["coding"]!.AsArray().Add(CheckupJson.Coding(CheckupCodes.NullFlavorSystem, flavor, null));
        json["dataAbsentReason"] = concept;
    }

    private void Interpretations(JsonObject json, CdaElement observation)
    {
        var all = new JsonArray();
        foreach (var interpretation in observation.All("interpretationCode"))
        {
            if (interpretation["code"] is not { } code)
                continue;
            if (CheckupCodes.IsInterpretation(code))
            {
                all.Add(CheckupJson.Concept(CheckupCodes.InterpretationSystem, code, null));
                continue;
            }

            output.Say(interpretation, "checkup.interpretation", "The interpretation's code is not one of HL7; it was kept as text.");
            all.Add(new JsonObject { ["text"] = code });
        }

        if (all.Count > 0)
            json["interpretation"] = all;
    }

    private void Method(JsonObject json, CdaElement observation)
    {
        if (observation.Child("methodCode") is not { } method || method["code"] is not { } code)
            return;
        json["method"] = CheckupJson.Concept("urn:oid:" + (method["codeSystem"] ?? CheckupCodes.Methods), code, CheckupItems.MethodName(code) ?? method["displayName"]);
        if (observation.All("methodCode").Skip(1).FirstOrDefault() is { } second)
            output.Say(second, "checkup.method", "The item has more than one method; the first was used.");
    }

    private static void Specimen(JsonObject json, CdaElement observation)
    {
        if (observation.Child("specimen")?.Child("specimenRole")?.Child("specimenPlayingEntity") is not { } entity)
            return;
        var code = entity.Child("code");
        var shown = code?["displayName"] ?? entity.Child("name")?.AllText();
        var specimen = new JsonObject { ["type"] = "Specimen" };
        if (code?["code"] is { } kind)
            specimen["identifier"] = CheckupJson.Identifier("urn:oid:" + (code["codeSystem"] ?? CheckupCodes.Root), kind);
        if (shown is { Length: > 0 })
            specimen["display"] = shown;
        if (specimen.Count > 1)
            json["specimen"] = specimen;
    }

    private void Ranges(JsonObject json, CdaElement observation, CheckupItem? item)
    {
        var ranges = new JsonArray();
        foreach (var range in observation.All("referenceRange").Select(each => each.Child("observationRange")).OfType<CdaElement>())
        {
            var one = new JsonObject();
            var text = range.Child("text")?.AllText() ?? "";
            if (range.Child("value") is { } value)
            {
                text = Bound(one, "low", value.Child("low"), item, "超", text);
                text = Bound(one, "high", value.Child("high"), item, "未満", text);
                if (value.Children.Count == 0 && value.Text.Length > 0 && text.Length == 0)
                    text = value.Text;
            }

            if (text.Length > 0)
                one["text"] = text;
            if (one.Count > 0)
                ranges.Add(one);
        }

        if (ranges.Count > 0)
            json["referenceRange"] = ranges;
    }

    // A FHIR range includes its ends. An end that the file excludes is told in words.
    private string Bound(JsonObject range, string name, CdaElement? bound, CheckupItem? item, string beyond, string text)
    {
        if (bound?["value"] is not { } written)
            return text;
        if (CheckupValues.ParseNumber(written) is not { } number)
        {
            output.Say(bound, "checkup.number", "An end of the reference range is no number; it was not used.");
            return text;
        }

        var code = Unit(bound, item, out var shown);
        if (bound["inclusive"] == "false")
            return $"{text}{(text.Length > 0 ? " " : "")}{number.Json}{(shown is null ? "" : " " + shown)} {beyond}";
        range[name] = CheckupJson.Quantity(number, code, shown);
        return text;
    }

    private static (string? Code, string Name) GroupOf(List<string> items)
    {
        foreach (var item in items)
        {
            var prefix = CheckupItems.Find(item)?.Group is { } group && group.StartsWith("2A", StringComparison.Ordinal) ? "2A000" : item.Length >= 5 ? item[..5] : item;
            if (CheckupCodes.GroupName(prefix) is { } name)
                return (prefix, name);
        }

        return (null, items.Select(CheckupItems.Find).OfType<CheckupItem>().Select(item => item.Section).FirstOrDefault() ?? "一連の検査");
    }

    private static string Guess(CdaElement value, CheckupItem? item) =>
        value["code"] is not null ? item?.ValueType is "CO" ? "CO" : "CD" : value["value"] is not null ? "PQ" : item?.ValueType ?? "ST";

    private static int Kind(string type) => type switch
    {
        "PQ" or "REAL" or "INT" => 1,
        "CD" or "CO" or "CE" or "CV" or "CS" => 2,
        "ST" or "ED" or "SC" => 3,
        _ => 4,
    };
}
