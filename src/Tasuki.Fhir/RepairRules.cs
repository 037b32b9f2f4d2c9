using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

/// <summary>The rules of <see cref="ResourceRepair"/>, one for each kind of slip. A rule that does not fit leaves the resource alone and returns null.</summary>
internal static class RepairRules
{
    private const string ConditionClinical = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    private const string ConditionVerification = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    private const string AllergyClinical = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
    private const string AllergyVerification = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

    public static Mended? Apply(JsonObject json, ResourceIssue issue) => issue.Code switch
    {
        FaultCode.List => List(json, issue),
        FaultCode.Underscore => Underscore(json, issue),
        FaultCode.PlainForObject => PlainForObject(json, issue),
        FaultCode.Unknown => Composition(json, issue) ?? Unknown(json, issue),
        FaultCode.LetterCase => LetterCase(json, issue),
        FaultCode.Missing => MissingStatus(json, issue) ?? NarrativeWithoutText(json, issue),
        FaultCode.Code => CodeInCapitals(json, issue),
        FaultCode.Kind => Instant(json, issue) ?? NumberAsText(json, issue) ?? TextAsNumber(json, issue),
        FaultCode.Format => Empty(json, issue) ?? Blanks(json, issue) ?? Date(json, issue) ?? HalfInstant(json, issue),
        FaultCode.Empty => Empties(json, issue),
        _ => null,
    };

    private static Mended? List(JsonObject json, ResourceIssue issue)
    {
        if (JsonPlace.Find(json, issue.Path) is not { } place || place.Owner[place.Name] is not { } value)
            return null;
        if (value is not JsonArray list)
        {
            place.Owner[place.Name] = new JsonArray(value.DeepClone());
            return new Mended("repaired.list", issue.Path, $"{issue.Path} stood alone and was made a list of one.");
        }

        // Several where one belongs: which of them counts nobody can say.
        if (list.Count != 1)
            return null;
        place.Owner[place.Name] = list[0]?.DeepClone();
        return new Mended("repaired.single", issue.Path, $"{issue.Path} was a list of one and was made one.");
    }

    // "_id": "…", as document databases write it: with an underscore only extensions of a plain value may stand.
    private static Mended? Underscore(JsonObject json, ResourceIssue issue)
    {
        if (JsonPlace.Find(json, issue.Path) is not { } place || place.Owner["_" + place.Name] is not JsonValue)
            return null;
        place.Owner.Remove("_" + place.Name);
        return new Mended("repaired.underscore", issue.Path, $"A plain value stood under {issue.Path} with an underscore and was left out.");
    }

