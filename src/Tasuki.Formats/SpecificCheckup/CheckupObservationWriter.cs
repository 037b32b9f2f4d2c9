using System.Text.Json;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>The reverse of <see cref="CheckupObservations"/>: Observations to CDA entries.</summary>
internal sealed class CheckupObservationWriter(CdaWriter writer)
{
    // Groups of the format have one level; more than this is no checkup.
    private const int MaximumDepth = 8;

    private readonly List<string> _leftOut = [];

    // References come from outside: one that leads back to its parent, or to a member twice, would never end.
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    private int _depth;

    public List<string> LeftOut => _leftOut;

    public void Entry(string reference) => Reference(reference, "entry", null);

    private void Reference(string reference, string element, string? type)
    {
        if (!_written.Add(reference))
            return;
        if (writer.Resource(reference) is not { } observation || observation.Text("resourceType") != "Observation" || !Fits(observation) || _depth == MaximumDepth)
        {
            _leftOut.Add(reference);
            return;
        }

        _depth++;
        writer.Start(element);
        if (type is not null)
            writer.Attribute("typeCode", type);
        Observation(observation, whole: true);
        writer.End();
        _depth--;
    }

    private void Observation(JsonElement observation, bool whole)
    {
        var code = observation.At("code").Coding();
        var group = code is null || code.Value.System == CheckupCodes.GroupSystem;
        var item = code is null ? null : CheckupItems.Find(code.Value.Code);
        var absent = observation.At("dataAbsentReason");
        var reasons = absent.Each("coding").ToList();
        var notDone = reasons.Exists(each => each.Text("code") == "not-performed");
        writer.Start("observation", ("classCode", "OBS"), ("moodCode", "EVN"));
        if (notDone)
            writer.Attribute("negationInd", "true");
        if (group)
        {
            writer.Start("code", ("nullFlavor", "NA"));
            writer.End();
        }
        else
        {
            writer.Code("code", code!.Value.Code, code.Value.System.Oid() is { } system && system != CheckupCodes.Items ? system : null, code.Value.Display);
        }

        if (whole)
        {
            if (observation.Each("note").FirstOrDefault().Text("text") is { } note)
                writer.Leaf("text", note);
            if (observation.At("effectivePeriod") is { } period)
                writer.Interval("effectiveTime", period.Text("start"), period.Text("end"));
            else if (observation.Text("effectiveDateTime") is { } day && day != writer.Day)
                writer.Interval("effectiveTime", day, null);
        }

        if (!notDone)
            Value(observation, item, absent, reasons);
        foreach (var interpretation in observation.Each("interpretation"))
        {
            if ((interpretation.Coding()?.Code ?? interpretation.Text("text")) is { } meaning && !meaning.Any(char.IsWhiteSpace))
                writer.Code("interpretationCode", meaning, null, null);
        }

        if (whole)
        {
            if (observation.At("method").Coding() is { } method)
                writer.Code("methodCode", method.Code, method.System.Oid() is { } oid && oid != CheckupCodes.Methods ? oid : null, method.Display);
            if (observation.At("bodySite").Coding() is { } site)
                writer.Code("targetSiteCode", site.Code, site.System.Oid(), site.Display);
            Specimen(observation);
            foreach (var performer in observation.Each("performer"))
                writer.Assigned("author", "assignedAuthor", performer.Text("reference"), time: true);
            foreach (var member in observation.Each("hasMember"))
            {
                if (member.Text("reference") is { } reference)
                    Reference(reference, "entryRelationship", "COMP");
            }

            foreach (var component in observation.Each("component"))
            {
                if (!Fits(component))
                    continue;
                var reason = group || CheckupItems.Find(component.At("code").Coding()?.Code ?? "") is { Relation: "RSON" };
                writer.Start("entryRelationship", ("typeCode", reason ? "RSON" : "COMP"));
                Observation(component, whole: false);
                writer.End();
            }
        }

        Ranges(observation, item);
        writer.End();
    }

    private void Value(JsonElement observation, CheckupItem? item, JsonElement? absent, List<JsonElement> reasons)
    {
        if (observation.At("valueQuantity") is { } quantity)
            Quantity("value", quantity, item, typed: true);
        else if (observation.At("valueCodeableConcept") is { } concept)
            Coded(concept);
        else if (observation.Text("valueString") is { } text)
            Typed("ST", () => writer.Text(text));
        else if (observation.Text("valueDateTime") is { } time && CheckupValues.CdaTime(time) is { } written)
            Typed("TS", () => writer.Attribute("value", written));
        else if (observation.At("valueBoolean") is { ValueKind: JsonValueKind.True or JsonValueKind.False } truth)
            Typed("BL", () => writer.Attribute("value", truth.GetBoolean() ? "true" : "false"));
        else if (absent is not null)
            Typed(item?.ValueType ?? "ST", () => Reason(reasons));
    }

