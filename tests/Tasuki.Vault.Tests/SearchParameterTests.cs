using System.Text;
using System.Text.Json.Nodes;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Coding = Tasuki.Fhir.Coding;

namespace Tasuki.Vault.Tests;

/// <summary>The search parameters of R4, all of them, against FHIRPath by Firely; and what a value means.</summary>
public sealed class SearchParameterTests
{
    [Fact]
    public void Every_parameter_of_R4_is_answered_or_stands_here_with_its_reason()
    {
        const string Unread = "is not one this program reads";
        var refused = All().Select(one => (Name: $"{one.Type}.{one.Name}", SearchParameters.Find(one.Type, one.Name).Error)).Where(one => one.Error is not null).ToList();
        (string Name, string Reason)[] expected =
        [
            ("DomainResource._text", "no expression"),
            ("InsurancePlan.name", "no element of the type"), ("Location.near", "a kind of its own"), ("MolecularSequence.chromosome-variant-coordinate", Unread),
            ("MolecularSequence.referenceseqid-variant-coordinate", Unread),
        ];
        Assert.Equal(expected.Select(one => one.Name), refused.Select(one => one.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.All(expected, one => Assert.Contains(one.Reason, refused.Single(other => other.Name == one.Name).Error!.Message, StringComparison.Ordinal));

        // Within one that is answered: the types of a choice that it does not look at.
        var leftOut = All().Select(one => SearchParameters.Find(one.Type, one.Name)).Where(one => one.IsOk).SelectMany(one => one.Value.LeftOut)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "CarePlan.activity.detail.scheduledString", "Consent.sourceAttachment", "Group.characteristic.valueQuantity",
                "Group.characteristic.valueRange", "Group.characteristic.valueReference", "Immunization.occurrenceString", "Observation.component.valueSampledData",
                "Observation.valueSampledData", "Procedure.performedAge", "Procedure.performedRange", "Procedure.performedString",
            ],
            leftOut, StringComparer.Ordinal);
    }

    [Fact]
    public void A_parameter_finds_a_value_exactly_where_its_FHIRPath_does()
    {
        var differing = new List<string>();
        foreach (var type in ResourceTypes.All.Where(type => ModelInfo.ModelInspector.FindClassMapping(type) is not null))
        {
            for (var variant = 0; variant < 12; variant++)
            {
                var resource = Filled.Resource(type, variant);
                var parsed = SearchOracle.Parse(resource);
                foreach (var (_, name) in All().Where(one => one.Type == type))
                {
                    if (!SearchParameters.Find(type, name).IsOk)
                        continue;
                    var parameter = SearchParameters.Find(type, name).Value;
                    // A composite is there where all its parts are; its expression names the element they stand in.
                    if (parameter.Kind is SearchKind.Composite)
                        continue;
                    var left = parameter.LeftOut.Select(one => one[(one.LastIndexOf('.') + 1)..]).ToHashSet(StringComparer.Ordinal);
                    var there = SearchOracle.Values(parsed, type, name).Count > 0 && !left.Any(one => resource.Text().Contains($"\"{one}\"", StringComparison.Ordinal));
                    var found = parameter.Exists(resource.Json.Span);
                    if (there != found && !(found && left.Count > 0))
                        differing.Add($"{type}.{name} variant {variant}: FHIRPath {there}, walk {found}");
                }
            }
        }

        Assert.Equal([], differing);
    }

    [Fact]
    public void What_follows_the_main_date_is_the_date_the_record_is_kept_under()
    {
        var checkedValues = 0;
        foreach (var (type, name) in All())
        {
            if (!SearchParameters.Find(type, name).IsOk || SearchParameters.Find(type, name).Value is not { FollowsMainDate: true } parameter)
                continue;
            for (var variant = 0; variant < 12; variant++)
            {
                var resource = Filled.Resource(type, variant);
                var seen = new Seen();
                parameter.Any(resource.Json.Span, seen);
                checkedValues += seen.Dates.Count;
                Assert.All(seen.Dates, date => Assert.Equal(RecordFacts.Of(resource).Date, date));
            }
        }

        Assert.True(checkedValues > 100, $"{checkedValues}");
        Assert.True(SearchParameters.Find("Observation", "date").Value.FollowsMainDate);
        Assert.True(SearchParameters.Find("Condition", "onset-date").Value.FollowsMainDate);
        Assert.False(SearchParameters.Find("Condition", "recorded-date").Value.FollowsMainDate);
    }

