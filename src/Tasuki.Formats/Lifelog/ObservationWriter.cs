using System.Text.Json;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Writes one body of Open mHealth or IEEE 1752.1 as the members of an Observation.</summary>
internal sealed class ObservationWriter(Utf8JsonWriter writer, JsonElement body)
{
    private const string Loinc = "http://loinc.org";
    private const string Pghd = "http://hl7.org/fhir/uv/phr/CodeSystem/observation-pghd-codes";
    private const string ObservationCategory = "http://terminology.hl7.org/CodeSystem/observation-category";

    private readonly HashSet<string> _written = new(StringComparer.Ordinal) { "effective_time_frame" };

    /// <summary>Null, or why the body is no measurement of this kind.</summary>
    public Error? Simple(MeasurementKind kind)
    {
        if (Quantity(kind.Member) is not { } quantity)
            return Missing(kind);
        Category(kind.Category);
        Code(kind, quantity.Unit);
        Value(quantity);
        return null;
    }

    public Error? BloodPressure()
    {
        var parts = new[] { MeasurementKinds.Systolic, MeasurementKinds.Diastolic }.Select(kind => (Kind: kind, Quantity: Quantity(kind.Member))).ToList();
        if (parts.FirstOrDefault(part => part.Quantity is null) is { Kind: { } missing })
            return Missing(missing);
        Category("vital-signs");
        Code([(Loinc, MeasurementKinds.BloodPressurePanel, "Blood pressure panel")], "血圧");
        Components(parts.Select(part => (part.Kind, part.Quantity!.Value)), activity: null);
        return null;
    }

    // Steps where the activity counts them; otherwise the activity itself, by its name.
    public Error? Activity()
    {
        var name = Fields.Text(body, "activity_name");
        var movement = Quantity(MeasurementKinds.Movement.Member);
        if (movement is { Unit: not "steps" } && _written.Remove(MeasurementKinds.Movement.Member))
            movement = null;
        if (name is null && movement is null)
            return new Error("measurement.value", "The activity has neither a name nor steps; it stays in the original file.");
        Category("activity");
        if (movement is { } steps)
        {
            Code(MeasurementKinds.Movement, steps.Unit);
            Value(steps);
        }
        else
        {
            Code([(Loinc, "73985-4", "Exercise activity")], "運動");
            writer.WriteString("valueString"u8, name);
        }

        _written.Add("activity_name");
        var more = new[] { MeasurementKinds.Distance, MeasurementKinds.Energy, MeasurementKinds.Duration }
            .Select(kind => (kind, Quantity: Quantity(kind.Member))).Where(part => part.Quantity is not null).Select(part => (part.kind, part.Quantity!.Value)).ToList();
        if (more.Count > 0 || movement is not null)
            Components(more, movement is null ? null : name);
        return null;
    }

    public void Time(TimeFrame time)
    {
        if (time.End is null || string.Equals(time.End, time.Start, StringComparison.Ordinal))
        {
            writer.WriteString("effectiveDateTime"u8, time.Start);
            return;
        }

        writer.WriteStartObject("effectivePeriod"u8);
        writer.WriteString("start"u8, time.Start);
        writer.WriteString("end"u8, time.End);
        writer.WriteEndObject();
    }

    /// <summary>Statistic as the method, because a mean is no single reading; every other member in words.</summary>
    public void Rest()
    {
        if (Fields.Text(body, "descriptive_statistic") is { } statistic)
        {
            _written.Add("descriptive_statistic");
            writer.WriteStartObject("method"u8);
            writer.WriteString("text"u8, statistic);
            writer.WriteEndObject();
        }

        var words = body.EnumerateObject().Where(member => !_written.Contains(member.Name)).Select(member => $"{member.Name}: {Words(member.Value)}").ToList();
        if (words.Count == 0)
            return;
        writer.WriteStartArray("note"u8);
        writer.WriteStartObject();
        writer.WriteString("text"u8, string.Join("; ", words));
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private readonly record struct Measured(string Digits, string Unit);

    private Measured? Quantity(string member)
    {
        if (Fields.Object(body, member) is not { } quantity || !quantity.TryGetProperty("value"u8, out var value) || value.ValueKind is not JsonValueKind.Number
            || Fields.Text(quantity, "unit") is not { } unit)
        {
            return null;
        }

        _written.Add(member);
        return new Measured(value.GetRawText(), unit);
    }

    private static Error Missing(MeasurementKind kind) =>
        new("measurement.value", $"{kind.Member} has no number with a unit; the measurement stays in the original file.");

    private void Category(string code)
    {
        writer.WriteStartArray("category"u8);
        writer.WriteStartObject();
        writer.WriteStartArray("coding"u8);
        Coding(ObservationCategory, code, null);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void Code(MeasurementKind kind, string unit)
    {
        // LOINC has one code for glucose by mass and another by amount of substance.
        var loinc = string.Equals(kind.Loinc, "2339-0", StringComparison.Ordinal) && string.Equals(unit, "mmol/L", StringComparison.Ordinal) ? "15074-8" : kind.Loinc;
        var codings = new List<(string, string, string?)> { (Loinc, loinc, kind.Display) };
        if (kind.Pghd is { } pghd)
            codings.Add((Pghd, pghd, null));
        Code(codings, kind.Name);
    }

    private void Code(IEnumerable<(string System, string Code, string? Display)> codings, string name)
    {
        writer.WriteStartObject("code"u8);
        writer.WriteStartArray("coding"u8);
        foreach (var (system, code, display) in codings)
            Coding(system, code, display);
        writer.WriteEndArray();
        writer.WriteString("text"u8, name);
        writer.WriteEndObject();
    }

    private void Coding(string system, string code, string? display)
    {
        writer.WriteStartObject();
        writer.WriteString("system"u8, system);
        writer.WriteString("code"u8, code);
        if (display is not null)
            writer.WriteString("display"u8, display);
        writer.WriteEndObject();
    }

    private void Value(Measured quantity)
    {
        writer.WriteStartObject("valueQuantity"u8);
        writer.WritePropertyName("value"u8);
        writer.WriteRawValue(quantity.Digits);
        writer.WriteString("unit"u8, quantity.Unit);
        if (Ucum.CodeOf(quantity.Unit) is { } code)
        {
            writer.WriteString("system"u8, Ucum.System);
            writer.WriteString("code"u8, code);
        }

        writer.WriteEndObject();
    }

    private void Components(IEnumerable<(MeasurementKind Kind, Measured Quantity)> parts, string? activity)
    {
        var list = parts.ToList();
        if (list.Count == 0 && activity is null)
            return;
        writer.WriteStartArray("component"u8);
        if (activity is not null)
        {
            writer.WriteStartObject();
            Code([(Loinc, "73985-4", "Exercise activity")], "運動");
            writer.WriteString("valueString"u8, activity);
            writer.WriteEndObject();
        }

        foreach (var (kind, quantity) in list)
        {
            writer.WriteStartObject();
            Code(kind, quantity.Unit);
            Value(quantity);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Object when Fields.Text(value, "unit") is { } unit && value.TryGetProperty("value"u8, out var number) => $"{number.GetRawText()} {unit}",
        _ => value.GetRawText(),
    };
}
