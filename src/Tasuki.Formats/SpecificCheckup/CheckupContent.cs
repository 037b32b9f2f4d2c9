using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>What one CDA observation says of itself: value or why there is none, interpretation, note, method, specimen, reference ranges.</summary>
internal sealed class CheckupContent(CheckupOutput output)
{
    /// <summary>The system of a coded element as a URI; null, and said, where it is no OID.</summary>
    public string? System(CdaElement coded, string? otherwise)
    {
        var oid = coded["codeSystem"] ?? otherwise;
        if (oid is null || CheckupJson.IsOid(oid))
            return oid is null ? null : "urn:oid:" + oid;
        output.Say(coded, "checkup.system", "The code's system is no OID; the code was kept without it.");
        return null;
    }

    /// <summary>Value or why there is none, interpretation, note, method, specimen, reference ranges: in the order FHIR lists them.</summary>
    public void Write(JsonObject json, CdaElement observation, CheckupItem? item)
    {
        Value(json, observation, item);
        Interpretations(json, observation);
        // A component has no note, site, method or specimen; its element order is otherwise the same.
        if (json.ContainsKey("resourceType"))
        {
            if (observation.Child("text")?.AllText() is { Length: > 0 } note)
                json["note"] = new JsonArray(new JsonObject { ["text"] = note });
            if (observation.Child("targetSiteCode") is { } site && site["code"] is { } siteCode)
                json["bodySite"] = CheckupJson.Concept(System(site, null), siteCode, site["displayName"]);
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

        var plain = code.Normalize(NormalizationForm.FormKC);
        if (plain != code)
            output.Say(value, "checkup.width", "The code is written in full-width characters; it was read as the same code.");
        var given = System(value, item?.AnswerSet is { } own ? CheckupCodes.Root + own : null);
        var set = CheckupItems.AnswerSet(given);
        var text = set is null ? null : CheckupItems.Answer(set, plain);
        if (set is not null && text is null && CheckupItems.Answers(set).Count > 0)
            output.Say(value, "checkup.answer", "The answer's code is not in its list of answers; it was kept as it stands.");
        var coding = CheckupJson.Coding(given, plain, text ?? value["displayName"]);
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
        json["method"] = CheckupJson.Concept(System(method, CheckupCodes.Methods), code, CheckupItems.MethodName(code) ?? method["displayName"]);
        if (observation.All("methodCode").Skip(1).FirstOrDefault() is { } second)
            output.Say(second, "checkup.method", "The item has more than one method; the first was used.");
    }

    private void Specimen(JsonObject json, CdaElement observation)
    {
        if (observation.Child("specimen")?.Child("specimenRole")?.Child("specimenPlayingEntity") is not { } entity)
            return;
        var code = entity.Child("code");
        var shown = code?["displayName"] ?? entity.Child("name")?.AllText();
        var specimen = new JsonObject { ["type"] = "Specimen" };
        if (code?["code"] is { } kind)
            specimen["identifier"] = CheckupJson.Identifier(System(code, null), kind);
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
