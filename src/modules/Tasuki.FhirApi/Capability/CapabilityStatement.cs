using System.Buffers;
using System.Text.Json;
using Tasuki.Fhir.Searching;
using Tasuki.FhirApi.Views;

namespace Tasuki.FhirApi.Capability;

/// <summary>What this interface answers, made from the tables the code itself uses: types, search parameters, rules of writing, operations.</summary>
internal static class CapabilityStatement
{
    public static readonly IReadOnlyList<(string Type, string Name)> Operations =
        [("Patient", "everything"), ("Patient", "summary"), ("Observation", "lastn"), ("DocumentReference", "docref"), ("Resource", "validate"), ("Patient", "export")];

    // International Patient Access 1.1: the profiles its clients look for. What is stored comes out as it came in, so a record that has their elements has them here.
    private static readonly Dictionary<string, string[]> IpaProfiles = new(StringComparer.Ordinal)
    {
        ["AllergyIntolerance"] = ["allergyintolerance"], ["Condition"] = ["condition", "problem-list-item"], ["DocumentReference"] = ["documentreference"], ["Immunization"] = ["immunization"],
        ["Medication"] = ["medication"], ["MedicationRequest"] = ["medicationrequest"], ["MedicationStatement"] = ["medicationstatement"], ["Observation"] = ["observation"], ["Patient"] = ["patient"],
        ["Practitioner"] = ["practitioner"], ["PractitionerRole"] = ["practitionerrole"],
    };

