using System.Text;
using System.Text.Json.Nodes;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>The institutions, insurers and doctors a document names. Each is written once, when it is first met.</summary>
internal sealed class CheckupParties(CheckupOutput output)
{
    private readonly Dictionary<string, string> _organizations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _practitioners = new(StringComparer.Ordinal);

    /// <summary>A reference to the organisation; the first time it is met it is written too. Null where it says nothing.</summary>
    public (string Url, string? Name)? Organization(CdaElement organization)
    {
        var number = Number(organization);
        var name = organization.Child("name")?.AllText() is { Length: > 0 } text ? text : null;
        if (number is null && name is null)
            return null;
        var key = number ?? name!;
        if (_organizations.TryGetValue(key, out var known))
            return (known, name ?? output.SourceName);

        if (number is not null && (number.Length != 10 || !number.All(char.IsAsciiDigit)))
            output.Say(organization, "checkup.institution", $"The number of the institution should have 10 digits; it has {number.Length} characters. It was kept as it is.");
        var url = output.NextUrl();
        _organizations[key] = url;
        var json = new JsonObject { ["resourceType"] = "Organization" };
        if (number is not null)
            json["identifier"] = new JsonArray(CheckupJson.Identifier(CheckupCodes.InstitutionSystem, number));
        json["type"] = new JsonArray(CheckupJson.Concept(CheckupCodes.OrganizationTypeSystem, "prov", null));
        if (name is not null)
            json["name"] = name;
        var phones = new JsonArray();
        foreach (var telecom in organization.All("telecom"))
        {
            if (telecom["value"] is { } value)
                phones.Add(Contact(value));
        }

        if (phones.Count > 0)
            json["telecom"] = phones;
        if (organization.Child("addr") is { } addr && Address(addr) is { } address)
            json["address"] = new JsonArray(address);
        output.Resource(organization, json, url);
        return (url, name);
    }

    /// <summary>A reference to the person an assignedAuthor or assignedEntity names. Null where no name stands.</summary>
    public (string Url, string Name)? Practitioner(CdaElement assigned)
    {
        if (assigned.Child("assignedPerson")?.Child("name")?.AllText() is not { Length: > 0 } name)
            return null;
        if (_practitioners.TryGetValue(name, out var known))
            return (known, name);
        var url = output.NextUrl();
        _practitioners[name] = url;
        output.Resource(assigned, new JsonObject { ["resourceType"] = "Practitioner", ["name"] = new JsonArray(new JsonObject { ["text"] = name }) }, url);
        return (url, name);
    }

    public string? Insurer(CdaElement entity)
    {
        var scoping = entity.Child("scopingOrganization");
        var number = scoping?.All("id").FirstOrDefault(each => each["root"] == CheckupCodes.Insurer)?["extension"]?.Normalize(NormalizationForm.FormKC);
        if (number is null)
            return null;
        if (_organizations.TryGetValue("insurer " + number, out var known))
            return known;
        var url = output.NextUrl();
        _organizations["insurer " + number] = url;
        var json = new JsonObject
        {
            ["resourceType"] = "Organization",
            ["identifier"] = new JsonArray(CheckupJson.Identifier(CheckupCodes.InsurerSystem, number)),
            ["type"] = new JsonArray(CheckupJson.Concept(CheckupCodes.OrganizationTypeSystem, "ins", null)),
        };
        if (scoping!.Child("name")?.AllText() is { Length: > 0 } name)
            json["name"] = name;
        output.Resource(scoping, json, url);
        return url;
    }

    public static string? Number(CdaElement organization) =>
        organization.All("id").FirstOrDefault(each => each["root"] == CheckupCodes.Institution)?["extension"]?.Normalize(NormalizationForm.FormKC);

    private static JsonObject Contact(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon < 0 ? "tel" : value[..colon].ToUpperInvariant();
        return new JsonObject
        {
            ["system"] = scheme switch { "FAX" => "fax", "MAILTO" => "email", "HTTP" or "HTTPS" => "url", _ => "phone" },
            ["value"] = scheme is "HTTP" or "HTTPS" ? value : value[(colon + 1)..],
        };
    }

    private static JsonObject? Address(CdaElement addr)
    {
        var postal = addr.Child("postalCode")?.AllText();
        var text = string.Concat(addr.Children.Where(each => each.Name is not "postalCode").Select(each => each.AllText()).Prepend(addr.Text));
        if (text.Length == 0 && postal is null or "")
            return null;
        var json = new JsonObject();
        if (text.Length > 0)
            json["text"] = text;
        if (postal is { Length: > 0 })
            json["postalCode"] = postal;
        return json;
    }
}