    private static Mended? PlainForObject(JsonObject json, ResourceIssue issue)
    {
        if (JsonPlace.Find(json, issue.Path) is not { Value: JsonValue value } place || value.GetValueKind() is not JsonValueKind.String)
            return null;
        var text = value.GetValue<string>();
        if (text.Length == 0)
            return null;
        switch (ElementTypes.Of(issue.Path, json))
        {
            case "CodeableConcept":
                var system = StatusSystem(issue.Path);
                place.Set(system is null
                    ? new JsonObject { ["text"] = text }
                    : new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = text }) });
                return new Mended("repaired.concept", issue.Path, $"{issue.Path} was a plain text and was made a coded element.");
            case "Reference" or "ResourceReference" when !text.Any(char.IsWhiteSpace):
                place.Set(new JsonObject { ["reference"] = text });
                return new Mended("repaired.reference", issue.Path, $"{issue.Path} was a plain text and was made a reference.");
            case "Annotation":
                place.Set(new JsonObject { ["text"] = text });
                return new Mended("repaired.note", issue.Path, $"{issue.Path} was a plain text and was made a note.");
            default:
                return null;
        }
    }

    private static string? StatusSystem(string path) => path switch
    {
        "Condition.clinicalStatus" => ConditionClinical,
        "Condition.verificationStatus" => ConditionVerification,
        "AllergyIntolerance.clinicalStatus" => AllergyClinical,
        "AllergyIntolerance.verificationStatus" => AllergyVerification,
        _ => null,
    };

    // section: [{"reference": …}]: the writer meant the entries of a section.
    private static Mended? Composition(JsonObject json, ResourceIssue issue)
    {
        if (!issue.Path.StartsWith("Composition.section[", StringComparison.Ordinal) || !issue.Path.EndsWith("].reference", StringComparison.Ordinal)
            || JsonPlace.Find(json, issue.Path) is not { Value: JsonValue reference } place || place.Owner.ContainsKey("entry"))
        {
            return null;
        }

        place.Owner["entry"] = new JsonArray(new JsonObject { ["reference"] = reference.DeepClone() });
        place.Owner.Remove("reference");
        return new Mended("repaired.section", issue.Path, $"{issue.Path} was made an entry of its section.");
    }

    private static Mended? Unknown(JsonObject json, ResourceIssue issue)
    {
        if (JsonPlace.Find(json, issue.Path) is not { } place || !(place.Owner.Remove(place.Name) | place.Owner.Remove("_" + place.Name)))
            return null;
        return new Mended("repaired.unknown", issue.Path, $"{issue.Path} is no element of R4 and was left out; it stays in the original file.");
    }

    private static Mended? LetterCase(JsonObject json, ResourceIssue issue)
    {
        if (JsonPlace.Find(json, issue.Path) is not { } place || place.Name.Length == 0 || place.Owner[place.Name] is not { } value)
            return null;
        var right = char.ToLowerInvariant(place.Name[0]) + place.Name[1..];
        if (place.Owner.ContainsKey(right))
            return null;
        place.Owner.Remove(place.Name);
        place.Owner[right] = value.DeepClone();
        return new Mended("repaired.letter-case", issue.Path, $"{issue.Path} was written in the wrong letter case.");
    }

    // event-status has a code for exactly this: the source does not say which status applies. Only for pictures; a result without status is refused.
    private static Mended? MissingStatus(JsonObject json, ResourceIssue issue)
    {
        if (issue.Path is not "Media.status")
            return null;
        json["status"] = "unknown";
        return new Mended("repaired.status", issue.Path, "Media.status was missing and was set to unknown.");
    }

    private static Mended? NarrativeWithoutText(JsonObject json, ResourceIssue issue)
    {
        if (!issue.Path.EndsWith(".text.div", StringComparison.Ordinal) && !issue.Path.EndsWith(".text.status", StringComparison.Ordinal))
            return null;
        if (JsonPlace.Find(json, issue.Path[..issue.Path.LastIndexOf('.')]) is not { } narrative || !narrative.Owner.Remove(narrative.Name))
            return null;
        return new Mended("repaired.narrative", issue.Path, "A narrative that was not complete was left out; the fields say the same.");
    }

    private static Mended? CodeInCapitals(JsonObject json, ResourceIssue issue)
    {
        if (TextAt(json, issue) is not var (place, text) || string.Equals(text.Trim().ToLowerInvariant(), text, StringComparison.Ordinal))
            return null;
        place.Set(text.Trim().ToLowerInvariant());
        return new Mended("repaired.letter-case", issue.Path, $"The code in {issue.Path} was written in capitals.");
    }

    // Milliseconds since 1970, as JavaScript counts.
    private static Mended? Instant(JsonObject json, ResourceIssue issue)
    {
        if (issue.Type is not ("instant" or "dateTime") || JsonPlace.Find(json, issue.Path) is not { Value: JsonValue value } place
            || value.GetValueKind() is not JsonValueKind.Number || !value.TryGetValue<long>(out var milliseconds) || milliseconds is < 1_000_000_000_00 or > 9_999_999_999_999)
        {
            return null;
        }

        place.Set(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        return new Mended("repaired.time", issue.Path, $"{issue.Path} was a count of milliseconds and was written as a time.");
    }

    private static Mended? NumberAsText(JsonObject json, ResourceIssue issue)
    {
        if (TextAt(json, issue) is not var (place, text))
            return null;
        if (issue.Type is "decimal" or "integer" or "positiveInt" or "unsignedInt" && IsNumber(text))
        {
            // Parsed as JSON, so the digits stay as they were written.
            place.Set(JsonNode.Parse(text));
            return new Mended("repaired.number", issue.Path, $"{issue.Path} was a number written as a text.");
        }

        if (issue.Type is "boolean" && text is "true" or "false")
        {
            place.Set(text is "true");
            return new Mended("repaired.number", issue.Path, $"{issue.Path} was true or false written as a text.");
        }

        return null;
    }

    private static Mended? TextAsNumber(JsonObject json, ResourceIssue issue)
    {
        if (issue.Type is not ("string" or "code" or "id" or "uri" or "markdown") || JsonPlace.Find(json, issue.Path) is not { Value: JsonValue value } place
            || value.GetValueKind() is not (JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
        {
            return null;
        }

        place.Set(value.ToJsonString());
        return new Mended("repaired.text", issue.Path, $"{issue.Path} was a text written as a number.");
    }

    private static Mended? Empty(JsonObject json, ResourceIssue issue) =>
        TextAt(json, issue) is var (_, text) && string.IsNullOrWhiteSpace(text) ? Empties(json, issue) : null;

    private static Mended? Blanks(JsonObject json, ResourceIssue issue)
    {
        if (issue.Type is not ("code" or "id" or "uri" or "url" or "canonical" or "date" or "dateTime" or "instant") || TextAt(json, issue) is not var (place, text))
            return null;
        var tidy = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (string.Equals(tidy, text, StringComparison.Ordinal))
            return null;
        place.Set(tidy);
        return new Mended("repaired.blanks", issue.Path, $"{issue.Path} held blanks that do not belong there.");
    }

    // 2021/3/2 and 20210302 are days; a time of day without offset is a time in Japan.
    private static Mended? Date(JsonObject json, ResourceIssue issue)
    {
        if (issue.Type is not ("date" or "dateTime" or "instant") || TextAt(json, issue) is not var (place, text))
            return null;
        var slashed = text.Replace('/', '-');
        if (issue.Type is not "instant" && DateOnly.TryParseExact(slashed, ["yyyy-M-d", "yyyyMMdd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            place.Set(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            return new Mended("repaired.date", issue.Path, $"{issue.Path} was a day written in another way.");
        }

        if (issue.Type is "date" || !DateTime.TryParseExact(slashed.Replace(' ', 'T'), ["yyyy-M-d'T'H:mm:ss.FFFFFFF", "yyyy-M-d'T'H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return null;
        place.Set(time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "+09:00");
        return new Mended("repaired.offset", issue.Path, $"{issue.Path} was a time without offset and was taken as a time in Japan.");
    }

    // When a result was issued is of no weight beside when it was measured; a day where an instant belongs must not cost the result.
    private static Mended? HalfInstant(JsonObject json, ResourceIssue issue)
    {
        if (issue.Type is not "instant" || TextAt(json, issue) is not var (place, text) || FhirDate.Parse(text) is null || place.Name is not ("issued" or "recorded"))
            return null;
        place.Remove();
        return new Mended("repaired.left-out", issue.Path, $"{issue.Path} was not a full time and was left out; it stays in the original file.");
    }

    // Empty texts, objects, lists and nulls say nothing; R4 wants the element left out.
    private static Mended? Empties(JsonObject json, ResourceIssue issue) =>
        RemoveEmpty(json) ? new Mended("repaired.empty", issue.Path, $"{issue.Path} was empty and was left out.") : null;

    private static bool RemoveEmpty(JsonObject owner)
    {
        var removed = false;
        foreach (var (name, value) in owner.ToList())
        {
            // A null in a list keeps the places of a list of plain values and their extensions together.
            if (value is JsonArray list && !owner.ContainsKey("_" + name) && !name.StartsWith('_'))
            {
                for (var i = list.Count - 1; i >= 0; i--)
                {
                    removed |= list[i] is JsonObject item && RemoveEmpty(item);
                    if (!IsEmpty(list[i]))
                        continue;
                    list.RemoveAt(i);
                    removed = true;
                }
            }
            else if (value is JsonObject inner)
            {
                removed |= RemoveEmpty(inner);
            }

            if (IsEmpty(owner[name]))
            {
                owner.Remove(name);
                removed = true;
            }
        }

        return removed;
    }

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonObject { Count: 0 } or JsonArray { Count: 0 } => true,
        JsonValue value => value.GetValueKind() is JsonValueKind.Null || (value.GetValueKind() is JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetValue<string>())),
        _ => false,
    };

    private static (JsonPlace Place, string Text)? TextAt(JsonObject json, ResourceIssue issue) =>
        JsonPlace.Find(json, issue.Path) is { Value: JsonValue value } place && value.GetValueKind() is JsonValueKind.String ? (place, value.GetValue<string>()) : null;

    private static bool IsNumber(string text)
    {
        var digits = text.AsSpan();
        if (digits.StartsWith("-"))
            digits = digits[1..];
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? "0" : digits[(point + 1)..];
        return whole.Length is > 0 and <= 18 && fraction.Length is > 0 and <= 18 && (whole.Length == 1 || whole[0] is not '0')
            && whole.IndexOfAnyExceptInRange('0', '9') < 0 && fraction.IndexOfAnyExceptInRange('0', '9') < 0;
    }
}
