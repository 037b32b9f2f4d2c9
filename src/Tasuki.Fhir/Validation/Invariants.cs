using System.Collections.Frozen;

namespace Tasuki.Fhir.Validation;

/// <summary>
/// The invariants of R4 of severity error, one a line: those of the data types here, those of the resources in <see cref="ResourceInvariants"/>. What looks at more
/// than one element's own children (dom-2 to dom-5, ref-1, ele-1, txt-1) is in <see cref="ResourceWalk"/>; what is not checked stands with its reason in the tests.
/// </summary>
internal static class Invariants
{
    private const string Ucum = "http://unitsofmeasure.org";
    private const string HasSystemOnly = "has a code of a unit and does not say of which system";

    private static Invariant Qty3 => new("qty-3", HasSystemOnly) { With = "code", Without = "system" };

    private static Dictionary<string, Invariant[]> DataTypes => new(StringComparer.Ordinal)
    {
        ["Age"] =
        [
            Qty3,
            new("age-1", "has a value and no code of its unit") { With = "value", Without = "code" },
            new("age-1", "has a unit that is not of UCUM") { With = "system", Unless = age => age.Says("system", Ucum) },
            new("age-1", "has a value that is not above zero") { With = "value", Unless = age => age.Number("value") is null or > 0 },
        ],
        ["Attachment"] =
        [
            new("att-1", "has data and no contentType") { With = "data", Without = "contentType" },
        ],
        ["ContactPoint"] =
        [
            new("cpt-2", "has a value and does not say of which system (phone, email)") { With = "value", Without = "system" },
        ],
        ["Count"] =
        [
            Qty3,
            new("cnt-3", "has a value and no code of its unit") { With = "value", Without = "code" },
            new("cnt-3", "has a unit that is not of UCUM") { With = "system", Unless = count => count.Says("system", Ucum) },
            new("cnt-3", "has a unit other than 1") { With = "code", Unless = count => count.Says("code", "1") },
            new("cnt-3", "has a value that is no whole number") { With = "value", Unless = count => !count.Raw("value").Contains((byte)'.') },
        ],
        ["DataRequirement.codeFilter"] =
        [
            new("drq-1", "has both a path and a searchParam") { With = "path searchParam" },
            new("drq-1", "has neither a path nor a searchParam") { Without = "path searchParam" },
        ],
        ["DataRequirement.dateFilter"] =
        [
            new("drq-2", "has both a path and a searchParam") { With = "path searchParam" },
            new("drq-2", "has neither a path nor a searchParam") { Without = "path searchParam" },
        ],
        ["Distance"] =
        [
            Qty3,
            new("dis-1", "has a value and no code of its unit") { With = "value", Without = "code" },
            new("dis-1", "has a unit that is not of UCUM") { With = "system", Unless = distance => distance.Says("system", Ucum) },
        ],
        ["Duration"] =
        [
            Qty3,
            new("drt-1", "has a code of a unit and no value") { With = "code", Without = "value" },
            new("drt-1", "has a unit that is not of UCUM") { With = "code system", Unless = duration => duration.Says("system", Ucum) },
        ],
        ["Expression"] =
        [
            new("exp-1", "has neither an expression nor a reference to one") { Without = "expression reference" },
        ],
        ["Extension"] =
        [
            new("ext-1", "has neither a value nor extensions") { Without = "extension value[x]" },
            new("ext-1", "has both a value and extensions") { With = "extension value[x]" },
        ],
        ["Period"] =
        [
            new("per-1", "ends before it starts") { With = "start end", Unless = period => !period.IsAfter("start", "end") },
        ],
        ["Quantity"] = [Qty3],
        [SimpleQuantity] =
        [
            Qty3,
            new("sqty-1", "has a comparator, which a SimpleQuantity does not have") { With = "comparator" },
        ],
        ["Range"] =
        [
            new("rng-2", "has a low that is above its high") { With = "low high", Unless = range => !range.IsMore("low", "high") },
        ],
        ["Ratio"] =
        [
            new("rat-1", "has a numerator and no denominator") { With = "numerator", Without = "denominator" },
            new("rat-1", "has a denominator and no numerator") { With = "denominator", Without = "numerator" },
            new("rat-1", "has neither numerator and denominator nor extensions") { Without = "numerator denominator extension" },
        ],
        ["Reference"] =
        [
            new("", "names another type than the one its reference leads to")
                { Fault = FaultCode.Reference, With = "reference type", Unless = one => LiteralReference.TypeOf(one.Raw("reference")) is not { } target || R4.Resource(one.Raw("type")) is not { } said || said == target },
        ],
        ["Timing.repeat"] =
        [
            new("tim-1", "has a duration and no durationUnit") { With = "duration", Without = "durationUnit" },
            new("tim-2", "has a period and no periodUnit") { With = "period", Without = "periodUnit" },
            new("tim-4", "has a duration below zero") { With = "duration", Unless = repeat => repeat.Number("duration") is null or >= 0 },
            new("tim-5", "has a period below zero") { With = "period", Unless = repeat => repeat.Number("period") is null or >= 0 },
            new("tim-6", "has a periodMax and no period") { With = "periodMax", Without = "period" },
            new("tim-7", "has a durationMax and no duration") { With = "durationMax", Without = "duration" },
            new("tim-8", "has a countMax and no count") { With = "countMax", Without = "count" },
            new("tim-9", "has an offset and does not say from when") { With = "offset", Without = "when" },
            new("tim-9", "has an offset from a meal, which has none") { With = "offset when", Unless = repeat => !repeat.Says("when", "C", "CM", "CD", "CV") },
            new("tim-10", "has both a timeOfDay and a when") { With = "timeOfDay when" },
        ],
        ["TriggerDefinition"] =
        [
            new("trd-1", "has both data and a timing") { With = "data timing[x]" },
            new("trd-2", "has a condition and no data") { With = "condition", Without = "data" },
            new("trd-3", "is a named event without a name") { With = "type", Without = "name", Unless = trigger => !trigger.Says("type", "named-event") },
            new("trd-3", "is periodic without a timing") { With = "type", Without = "timing[x]", Unless = trigger => !trigger.Says("type", "periodic") },
            new("trd-3", "is an event of data without data") { With = "type", Without = "data", Unless = trigger => !trigger.Raw("type").StartsWith("data-"u8) },
        ],
    };

    /// <summary>Quantity where the standard wants one without a comparator.</summary>
    public const string SimpleQuantity = "SimpleQuantity";

    public static readonly FrozenDictionary<string, Invariant[]> ByType = DataTypes.Concat(ResourceInvariants.ByType).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The keys of those that the walk itself looks at.</summary>
    public static readonly string[] OfTheWalk = ["dom-2", "dom-3", "dom-4", "dom-5", "ele-1", "ref-1", "txt-1", "txt-2"];
}
