using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault.Tests;

/// <summary>Random records that refer to one another, and random trees that ask for them, all from one seed.</summary>
internal sealed class SearchWorld(int seed)
{
    public static readonly string[] Types = ["Observation", "Condition", "MedicationRequest", "Patient", "Encounter", "RiskAssessment"];

    private static readonly string[] Systems = ["urn:s1", "http://hl7.org/fhir/sid/icd-10", "http://medis.or.jp/CodeSystem/master-HOT9", "urn:oid:1.2.392.200119.4.403.1"];
    private static readonly string[] Codes = ["F32", "I10", "A", "B"];
    private static readonly string[] Dates =
        ["2024", "2025-03", "2025-03-15", "2025-03-15T10:00:00+09:00", "2025-03-15T10:00:00.123Z", "2025-12-31T23:59:59+09:00", "1999-12-31", "2025-04-01", "2025-03-14T15:00:00Z"];
    private static readonly string[] Numbers = ["5.4", "5.40", "5.44", "5.45", "100", "99.5", "-3", "0", "0.05", "6"];
    private static readonly string[] Texts = ["Yamada", "やまだ", "ヤマダ", "ﾔﾏﾀﾞ", "Ｙａｍａｄａ", "山田 太郎", "José", "\"引用\" yamada", "陽性"];
    private static readonly string[] Units = ["mg", "g"];
    private static readonly string[] Profiles = ["http://p/a", "http://p/a|1.0", "http://p/b"];

    private static readonly (string Type, string Name, SearchKind Kind)[] Parameters =
    [
        .. new[] { "code:Token", "category:Token", "status:Token", "date:Date", "value-quantity:Quantity", "value-string:String", "value-concept:Token", "subject:Reference",
            "patient:Reference", "encounter:Reference", "has-member:Reference", "identifier:Token", "code-value-quantity:Composite", "combo-code-value-quantity:Composite",
            "component-code-value-quantity:Composite", "combo-code:Token", "value-date:Date", "_profile:Uri" }.Select(one => Split("Observation", one)),
        .. new[] { "code:Token", "subject:Reference", "patient:Reference", "encounter:Reference", "identifier:Token", "onset-date:Date", "recorded-date:Date", "_profile:Uri" }
            .Select(one => Split("Condition", one)),
        .. new[] { "code:Token", "authoredon:Date", "subject:Reference", "patient:Reference", "encounter:Reference", "status:Token", "identifier:Token" }.Select(one => Split("MedicationRequest", one)),
        .. new[] { "name:String", "family:String", "birthdate:Date", "gender:Token", "identifier:Token", "active:Token" }.Select(one => Split("Patient", one)),
        .. new[] { "date:Date", "class:Token", "status:Token", "subject:Reference", "identifier:Token", "type:Token" }.Select(one => Split("Encounter", one)),
        .. new[] { "probability:Number", "subject:Reference", "identifier:Token", "date:Date" }.Select(one => Split("RiskAssessment", one)),
    ];

    private readonly Random _random = new(seed);

    public int Below(int bound) => _random.Next(bound);

    public bool Chance(int percent) => _random.Next(100) < percent;