    [Fact]
    public void What_follows_the_main_code_stands_among_the_codes_the_record_is_kept_under()
    {
        var checkedValues = 0;
        foreach (var (type, name) in All())
        {
            if (!SearchParameters.Find(type, name).IsOk || SearchParameters.Find(type, name).Value is not { FollowsMainCode: true } parameter)
                continue;
            for (var variant = 0; variant < 12; variant++)
            {
                var resource = Filled.Resource(type, variant);
                var (facts, seen) = (RecordFacts.Of(resource), new Seen());
                parameter.Any(resource.Json.Span, seen);
                checkedValues += seen.Tokens.Count;
                Assert.All(seen.Tokens.Where(one => one.Code.Length > 0), one => Assert.True(string.Equals(one.Code, facts.Code?.Code, StringComparison.Ordinal) || facts.OtherCodes.Contains(one.Code, StringComparer.Ordinal), $"{type}.{name}"));
            }
        }

        Assert.True(checkedValues > 100, $"{checkedValues}");
        Assert.True(SearchParameters.Find("Observation", "code").Value.FollowsMainCode);
        Assert.True(SearchParameters.Find("Immunization", "vaccine-code").Value.FollowsMainCode);
        Assert.True(SearchParameters.Find("MedicationRequest", "code").Value.FollowsMainCode);
        Assert.False(SearchParameters.Find("Observation", "combo-code").Value.FollowsMainCode);
        Assert.False(SearchParameters.Find("Observation", "category").Value.FollowsMainCode);
        Assert.Equal(["b", "c"], RecordFacts.Of(Make.Resource("""{"resourceType":"Observation","category":[{"coding":[{"code":"x"}]}],"code":{"coding":[{"code":"a"},{"code":"b"},{"code":"c"},{"code":"b"},{"code":"a"}]}}""")).OtherCodes);
        Assert.Empty(RecordFacts.Of(Make.Resource("""{"resourceType":"Observation","category":[{"coding":[{"code":"x"}]}],"code":{"coding":[{"code":"a"}]}}""")).OtherCodes);
    }

    [Fact]
    public void The_facts_read_from_bytes_are_the_facts_read_from_the_parsed_resource()
    {
        foreach (var type in ResourceTypes.All.Where(type => ModelInfo.ModelInspector.FindClassMapping(type) is not null))
        {
            for (var variant = 0; variant < 12; variant++)
                Same(Filled.Resource(type, variant));
        }

        string[] odd =
        [
            """{"resourceType":"Basic","category":[{"coding":[{"code":"late"}]}],"code":{"coding":[]},"type":{"coding":[{"system":"s"},{"code":"second"}]}}""",
            """{"resourceType":"Basic","type":[],"serviceType":{"code":"c","coding":[{"code":"inner"}],"system":"s"},"code":"plain"}""",
            """{"resourceType":"Basic","meta":{"tag":[{"system":"s","code":"tag"}]},"x":{"system":"s","code":"near\"quote"},"y":{"value":1,"system":"s","code":"mg"},"z":[[{"reference":"A/b"}]]}""",
            """{"resourceType":"Basic","identifier":{"value":"one"},"a":{"identifier":[{"value":"two"},{"value":""}]},"b":{"value":"none"},"code":{"system":"s","code":""}}""",
        ];
        foreach (var json in odd)
            Same(Make.Resource(json));
    }

    private static void Same(CanonicalResource resource)
    {
        var facts = RecordFacts.Of(resource);
        var main = new Seen();
        WholeResource.MainCode(resource.Json.Span, main);
        Assert.Equal(facts.Code is { } code ? [code] : [], main.Tokens);
        var all = new Seen();
        WholeResource.AnyCoding(resource.Json.Span, all);
        Assert.Equal(facts.Codes, all.Tokens.Select(one => one.Code).ToHashSet(StringComparer.Ordinal));
        foreach (var text in new[] { "a", "one", "two", "none", "A/b", "Patient/a", "Practitioner/a", "Location/a" })
        {
            Assert.Equal(facts.Identifiers.Contains(text), WholeResource.AnyIdentifier(resource.Json.Span, Encoding.UTF8.GetBytes(text)));
            Assert.Equal(facts.References.Contains(text), WholeResource.AnyReference(resource.Json.Span, Encoding.UTF8.GetBytes(text)));
        }
    }

