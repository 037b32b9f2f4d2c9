using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>The person as the first record of their own: a Patient as JP Core 1.2 has it, the name once in kanji (IDE) and once in kana (SYL).</summary>
internal static class PatientOf
{
    /// <param name="synthetic">It bears the mark of what is about nobody (<see cref="ProbeResident.Label"/>).</param>
    public static NewRecord Record(NewProfile profile, DateTimeOffset now, bool synthetic = false)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Patient");
            json.WriteStartObject("meta");
            json.WriteStartArray("profile");
            json.WriteStringValue("http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient");
            json.WriteEndArray();
            if (synthetic)
            {
                json.WritePropertyName("security");
                json.WriteRawValue($"[{ProbeResident.Label}]");
            }

            json.WriteEndObject();
            // A Patient of International Patient Access has an identifier. This one says nothing: it was drawn for this record.
            json.WriteStartArray("identifier");
            json.WriteStartObject();
            json.WriteString("system", "urn:ietf:rfc:3986");
            json.WriteString("value", DrawnId.Urn());
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteBoolean("active", true);
            json.WriteStartArray("name");
            Name(json, "IDE", profile.Family, profile.Given);
            Name(json, "SYL", profile.FamilyKana, profile.GivenKana);
            json.WriteEndArray();
            json.WriteString("gender", profile.Gender);
            json.WriteString("birthDate", profile.BirthDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            if (profile.Address is { Length: > 0 } address)
            {
                json.WriteStartArray("address");
                json.WriteStartObject();
                json.WriteString("text", address);
                json.WriteString("country", "JP");
                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return new NewRecord(CanonicalResource.Parse(buffer.WrittenMemory).Value, new RecordOrigin(SourceKind.Person, null, null, null, now));
    }

    private static void Name(Utf8JsonWriter json, string representation, string family, string given)
    {
        json.WriteStartObject();
        json.WriteStartArray("extension");
        json.WriteStartObject();
        json.WriteString("url", "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation");
        json.WriteString("valueCode", representation);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("use", "official");
        json.WriteString("text", $"{family} {given}");
        json.WriteString("family", family);
        json.WriteStartArray("given");
        json.WriteStringValue(given);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