    public T One<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    /// <summary>A record that may refer to the first <paramref name="count"/> of its own write. The same number is the same record.</summary>
    public NewRecord Record(int number, IReadOnlyList<string> types)
    {
        var type = types[number];
        var text = new StringBuilder($$"""{"resourceType":"{{type}}","identifier":[{"system":"urn:n","value":"id{{number}}"}]""");
        if (Chance(20))
            text.Append(CultureInfo.InvariantCulture, $$""","meta":{"profile":["{{One(Profiles)}}"]}""");
        switch (type)
        {
            case "Observation":
                Add("status", Quoted(One(["final", "amended"])));
                Add("code", Concept());
                Maybe("category", () => $"[{Concept()},{Concept()}]", 30);
                Maybe("subject", () => Reference(types, "Patient"), 70);
                Maybe("encounter", () => Reference(types, "Encounter"), 50);
                Maybe("hasMember", () => $"[{Reference(types, "Observation")}]", 20);
                Maybe("component", () => $$"""[{"code":{{Concept()}},"valueQuantity":{{Quantity()}}},{"code":{{Concept()}}}]""", 30);
                switch (Below(4))
                {
                    case 0: Add("effectiveDateTime", Quoted(One(Dates))); break;
                    case 1: Add("effectivePeriod", Period()); break;
                    case 2: Add("issued", Quoted("2025-03-15T10:00:00+09:00")); break;
                }

                switch (Below(5))
                {
                    case 0: Add("valueQuantity", Quantity()); break;
                    case 1: Add("valueString", Text()); break;
                    case 2: Add("valueCodeableConcept", Concept()); break;
                    case 3: Add("valueDateTime", Quoted(One(Dates))); break;
                }

                break;
            case "Condition":
                Maybe("code", Concept, 80);
                Add("subject", Reference(types, "Patient"));
                Maybe("encounter", () => Reference(types, "Encounter"), 50);
                Maybe("onsetDateTime", () => Quoted(One(Dates)), 50);
                Maybe("recordedDate", () => Quoted(One(Dates)), 50);
                break;
            case "MedicationRequest":
                Add("status", Quoted(One(["active", "stopped"])));
                Add("intent", Quoted("order"));
                Add("medicationCodeableConcept", Concept());
                Add("subject", Reference(types, "Patient"));
                Maybe("encounter", () => Reference(types, "Encounter"), 50);
                Maybe("authoredOn", () => Quoted(One(Dates)), 60);
                break;
            case "Patient":
                Maybe("active", () => One(["true", "false"]), 60);
                Maybe("name", () => $$"""[{"text":{{Text()}},"family":{{Text()}},"given":[{{Text()}},{{Text()}}]},{"family":{{Text()}}}]""", 80);
                Maybe("gender", () => Quoted(One(["male", "female"])), 70);
                Maybe("birthDate", () => Quoted(One(["1980", "1980-02", "1980-02-03"])), 60);
                break;
            case "Encounter":
                Add("status", Quoted(One(["finished", "planned"])));
                Add("class", $$"""{"system":"urn:s1","code":"{{One(Codes)}}"}""");
                Maybe("type", () => $"[{Concept()}]", 50);
                Maybe("subject", () => Reference(types, "Patient"), 60);
                Maybe("period", Period, 70);
                break;
            default:
                Add("status", Quoted("final"));
                Add("subject", Reference(types, "Patient"));
                Maybe("occurrenceDateTime", () => Quoted(One(Dates)), 50);
                Maybe("prediction", () => $$"""[{"probabilityDecimal":{{One(Numbers)}}},{"probabilityDecimal":{{One(Numbers)}}}]""", 70);
                break;
        }

        return Make.Record(text.Append('}').ToString(), Chance(50) ? One(Enum.GetValues<DataCategory>()) : null, localUrl: $"{type}/n{number}");

        void Add(string name, string json) => text.Append(CultureInfo.InvariantCulture, $",\"{name}\":{json}");

        void Maybe(string name, Func<string> json, int percent)
        {
            if (Chance(percent))
                Add(name, json());
        }
    }

    /// <param name="ids">Ids that are, or were, of records.</param>
    public RecordPredicate Tree(IReadOnlyList<(string Type, string Id)> ids)
    {
        string[] scope = Chance(75) ? [One(Types)] : [.. Types.Where(_ => Chance(40))];
        return Chance(15) || scope.Length == 0 ? Node(null, ids, 3) : new RecordPredicate.And([new RecordPredicate.OfType(scope), Node(scope, ids, 3)]);
    }

