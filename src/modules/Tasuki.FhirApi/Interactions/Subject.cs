using System.Text.Json;
using Tasuki.Fhir;

namespace Tasuki.FhirApi.Interactions;

/// <summary>The one element of a resource that says whom it is about, by whichever of its names the type has it.</summary>
internal static class Subject
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    /// <summary>Its literal reference; null where there is none.</summary>
    public static string? Of(CanonicalResource resource)
    {
        var reader = new Utf8JsonReader(resource.Json.Span, Reading);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals("subject"u8) || reader.ValueTextEquals("patient"u8) || reader.ValueTextEquals("beneficiary"u8);
            reader.Read();
            if (isIt && reader.TokenType is JsonTokenType.StartObject)
                return Text(ref reader, "reference");
            reader.Skip();
        }

        return null;
    }

    /// <summary>Another server's Patient, whose id is nobody's here, or one that the resource contains.</summary>
    public static bool IsAnotherPatient(Call call, CanonicalResource resource, string subject) =>
        subject is ['#', .. var id] ? id.Length > 0 && ContainsPatient(resource, id) : PatientReference.Of(call.Root, subject) is (var named, false) && call.Vault.ResidentOf(named) is null;

    private static bool ContainsPatient(CanonicalResource resource, string id)
    {
        var reader = new Utf8JsonReader(resource.Json.Span, Reading);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals("contained"u8);
            reader.Read();
            if (!isIt || reader.TokenType is not JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
            {
                var again = reader;
                if (Text(ref again, "resourceType") is "Patient" && Text(ref reader, "id") is { } its && string.Equals(its, id, StringComparison.Ordinal))
                    return true;
                while (reader.TokenType is not JsonTokenType.EndObject || reader.CurrentDepth > 2)
                    reader.Read();
            }
        }

        return false;
    }

    // Of the object the reader stands on; it is left behind the value, or at the object's end.
    private static string? Text(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
                return reader.TokenType is JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }

        return null;
    }
}
