using System.Text.Json.Nodes;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>
/// One CDA observation as FHIR Observations. A group (an observation without a code of its own, 一連検査) becomes a parent with the code of its group and
/// hasMember; why it was done (RSON) is a component of that parent. A part (COMP) of a coded observation is its component, as in the eCheckup document.
/// </summary>
internal sealed class CheckupObservations(CheckupOutput output, CheckupHeader header)
{
    // A component has no date, note, site, method, specimen or person of its own in FHIR R4: what has one is a resource.
    private static readonly HashSet<string> OfAResource = new(StringComparer.Ordinal) { "text", "effectiveTime", "methodCode", "targetSiteCode", "specimen", "performer", "author" };

    private readonly CheckupContent _content = new(output);

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
        _content.Write(json, observation, item);
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
            _content.Write(json, observation, null);
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
        if (observation.Children.Any(child => OfAResource.Contains(child.Name)))
            return null;
        var itemCode = code["code"]!;
        var item = Known(code, itemCode);
        var json = new JsonObject { ["code"] = Code(code, itemCode, item) };
        _content.Write(json, observation, item);
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

    private JsonObject Code(CdaElement code, string itemCode, CheckupItem? item) =>
        CheckupJson.Concept(_content.System(code, CheckupCodes.Items), itemCode, item?.Name ?? MunicipalScreeningItems.Find(itemCode)?.Name ?? code["displayName"]);

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
            if (header.Parties.Practitioner(each) is { } person)
                performers.Add(CheckupJson.Reference(person.Url, person.Name));
            if (each.Child("representedOrganization") is { } represented && header.Parties.Organization(represented) is { } organization)
                performers.Add(CheckupJson.Reference(organization.Url, organization.Name));
        }

        if (performers.Count > 0)
            json["performer"] = performers;
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
}