    private RecordPredicate Node(string[]? scope, IReadOnlyList<(string Type, string Id)> ids, int depth) => Below(depth > 0 ? 9 : 5) switch
    {
        5 => new RecordPredicate.And([.. Enumerable.Range(0, Below(3) + 1).Select(_ => Node(scope, ids, depth - 1))]),
        6 => new RecordPredicate.Or([.. Enumerable.Range(0, Below(4)).Select(_ => Node(scope, ids, depth - 1))]),
        7 => new RecordPredicate.Not(Node(scope, ids, depth - 1)),
        8 => Chain(scope, ids, depth - 1),
        0 or 1 => Plain(ids),
        _ => Named(scope, ids),
    };

    private RecordPredicate Chain(string[]? scope, IReadOnlyList<(string Type, string Id)> ids, int depth)
    {
        if (Chance(50))
        {
            var (type, name) = One<(string, string)>([("Observation", "subject"), ("Observation", "encounter"), ("Observation", "has-member"), ("Condition", "encounter"), ("MedicationRequest", "patient")]);
            return new RecordPredicate.ReferencedBy(type, name, Node([type], ids, depth));
        }

        var common = Common(scope).Where(one => one.Kind is SearchKind.Reference).ToList();
        if (common.Count == 0)
            return Plain(ids);
        var parameter = One(common).Name;
        string[] target = [parameter switch { "encounter" => "Encounter", "has-member" => "Observation", _ => "Patient" }];
        return new RecordPredicate.ReferenceTo(parameter, new RecordPredicate.And([new RecordPredicate.OfType(target), Node(target, ids, depth)]));
    }

    private RecordPredicate Plain(IReadOnlyList<(string Type, string Id)> ids) => Below(10) switch
    {
        0 => new RecordPredicate.Everything(),
        1 => new RecordPredicate.InCategory([One(Enum.GetValues<DataCategory>()), One(Enum.GetValues<DataCategory>())]),
        2 => new RecordPredicate.HasCode([.. Enumerable.Range(0, Below(3)).Select(_ => Coding())]),
        3 => new RecordPredicate.HasCoding(Coding()),
        4 => new RecordPredicate.Identifier($"id{Below(30)}"),
        5 => new RecordPredicate.Reference(AReference(ids)),
        6 => new RecordPredicate.DateOverlaps(Chance(70) ? Instant() : null, Chance(50) ? Instant() : null),
        7 => new RecordPredicate.UpdatedBetween(Chance(70) ? Changed() : null, Chance(50) ? Changed() : null),
        8 => new RecordPredicate.ById([.. Enumerable.Range(0, Below(4)).Select(_ => Chance(20) || ids.Count == 0 ? "aaaaaaaaaaaaaaaaaaaaaaaaaa" : One(ids).Id)]),
        _ => new RecordPredicate.OfType([One(Types), One(Types)]),
    };

    private RecordPredicate Named(string[]? scope, IReadOnlyList<(string Type, string Id)> ids)
    {
        var common = Common(scope);
        if (common.Count == 0)
            return new RecordPredicate.Parameter("_profile", new UriTest(One(Profiles), Chance(30)));
        var (_, name, kind) = One(common);
        if (Chance(10))
            return new RecordPredicate.Missing(name);
        return new RecordPredicate.Parameter(name, kind switch
        {
            SearchKind.Token => Token(name),
            SearchKind.Date => new DateTest(Prefix(), FhirDate.Parse(Chance(20) ? "1980-02" : One(Dates))!.Value),
            SearchKind.Quantity => QuantityOf(),
            SearchKind.Number => new NumberTest(Prefix(), decimal.Parse(One(Numbers), CultureInfo.InvariantCulture)),
            SearchKind.String => new StringTest(One(Enum.GetValues<StringMatch>()), Chance(30) ? One(["y", "田", "ヤ", "e", "\""]) : One(Texts)),
            SearchKind.Reference => new ReferenceTest(Chance(30) && ids.Count > 0 ? One(ids).Id : AReference(ids)),
            SearchKind.Uri => new UriTest(One(Profiles), Chance(30)),
            _ => new CompositeTest([Token("code"), QuantityOf()]),
        });
    }

