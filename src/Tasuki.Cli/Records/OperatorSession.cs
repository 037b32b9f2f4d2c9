using System.Globalization;
using System.Text.Json;
using Tasuki.Formats;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Cli.Records;

/// <summary>
/// A named operator at the gate, with a reason, for one resident. The resident sees the entry in their history. What the command must know of the person it reads from
/// their own Patient record, like everything else.
/// </summary>
internal sealed record OperatorSession(Session Session, ResidentProfile Person)
{
    public static readonly string[] Options = [.. OpenedMunicipality.Options, "resident", "operator", "reason"];

    public static async Task<Result<OperatorSession>> Open(OpenedMunicipality municipality, CommandLine line, CancellationToken cancel)
    {
        if (!long.TryParse(line["resident"], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return new Error("usage", "--resident takes the number of the resident.");
        if (line["operator"] is not { Length: > 0 } name || line["reason"] is not { Length: > 0 } reason)
            return new Error("usage", "--operator and --reason say who does this and why; the resident sees both.");
        var resident = new ResidentNo(number);
        var session = await municipality.Vault.Open(Actor.Operator(name, reason), resident, Purpose.Operation, cancel);
        if (!session.IsOk)
            return session.Error;
        var patient = await session.Value.Search(new RecordQuery { Types = ["Patient"], Limit = 1 }, cancel);
        if (!patient.IsOk)
            return patient.Error;
        if (patient.Value.Records is not [var record, ..])
            return new Error("resident.patient", "The resident has no Patient record.");
        using var document = JsonDocument.Parse(record.Resource.Json);
        var person = PersonReader.Read(document.RootElement, default, name: null);
        return new OperatorSession(session.Value, new ResidentProfile(
            resident, person.Names.Count > 0 ? person.Names[0] : "", person.Names.Count > 1 ? person.Names[1] : null, person.BirthDate, person.Gender, Confirmed: false));
    }
}
