using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Tasuki.Compliance.Affected;
using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Incidents;

/// <summary>What is written of an incident lies under the municipality's key: it is about many, and outlives each of them. The row binds it, so that an older text is not put back.</summary>
internal sealed class IncidentSeals(ISeal seal)
{
    public byte[] Seal(IncidentRow row, IncidentAbout about) => seal.SealForMunicipality(AboutOf(row.No), JsonSerializer.SerializeToUtf8Bytes(about));

    public byte[] Seal(long incident, int number, IncidentStep step) => seal.SealForMunicipality(StepOf(incident, number), JsonSerializer.SerializeToUtf8Bytes(step));

    public byte[] Seal(long incident, int number, AffectedList affected) => seal.SealForMunicipality(AffectedOf(incident, number), JsonSerializer.SerializeToUtf8Bytes(affected));

    /// <summary>Error <c>seal.broken</c>.</summary>
    public Result<AffectedList> Open(IncidentAffectedRow row) =>
        seal.OpenForMunicipality(AffectedOf(row.IncidentNo, row.Step), row.Content).Map(p => JsonSerializer.Deserialize<AffectedList>(p)!);

    /// <summary>Error <c>seal.broken</c>.</summary>
    public Result<IncidentAbout> Open(IncidentRow row) => seal.OpenForMunicipality(AboutOf(row.No), row.About).Map(p => JsonSerializer.Deserialize<IncidentAbout>(p)!);

    /// <summary>Error <c>seal.broken</c>.</summary>
    public Result<IncidentStep> Open(IncidentStepRow step) => seal.OpenForMunicipality(StepOf(step.IncidentNo, step.Step), step.Content).Map(p => JsonSerializer.Deserialize<IncidentStep>(p)!);

    public byte[] MacOf(IncidentRow r) => RowMac.Of(
        seal, "incident-row", r.No, r.Number, r.Drill, r.Operator, r.Known, r.Entered, r.Event, r.Cause, r.Suspected, r.Protected, r.Sensitive, r.PropertyDamage, r.ImproperPurpose,
        r.OrdinanceSensitive, r.Persons, r.Categories, r.Decision, r.Preliminary, r.Final, r.Notice, r.Told, r.ToldPersons, r.Closed, r.Steps, Convert.ToHexString(SHA256.HashData(r.About)));

    public bool IsWhole(IncidentRow row) => RowMac.Holds(row.Mac, MacOf(row));

    private static SealPlace AboutOf(long incident) => new(IncidentTables.Incident, "about", incident.ToString(CultureInfo.InvariantCulture));

    private static SealPlace AffectedOf(long incident, int step) => new(IncidentTables.AffectedTable, "content", string.Create(CultureInfo.InvariantCulture, $"{incident}/{step}"));

    private static SealPlace StepOf(long incident, int step) => new(IncidentTables.Step, "content", string.Create(CultureInfo.InvariantCulture, $"{incident}/{step}"));
}