    private static List<(string Type, string Name, SearchKind Kind)> Common(string[]? scope) =>
        scope is null ? [] : [.. Parameters.Where(one => one.Type == scope[0] && scope.All(type => Parameters.Any(other => other.Type == type && other.Name == one.Name)))];

    private TokenTest Token(string name) => name switch
    {
        "status" => new TokenTest(null, One(["final", "amended", "active", "finished"])),
        "gender" => new TokenTest(null, "male", Chance(30)),
        "active" => new TokenTest(null, One(["true", "false"])),
        "identifier" => new TokenTest(Chance(50) ? "urn:n" : null, Chance(90) ? $"id{Below(30)}" : null) is { System: null, Code: null } ? new TokenTest("urn:n", null) : new TokenTest("urn:n", $"id{Below(30)}"),
        _ => Below(4) switch
        {
            0 => new TokenTest(One(Systems), null),
            1 => new TokenTest(null, One(Codes), Chance(50)),
            2 => new TokenTest(null, One(Codes)),
            _ => new TokenTest(One(Systems), One(Codes)),
        },
    };

    private QuantityTest QuantityOf() => new(
        Prefix(), decimal.Parse(One(Numbers), CultureInfo.InvariantCulture), Chance(30) ? "http://unitsofmeasure.org" : null, Chance(30) ? One(Units) : null);

    private SearchPrefix Prefix() => One(Enum.GetValues<SearchPrefix>());

    private Coding Coding() => new(Chance(40) ? null : One(Systems), One(Codes));

    private string AReference(IReadOnlyList<(string Type, string Id)> ids) => Chance(20) || ids.Count == 0 ? "Practitioner/x" : One(ids) is var (type, id) ? $"{type}/{id}" : "";

    private DateTimeOffset Instant() => FhirDate.Parse(One(Dates))!.Value.From.AddTicks(Below(3) - 1);

    private static readonly DateTimeOffset Start = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    private DateTimeOffset Changed() => Start.AddMinutes(Below(4)).AddTicks(Below(25) - 5);

    private string Reference(IReadOnlyList<string> types, string type)
    {
        var places = Enumerable.Range(0, types.Count).Where(i => types[i] == type).ToList();
        return $$"""{"reference":"{{(places.Count == 0 || Chance(10) ? "Practitioner/x" : $"{type}/n{One(places)}")}}"}""";
    }

    private string Concept()
    {
        var coding = $$"""{{{(Chance(80) ? $"\"system\":\"{One(Systems)}\"," : "")}}"code":"{{One(Codes)}}"}""";
        return Chance(70) ? $$"""{"coding":[{{coding}}]}""" : Chance(50) ? $$"""{"coding":[{{coding}},{"system":"urn:s1","code":"{{One(Codes)}}"}],"text":{{Text()}}}""" : $$"""{"text":{{Text()}}}""";
    }

    private string Quantity() => Chance(90) ? $$"""{"value":{{One(Numbers)}},"unit":"{{One(Units)}}","system":"http://unitsofmeasure.org","code":"{{One(Units)}}"}""" : """{"unit":"mg"}""";

    private string Period() => Below(3) switch
    {
        0 => $$"""{"start":"{{One(Dates)}}"}""",
        1 => $$"""{"end":"{{One(Dates)}}"}""",
        _ => $$"""{"start":"{{One(Dates)}}","end":"{{One(Dates)}}"}""",
    };

    private string Text() => System.Text.Json.JsonSerializer.Serialize(One(Texts));

    private static string Quoted(string text) => $"\"{text}\"";

    private static (string, string, SearchKind) Split(string type, string one) => (type, one.Split(':')[0], Enum.Parse<SearchKind>(one.Split(':')[1]));
}
