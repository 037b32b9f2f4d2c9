using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi;

/// <summary>Who may change what through this interface. Read by the code, by the CapabilityStatement and by its test alike.</summary>
internal static class WriteRules
{
    /// <summary>The sentence of a type, and whether it can be created at all.</summary>
    public static (bool Open, string Sentence) Of(string type) => type switch
    {
        "Patient" => (false, "Name, birth date and identifiers of a person are changed at the municipality's desk; a Patient is neither created nor changed here."),
        "Bundle" => (false, "A document is brought in as a file by the person; its entries are read and searched one by one."),
        _ => (true, "Created as a record of its own by whoever holds the right to write. Changed or deleted only by the app or clinician that wrote it, and by the person's apps where the person entered it. "
            + "A record from an official source is never changed or deleted here: a correction is a new record that refers to it."),
    };

    public static Error? Refusal(string type) => Of(type) is (false, var sentence) ? new Error("write.rule", sentence) : null;

    /// <summary>Whether the caller may change or delete this record as it stands.</summary>
    public static Error? Refusal(ApiCaller caller, StoredRecord record)
    {
        if (Refusal(record.Type) is { } closed)
            return closed;
        if (string.Equals(record.Origin.Position, Author(caller), StringComparison.Ordinal))
            return null;
        return record.Origin.Kind is SourceKind.Person && caller.Kind is ApiCallerKind.ResidentApp ? null
            : new Error("write.rule", "This record was not written by the one who asks. A correction is a new record that refers to it.");
    }

    public static RecordOrigin Origin(ApiCaller caller, DateTimeOffset now) => new(
        caller.Kind switch { ApiCallerKind.ResidentApp => SourceKind.Person, ApiCallerKind.ClinicianApp => SourceKind.MedicalInstitution, _ => SourceKind.OtherPhr },
        null, null, Author(caller), now);

    private static string Author(ApiCaller caller) => string.Create(CultureInfo.InvariantCulture, $"fhir:{(int)caller.Actor.Kind}:{caller.Actor.Id}");
}