    public static Answer Answer(string root, TimeProvider clock)
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        using (var writer = new Utf8JsonWriter(output, Outcome.Writing))
            Write(writer, root, clock);
        return new Answer(200, output.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, string root, TimeProvider clock)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "CapabilityStatement"u8);
        writer.WriteString("status"u8, "active"u8);
        writer.WriteString("date"u8, clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteString("kind"u8, "instance"u8);
        Strings(writer, "instantiates", ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data", "http://hl7.org/fhir/uv/ipa/CapabilityStatement/ipa-server"]);
        writer.WriteStartObject("software"u8);
        writer.WriteString("name"u8, "Tasuki"u8);
        writer.WriteEndObject();
        writer.WriteStartObject("implementation"u8);
        writer.WriteString("description"u8, "Health records of a municipality's residents. Whose records are seen is decided by each resident's grants."u8);
        writer.WriteString("url"u8, root);
        writer.WriteEndObject();
        writer.WriteString("fhirVersion"u8, "4.0.1"u8);
        Strings(writer, "format", ["application/fhir+json", "application/fhir+xml"]);
        Strings(writer, "patchFormat", ["application/json-patch+json"]);
        writer.WriteStartArray("rest"u8);
        writer.WriteStartObject();
        writer.WriteString("mode"u8, "server"u8);
        Security(writer, root);
        writer.WriteStartArray("resource"u8);
        foreach (var type in HeldTypes.All)
            Resource(writer, type);
        Group(writer);
        writer.WriteEndArray();
        Codes(writer, "interaction", ["transaction", "batch", "search-system", "history-system"]);
        Strings(writer, "compartment", ["http://hl7.org/fhir/CompartmentDefinition/patient"]);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Security(Utf8JsonWriter writer, string root)
    {
        var server = root[..root.LastIndexOf('/')];
        writer.WriteStartObject("security"u8);
        Addresses(writer, server);
        writer.WriteStartArray("service"u8);
        writer.WriteStartObject();
        writer.WriteStartArray("coding"u8);
        writer.WriteStartObject();
        writer.WriteString("system"u8, "http://terminology.hl7.org/CodeSystem/restful-security-service"u8);
        writer.WriteString("code"u8, "SMART-on-FHIR"u8);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("description"u8, $"OAuth 2 by SMART App Launch; addresses at {server}/fhir/.well-known/smart-configuration.");
        writer.WriteEndObject();
    }

    // Clients ask for the well-known document and for this at once, and take the answer that comes first.
    private static void Addresses(Utf8JsonWriter writer, string server)
    {
        writer.WriteStartArray("extension"u8);
        writer.WriteStartObject();
        writer.WriteString("url"u8, "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"u8);
        writer.WriteStartArray("extension"u8);
        foreach (var (name, path) in new[] { ("authorize", "/connect/authorize"), ("token", "/connect/token") })
        {
            writer.WriteStartObject();
            writer.WriteString("url"u8, name);
            writer.WriteString("valueUri"u8, server + path);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void Resource(Utf8JsonWriter writer, string type)
    {
        var open = WriteRules.IsOpen(type, RuledAction.Create);
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        Strings(writer, "supportedProfile", [.. IpaProfiles.GetValueOrDefault(type, []).Select(name => "http://hl7.org/fhir/uv/ipa/StructureDefinition/ipa-" + name)]);
        writer.WriteString("documentation"u8, WriteRules.Text(type));
        var isView = HeldTypes.IsView(type);
        string[] reading = isView ? ["read", "search-type"] : ["read", "vread", "history-instance", "history-type", "search-type"];
        Codes(writer, "interaction", [.. reading, .. Enum.GetValues<RuledAction>().Where(action => action is not RuledAction.Read && WriteRules.IsOpen(type, action)).Select(action => action.ToString().ToLowerInvariant())]);
        writer.WriteString("versioning"u8, open ? "versioned-update"u8 : isView ? "no-version"u8 : "versioned"u8);
        writer.WriteBoolean("readHistory"u8, !isView);
        writer.WriteBoolean("updateCreate"u8, value: false);
        writer.WriteBoolean("conditionalCreate"u8, open);
        writer.WriteString("conditionalRead"u8, "not-match"u8);
        writer.WriteBoolean("conditionalUpdate"u8, open);
        writer.WriteString("conditionalDelete"u8, open ? "single"u8 : "not-supported"u8);
        var parameters = ViewTypes.ParametersOf(type).Select(name => SearchParameters.Find(type, name).Value).ToList();
        Strings(writer, "searchInclude", isView ? [] : [.. parameters.Where(one => HeldTypes.Records.Any(target => Reaches(one, target))).Select(one => $"{type}:{one.Name}")]);
        Strings(writer, "searchRevInclude", isView ? [] : [.. Referring(type), "Provenance:target"]);
        writer.WriteStartArray("searchParam"u8);
        foreach (var (name, kind, definition) in parameters.Select(one => (one.Name, one.Kind.ToString().ToLowerInvariant(), one.Definition))
            .Concat([("_id", "token", "http://hl7.org/fhir/SearchParameter/Resource-id"), ("_lastUpdated", "date", "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated")]).OrderBy(one => one.Item1, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            if (definition is not null)
                writer.WriteString("definition"u8, definition);
            writer.WriteString("type"u8, kind);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        var operations = Operations.Where(one => one.Type is "Resource" || string.Equals(one.Type, type, StringComparison.Ordinal)).ToList();
        writer.WriteStartArray("operation"u8);
        foreach (var (of, name) in operations)
        {
            Operation(writer, name, name switch
            {
                "docref" => "http://hl7.org/fhir/uv/ipa/OperationDefinition/docref",
                "summary" => "http://hl7.org/fhir/uv/ips/OperationDefinition/summary",
                "export" => "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export",
                _ => $"http://hl7.org/fhir/OperationDefinition/{of}-{name}",
            });
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static IEnumerable<string> Referring(string type) =>
        HeldTypes.Records.SelectMany(source => ViewTypes.ParametersOf(source).Select(name => SearchParameters.Find(source, name).Value).Where(one => Reaches(one, type)).Select(one => $"{source}:{one.Name}"));

    // Whether a record of the target may stand at the end of that parameter.
    private static bool Reaches(SearchParameter parameter, string target) =>
        parameter is { Kind: SearchKind.Reference, IsWithin: false } && parameter.Targets.Contains(target, StringComparer.Ordinal) && (parameter.HasReferences || CanonicalAddress.Has(target));

    // Nothing is held of this type; it has an address for one operation.
    private static void Group(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "Group"u8);
        writer.WriteString("documentation"u8, $"Each app has one group, '{Bulk.BulkEndpoint.Group}': the residents whose live grants reach it. It is neither read nor searched.");
        writer.WriteStartArray("operation"u8);
        Operation(writer, "export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Operation(Utf8JsonWriter writer, string name, string definition)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("definition"u8, definition);
        writer.WriteEndObject();
    }

    private static void Codes(Utf8JsonWriter writer, string name, IReadOnlyList<string> codes)
    {
        writer.WriteStartArray(name);
        foreach (var code in codes)
        {
            writer.WriteStartObject();
            writer.WriteString("code"u8, code);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Strings(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
