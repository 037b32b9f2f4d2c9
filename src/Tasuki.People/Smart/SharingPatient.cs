using System.Globalization;
using System.Text.Json;
using Tasuki.Kernel.Text;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Somebody who opened their records to a clinician, as the clinician is shown them to choose: from their own Patient.</summary>
/// <param name="Id">Of that Patient. It is what a form sends back, and opens nothing by itself.</param>
internal sealed record SharingPatient(string Id, string Name, string Kana, DateOnly? Born)
{
    private const string Representation = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";

    public static SharingPatient Of(StoredRecord patient)
    {
        using var json = JsonDocument.Parse(patient.Resource.Json);
        var names = Items(json.RootElement, "name").ToList();
        var born = DateOnly.TryParseExact(Text(json.RootElement, "birthDate"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : (DateOnly?)null;
        return new SharingPatient(patient.Id, Shown(names.Find(name => !IsKana(name))), Shown(names.Find(IsKana)), born);
    }

    private static bool IsKana(JsonElement name) => Items(name, "extension").Any(one => Text(one, "url") is Representation && Text(one, "valueCode") is "SYL");

    private static string Shown(JsonElement name) => name.ValueKind is not JsonValueKind.Object ? ""
        : VisibleText.Of(Text(name, "text") ?? string.Join(' ', [Text(name, "family"), .. Items(name, "given").Select(given => given.GetString())]).Trim());

    private static IEnumerable<JsonElement> Items(JsonElement of, string name) => of.TryGetProperty(name, out var items) && items.ValueKind is JsonValueKind.Array ? items.EnumerateArray() : [];

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var text) && text.ValueKind is JsonValueKind.String ? text.GetString() : null;
}