    [Theory]
    [InlineData("""{"value":5.4,"comparator":"<","unit":"mg"}""", SearchPrefix.Less, "5.4", true)]
    [InlineData("""{"value":5.4,"comparator":"<","unit":"mg"}""", SearchPrefix.Greater, "5.4", false)]
    [InlineData("""{"value":5.4,"comparator":">=","unit":"mg"}""", SearchPrefix.Greater, "900", true)]
    [InlineData("""{"value":5.4,"comparator":"<","unit":"mg"}""", SearchPrefix.Equal, "5.4", false)]
    [InlineData("""{"value":5.44,"unit":"mg"}""", SearchPrefix.Equal, "5.4", true)]
    [InlineData("""{"value":5.45,"unit":"mg"}""", SearchPrefix.Equal, "5.4", false)]
    [InlineData("""{"value":5.44,"unit":"mg"}""", SearchPrefix.Equal, "5.40", false)]
    [InlineData("""{"value":1E2,"unit":"mg"}""", SearchPrefix.Equal, "100", true)]
    [InlineData("""{"value":123456789012345678901234567890123456789,"unit":"mg"}""", SearchPrefix.Greater, "1", false)]
    [InlineData("""{"value":"5.4","unit":"mg"}""", SearchPrefix.Equal, "5.4", false)]
    public void A_quantity_is_found_by_its_digits_and_its_comparator(string quantity, SearchPrefix prefix, string value, bool found)
    {
        var resource = Make.Resource($$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{{quantity}}}""");
        var parameter = SearchParameters.Find("Observation", "value-quantity").Value;
        var test = parameter.Compile(new QuantityTest(prefix, decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), null, "mg")).Value;
        Assert.Equal(found, parameter.Any(resource.Json.Span, test));
    }

    [Theory]
    [InlineData("山田", StringMatch.Begins, "山田 太郎", true)]
    [InlineData("ヤマダ", StringMatch.Begins, "やまだ たろう", true)]
    [InlineData("やまた", StringMatch.Begins, "やまだ たろう", false)]
    [InlineData("ｶﾞｸ", StringMatch.Contains, "大ガク", true)]
    [InlineData("jose", StringMatch.Begins, "José", true)]
    [InlineData("jose", StringMatch.Exact, "José", false)]
    [InlineData("１２", StringMatch.Contains, "a12", true)]
    public void A_text_is_found_whatever_its_width_and_kana_but_not_another_word(string text, StringMatch match, string held, bool found)
    {
        var resource = Make.Resource($$"""{"resourceType":"Patient","name":[{"text":"{{held}}"}]}""");
        var parameter = SearchParameters.Find("Patient", "name").Value;
        Assert.Equal(found, parameter.Any(resource.Json.Span, parameter.Compile(new StringTest(match, text)).Value));
    }

    private sealed class Seen : ValueTest
    {
        public List<FhirDate> Dates { get; } = [];

        public List<Coding> Tokens { get; } = [];

        public override bool Date(FhirDate date)
        {
            Dates.Add(date);
            return false;
        }

        public override bool Token(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
        {
            Tokens.Add(new Coding(system.Length == 0 ? null : Encoding.UTF8.GetString(system), Encoding.UTF8.GetString(code)));
            return false;
        }
    }

    private static IEnumerable<(string Type, string Name)> All() => ModelInfo.SearchParameters.Select(one => (one.Resource!, one.Name!)).Distinct();

    /// <summary>A resource of any type with every element filled; the types of choices go round with the variant, some elements are left out by it.</summary>
    private static class Filled
    {
        public static CanonicalResource Resource(string type, int variant)
        {
            var json = Element(ModelInfo.ModelInspector.FindClassMapping(type)!, variant, 0);
            json.Insert(0, "resourceType", type);
            return CanonicalResource.Parse(Encoding.UTF8.GetBytes(json.ToJsonString())).Value;
        }

        private static JsonObject Element(ClassMapping mapping, int variant, int depth)
        {
            var json = new JsonObject();
            var at = 0;
            foreach (var property in mapping.PropertyMappings.Where(one => one.Name is not ("extension" or "modifierExtension" or "contained" or "id" or "meta" or "text" or "implicitRules" or "language")))
            {
                at++;
                if (property.Choice is ChoiceType.ResourceChoice || (variant > 5 && (variant + at) % 3 == 0))
                    continue;
                var types = property.FhirType.Select(native => ModelInfo.ModelInspector.FindOrImportClassMapping(native)!).ToList();
                var type = types[(variant + at) % types.Count];
                if (Value(type, property, variant + at, depth) is not { } value)
                    continue;
                var name = property.Choice is ChoiceType.DatatypeChoice ? property.Name + char.ToUpperInvariant(type.Name[0]) + type.Name[1..] : property.Name;
                json[name] = property.IsCollection ? new JsonArray(value) : value;
            }

            return json;
        }

        private static JsonNode? Value(ClassMapping type, PropertyMapping property, int variant, int depth) => type.Name switch
        {
            "boolean" => variant % 2 == 0,
            "integer" or "positiveInt" or "unsignedInt" => 3,
            "decimal" => 1.5,
            "date" or "dateTime" => "2025-03-15",
            "instant" => "2025-03-15T10:00:00Z",
            "time" => "10:00:00",
            "base64Binary" => "QQ==",
            "xhtml" => null,
            "code" when property.Name is "type" && depth > 0 => new[] { "successor", "predecessor", "depends-on", "derived-from", "composed-of" }[variant % 5],
            "code" when property.Name is "system" => new[] { "phone", "email" }[variant % 2],
            "code" or "string" or "markdown" or "id" => "a",
            "uri" or "url" or "canonical" or "oid" or "uuid" => "urn:a",
            "Reference" => new JsonObject { ["reference"] = new[] { "Patient/a", "Practitioner/a", "Location/a", "RelatedPerson/a" }[variant % 4] },
            _ when type.IsPrimitive || depth > 4 => null,
            _ => Element(type, variant, depth + 1),
        };
    }
}
