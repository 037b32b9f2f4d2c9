using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tasuki.Fhir;

namespace Tasuki.Sandbox;

/// <summary>A number that keeps its digits: <c>Value(23.04, 1)</c> is written 23.0.</summary>
internal readonly record struct Measured(long Scaled, int Decimals)
{
    private static readonly double[] Powers = [1, 10, 100, 1000, 10000];

    public decimal Number => new((int)Math.Abs(Scaled), 0, 0, Scaled < 0, (byte)Decimals);

    public static Measured Of(double value, int decimals) => new((long)Math.Round(value * Powers[decimals], MidpointRounding.AwayFromZero), decimals);
}

/// <summary>Writes one resource after another as canonical bytes (what <see cref="CanonicalResource.Parse"/> would make of them), in one buffer.</summary>
internal sealed class Pen
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly string[] Days = MakeDays();

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private string _type = "";

    public Pen() => Json = new Utf8JsonWriter(_buffer, Writing);

    public Utf8JsonWriter Json { get; }

    public void Start(string type, ReadOnlySpan<byte> profile = default)
    {
        _type = type;
        _buffer.ResetWrittenCount();
        Json.Reset();
        Json.WriteStartObject();
        Json.WriteString("resourceType"u8, type);
        if (profile.IsEmpty)
            return;
        Json.WriteStartObject("meta"u8);
        Json.WriteStartArray("profile"u8);
        Json.WriteStringValue(profile);
        Json.WriteEndArray();
        Json.WriteEndObject();
    }

    public CanonicalResource End()
    {
        Json.WriteEndObject();
        Json.Flush();
        return CanonicalResource.FromStore(_type, _buffer.WrittenSpan.ToArray());
    }

    public void Text(ReadOnlySpan<byte> name, string value) => Json.WriteString(name, value);

    public void Day(ReadOnlySpan<byte> name, DateOnly day) => Json.WriteString(name, DayText(day));

    /// <summary>A moment of a day in Tokyo.</summary>
    public void Moment(ReadOnlySpan<byte> name, DateOnly day, int minute)
    {
        Span<char> text = stackalloc char[25];
        DayText(day).CopyTo(text);
        "T00:00:00+09:00".CopyTo(text[10..]);
        text[11] = (char)('0' + minute / 600);
        text[12] = (char)('0' + minute / 60 % 10);
        text[14] = (char)('0' + minute % 60 / 10);
        text[15] = (char)('0' + minute % 10);
        Json.WriteString(name, text);
    }

    public void Number(ReadOnlySpan<byte> name, Measured value)
    {
        Json.WritePropertyName(name);
        Span<byte> digits = stackalloc byte[24];
        var at = digits.Length;
        var rest = Math.Abs(value.Scaled);
        for (var i = 0; rest > 0 || i <= value.Decimals; i++)
        {
            if (i == value.Decimals && i > 0)
                digits[--at] = (byte)'.';
            digits[--at] = (byte)('0' + rest % 10);
            rest /= 10;
        }

        if (value.Scaled < 0)
            digits[--at] = (byte)'-';
        Json.WriteRawValue(digits[at..], skipInputValidation: true);
    }

    public void Reference(ReadOnlySpan<byte> name, string reference)
    {
        Json.WriteStartObject(name);
        Json.WriteString("reference"u8, reference);
        Json.WriteEndObject();
    }

    public void Subject(ReadOnlySpan<byte> name)
    {
        Json.WriteStartObject(name);
        Json.WriteString("reference"u8, "Patient/self"u8);
        Json.WriteEndObject();
    }

    public void Display(ReadOnlySpan<byte> name, string display)
    {
        Json.WriteStartObject(name);
        Json.WriteString("display"u8, display);
        Json.WriteEndObject();
    }

    /// <summary>A Reference to somebody who is known by number and name and is no record of this resident.</summary>
    public void Organisation(ReadOnlySpan<byte> name, Institution institution)
    {
        if (name.IsEmpty)
            Json.WriteStartObject();
        else
            Json.WriteStartObject(name);
        Json.WriteStartObject("identifier"u8);
        Json.WriteString("system"u8, Systems.InstitutionNumber);
        Json.WriteString("value"u8, institution.Number);
        Json.WriteEndObject();
        Json.WriteString("display"u8, institution.Name);
        Json.WriteEndObject();
    }

    public void Identifier(string value)
    {
        Json.WriteStartArray("identifier"u8);
        Json.WriteStartObject();
        Json.WriteString("system"u8, Systems.InstanceIdentifier);
        Json.WriteString("value"u8, value);
        Json.WriteEndObject();
        Json.WriteEndArray();
    }

    public void Coding(string? system, string code, string? display)
    {
        Json.WriteStartObject();
        if (system is not null)
            Json.WriteString("system"u8, system);
        Json.WriteString("code"u8, code);
        if (display is not null)
            Json.WriteString("display"u8, display);
        Json.WriteEndObject();
    }

    public void Concept(ReadOnlySpan<byte> name, string system, string code, string? display, string? text = null)
    {
        if (name.IsEmpty)
            Json.WriteStartObject();
        else
            Json.WriteStartObject(name);
        Json.WriteStartArray("coding"u8);
        Coding(system, code, display);
        Json.WriteEndArray();
        if (text is not null)
            Json.WriteString("text"u8, text);
        Json.WriteEndObject();
    }

    public void Concepts(ReadOnlySpan<byte> name, string system, string code, string? display, string? text = null)
    {
        Json.WriteStartArray(name);
        Concept(default, system, code, display, text);
        Json.WriteEndArray();
    }

    public void ConceptText(ReadOnlySpan<byte> name, string text)
    {
        Json.WriteStartObject(name);
        Json.WriteString("text"u8, text);
        Json.WriteEndObject();
    }

    public void Quantity(ReadOnlySpan<byte> name, Measured value, string unit, string code, string system = Systems.Ucum)
    {
        Json.WriteStartObject(name);
        Number("value"u8, value);
        Json.WriteString("unit"u8, unit);
        Json.WriteString("system"u8, system);
        Json.WriteString("code"u8, code);
        Json.WriteEndObject();
    }

    public void Money(ReadOnlySpan<byte> name, int yen)
    {
        Json.WriteStartObject(name);
        Json.WriteNumber("value"u8, yen);
        Json.WriteString("currency"u8, "JPY"u8);
        Json.WriteEndObject();
    }

    public void Category(string code)
    {
        Json.WriteStartArray("category"u8);
        Concept(default, Systems.ObservationCategory, code, null);
        Json.WriteEndArray();
    }

    public static string DayText(DateOnly day)
    {
        var at = day.DayNumber - FirstDay;
        return (uint)at < (uint)Days.Length ? Days[at] : day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static readonly int FirstDay = new DateOnly(2015, 1, 1).DayNumber;

    private static string[] MakeDays()
    {
        var first = new DateOnly(2015, 1, 1);
        return [.. Enumerable.Range(0, 5500).Select(i => first.AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
    }
}

/// <summary>Names of code systems (formats facts 1.3, 2.4, 2.6).</summary>
internal static class Systems
{
    public const string Ucum = "http://unitsofmeasure.org";
    public const string Loinc = "http://loinc.org";
    public const string ObservationCategory = "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS";
    public const string InstanceIdentifier = "http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier";
    public const string InstitutionNumber = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
    public const string BodyMeasurement = "http://jpfhir.jp/fhir/core/CodeSystem/JP_ObservationBodyMeasurementCode_CS";
    public const string Icd10 = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full";
    public const string Jlac10 = "http://medis.or.jp/CodeSystem/master-JLAC10-17digits";
    public const string Merit9 = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationUnitMERIT9Code";
    public const string Usage = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationUsage_ePrescription";
    public const string Atc = "http://www.whocc.no/atc";
    public const string MedisDisease = "http://medis.or.jp/CodeSystem/master-disease-exCode";

    /// <summary>Codes of our own making, in the form of the official ones: a master that may not be passed on is never imitated under its own name.</summary>
    public const string SyntheticDrug = "https://tasuki.example/sandbox/CodeSystem/synthetic-drug";
    public const string SyntheticVaccine = "https://tasuki.example/sandbox/CodeSystem/synthetic-vaccine";
    public const string SyntheticItem = "https://tasuki.example/sandbox/CodeSystem/synthetic-item";
    public const string SyntheticTreatment = "https://tasuki.example/sandbox/CodeSystem/synthetic-treatment";
}
