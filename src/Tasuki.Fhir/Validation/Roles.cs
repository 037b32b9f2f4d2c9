using System.Buffers;
using System.Text;

namespace Tasuki.Fhir.Validation;

/// <summary>What a property means to <see cref="RecordFacts"/>, by its name alone.</summary>
internal enum Role : byte
{
    None, Reference, Identifier, Coding, Code, System, Value,
}

internal static class Roles
{
    /// <summary>The elements that say what a record is about, in the order looked for. R4 search parameter "code" and its like.</summary>
    public static readonly string[] CodeElements =
        ["code", "vaccineCode", "medicationCodeableConcept", "type", "serviceType", "category", "valueSet"];

    /// <summary>The elements that say when it was so: the date the "date" search parameter of the type reads, then the next best.</summary>
    public static readonly string[] DateElements =
    [
        "effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming", "occurrenceDateTime", "occurrencePeriod", "occurrenceTiming", "performedDateTime", "performedPeriod",
        "whenHandedOver", "whenPrepared", "authoredOn", "onsetDateTime", "onsetPeriod", "recordedDate", "period", "date", "authored", "started",
        "servicedDate", "servicedPeriod", "billablePeriod", "created", "issued", "dateAsserted", "sent", "start", "dateTime", "collectedDateTime", "recorded", "birthDate",
    ];

    public static int MainCode(string name) => Array.IndexOf(CodeElements, name);

    public static int MainDate(string name) => Array.IndexOf(DateElements, name);

    /// <summary>Whether the element of this index among <see cref="DateElements"/> is a Timing, whose outer limits are the date.</summary>
    public static bool IsTiming(int date) => DateElements[date].EndsWith("Timing", StringComparison.Ordinal);

    private static readonly Dictionary<string, (int Code, int Date)>.AlternateLookup<ReadOnlySpan<char>> Mains =
        CodeElements.Concat(DateElements).ToDictionary(name => name, name => (MainCode(name), MainDate(name)), StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private const int LongestName = 32;

    /// <summary>Both indexes of an element at the top of a resource, -1 for none.</summary>
    public static (int Code, int Date) Main(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[LongestName];
        return name.Length <= LongestName && Ascii.ToUtf16(name, text, out var length) is OperationStatus.Done && Mains.TryGetValue(text[..length], out var both) ? both : (-1, -1);
    }

    public static Role Of(string name) => name switch
    {
        "reference" => Role.Reference,
        "identifier" => Role.Identifier,
        "coding" => Role.Coding,
        "code" => Role.Code,
        "system" => Role.System,
        "value" => Role.Value,
        _ => Role.None,
    };

    public static Role Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when name.SequenceEqual("code"u8) => Role.Code,
        5 when name.SequenceEqual("value"u8) => Role.Value,
        6 when name.SequenceEqual("coding"u8) => Role.Coding,
        6 when name.SequenceEqual("system"u8) => Role.System,
        9 when name.SequenceEqual("reference"u8) => Role.Reference,
        10 when name.SequenceEqual("identifier"u8) => Role.Identifier,
        _ => Role.None,
    };
}