    private void Reason(List<JsonElement> reasons)
    {
        if (reasons.Find(each => each.Text("system") == CheckupCodes.NullFlavorSystem).Text("code") is { } flavor)
            writer.Attribute("nullFlavor", flavor);
    }

    private void Typed(string type, Action content)
    {
        writer.Start("value");
        writer.Type(type);
        content();
        writer.End();
    }

    private void Quantity(string name, JsonElement quantity, CheckupItem? item, bool typed)
    {
        if (quantity.At("value") is not { ValueKind: JsonValueKind.Number } number)
            return;
        var unit = quantity.Text("code") is { } code ? CheckupValues.XmlUnit(code, item) : quantity.Text("unit");
        if (quantity.Text("comparator") is { } comparator)
        {
            var own = item?.Unit is not null && unit == item.Unit ? "" : unit is null ? "" : " " + unit;
            writer.Start(name);
            if (typed)
            {
                writer.Type("ST");
                writer.Text($"{(comparator == ">" ? ">" : "")}{number.GetRawText()}{own}{comparator switch { "<" => "未満", "<=" => "以下", ">=" => "以上", _ => "" }}");
            }

            writer.End();
            return;
        }

        writer.Start(name);
        if (typed)
            writer.Type("PQ");
        writer.Attribute("value", number.GetRawText());
        if (unit is not null && !unit.Any(char.IsWhiteSpace))
            writer.Attribute("unit", unit);
        writer.End();
    }

    private void Coded(JsonElement concept)
    {
        if (concept.Coding() is not { } coding)
        {
            if (concept.Text("text") is { } text)
                Typed("CD", () => writer.Leaf("originalText", text));
            return;
        }

        var ordered = concept.Each("coding").First().Each("extension").Any(each => each.Text("url") == "http://hl7.org/fhir/StructureDefinition/ordinalValue");
        Typed(ordered ? "CO" : "CD", () =>
        {
            writer.Attribute("code", coding.Code);
            if (coding.System.Oid() is { } system)
                writer.Attribute("codeSystem", system);
            if (coding.Display is { } display)
                writer.Attribute("displayName", display);
        });
    }

    private void Specimen(JsonElement observation)
    {
        if (observation.At("specimen") is not { } specimen)
            return;
        var kind = specimen.At("identifier");
        writer.Start("specimen");
        writer.Start("specimenRole");
        writer.Start("specimenPlayingEntity");
        if (kind.Text("value") is { } code)
            writer.Code("code", code, kind.Text("system").Oid(), specimen.Text("display"));
        else if (specimen.Text("display") is { } shown)
            writer.Leaf("name", shown);
        writer.End();
        writer.End();
        writer.End();
    }

    private void Ranges(JsonElement observation, CheckupItem? item)
    {
        foreach (var range in observation.Each("referenceRange"))
        {
            writer.Start("referenceRange");
            writer.Start("observationRange");
            if (range.Text("text") is { } text)
                writer.Leaf("text", text);
            if (range.At("low") is not null || range.At("high") is not null)
            {
                writer.Start("value");
                writer.Type("IVL_PQ");
                if (range.At("low") is { } low)
                    Quantity("low", low, item, typed: false);
                if (range.At("high") is { } high)
                    Quantity("high", high, item, typed: false);
                writer.End();
            }

            writer.End();
            writer.End();
        }
    }

    // CDA names systems by OID and codes without blanks; what has neither was not a checkup item.
    private static bool Fits(JsonElement observation)
    {
        var code = observation.At("code");
        if (code.Coding() is not { } coding)
            return code.Text("text") is not null && observation.At("hasMember") is not null;
        if (coding.System == CheckupCodes.GroupSystem)
            return true;
        return coding.System.Oid() is not null && !coding.Code.Any(char.IsWhiteSpace)
            && (observation.At("valueCodeableConcept").Coding() is not { } answer || ((answer.System is null || answer.System.Oid() is not null) && !answer.Code.Any(char.IsWhiteSpace)));
    }
}
