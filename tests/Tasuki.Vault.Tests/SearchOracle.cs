using System.Text;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Classes;
using Tasuki.Vault.Search;
using Coding = Tasuki.Fhir.Coding;

namespace Tasuki.Vault.Tests;

/// <summary>
/// A search by the definition: every record parsed whole, every parameter's expression evaluated as FHIRPath by Firely, nothing narrowed, nothing in order of cost.
/// It shares no line with the search but the words of the tree.
/// </summary>
internal sealed class SearchOracle
{
    private static readonly FhirJsonDeserializer Parser = new(new DeserializerSettings().UsingMode(DeserializationMode.Recoverable));

    private readonly IReadOnlyList<Known> _visible;

    /// <param name="visible">What the session may see, in the order stored.</param>
    public SearchOracle(IEnumerable<StoredRecord> visible) => _visible = [.. visible.Select(record => new Known(record))];

    public static (long From, long To)? DateOf(StoredRecord record) => RecordFacts.Of(record.Resource).Date is { } date ? DateTest.Millis(date) : null;

    public List<string> Find(RecordPredicate predicate, RecordOrder order)
    {
        var hits = _visible.Select((known, index) => (known, index)).Where(hit => Holds(predicate, hit.known));
        return
        [
            .. (order switch
            {
                RecordOrder.Stored => hits.OrderBy(hit => hit.index),
                RecordOrder.NewestUpdateFirst => hits.OrderByDescending(hit => hit.known.Record.Updated).ThenByDescending(hit => hit.index),
                RecordOrder.OldestUpdateFirst => hits.OrderBy(hit => hit.known.Record.Updated).ThenBy(hit => hit.index),
                RecordOrder.OldestDateFirst => hits.OrderBy(hit => hit.known.Date is null).ThenBy(hit => hit.known.Date?.From).ThenBy(hit => hit.index),
                _ => hits.OrderBy(hit => hit.known.Date is null).ThenByDescending(hit => hit.known.Date?.From).ThenByDescending(hit => hit.index),
            }).Select(hit => hit.known.Record.Id),
        ];
    }

    /// <summary>The values of a parameter, as Firely finds them.</summary>
    public static List<Base> Values(Base resource, string type, string name)
    {
        if (name is "_profile")
            return [.. ((Resource)resource).Meta?.ProfileElement ?? []];
        var definition = ModelInfo.SearchParameters.FirstOrDefault(one => one.Resource == type && one.Name == name);
        return definition?.Expression is { } expression ? Select(resource, expression) : [];
    }

    public static Resource Parse(CanonicalResource resource) => Parser.DeserializeResource(Encoding.UTF8.GetString(resource.Json.Span));

    public static List<Base> Select(Base input, string expression) =>
        [.. input.Select(expression, new FhirEvaluationContext { ElementResolver = Resolve }).Where(one => one is not null).Select(one => one!)];

    // Whatever a reference names is there as an empty resource of the type it says.
    private static Hl7.Fhir.Model.PocoNode? Resolve(string reference) =>
        reference.Split('/') is [var type, ..] && ModelInfo.GetTypeForFhirType(type) is { } native && Activator.CreateInstance(native) is Resource made ? made.ToPocoNode() : null;

    private bool Holds(RecordPredicate predicate, Known known) => predicate switch
    {
        RecordPredicate.Everything => true,
        RecordPredicate.And and => and.Parts.All(part => Holds(part, known)),
        RecordPredicate.Or or => or.Parts.Any(part => Holds(part, known)),
        RecordPredicate.Not not => !Holds(not.Part, known),
        RecordPredicate.OfType of => of.Types.Contains(known.Record.Type, StringComparer.Ordinal),
        RecordPredicate.InCategory of => of.Categories.Contains(known.Record.Class.Category),
        RecordPredicate.HasCode code => known.Facts.Code is { } found && code.Codes.Any(wanted => Same(wanted, found)),
        RecordPredicate.HasCoding coding => Fhir.Tests.TreeCodings.Of(known.Record.Resource).Any(found => Same(coding.Coding, found)),
        RecordPredicate.Identifier identifier => known.Facts.Identifiers.Contains(identifier.Value),
        RecordPredicate.Reference reference => known.Facts.References.Contains(reference.Target),
        RecordPredicate.DateOverlaps { From: null, To: null } => true,
        RecordPredicate.DateOverlaps date => known.Date is { } span
            && (date.From is not { } from || span.To > DateTest.Millis(new FhirDate(from, from)).From) && (date.To is not { } to || span.From < DateTest.Millis(new FhirDate(to, to)).To),
        RecordPredicate.UpdatedBetween updated => (updated.From is not { } from || known.Record.Updated >= from) && (updated.To is not { } to || known.Record.Updated < to),
        RecordPredicate.ById ids => ids.Ids.Contains(known.Record.Id, StringComparer.Ordinal),
        RecordPredicate.Parameter { Test: CompositeTest composite } parameter => Composite(known, parameter.Name, composite),
        RecordPredicate.Parameter { Name: "name" or "family" or "given" or "phonetic", Test: StringTest { Match: not StringMatch.Exact } text } parameter
            when known.Record.Type is "Patient" or "Practitioner" or "RelatedPerson" or "Person" or "Organization" =>
            known.Values(parameter.Name).SelectMany(value => value is HumanName name ? Parts(name) : [value.ToString()!]).Any(held => Called(text, held)),
        RecordPredicate.Parameter parameter => known.Values(parameter.Name).Any(value => Passes(parameter.Test, value)),
        RecordPredicate.Missing missing => !IsThere(known, missing.Name),
        RecordPredicate.ReferenceTo to => known.Values(to.Name).OfType<ResourceReference>().Any(
            reference => _visible.Any(other => other.Record.Reference == reference.Reference && Holds(to.To, other))),
        RecordPredicate.ReferencedBy by => _visible.Any(other => other.Record.Type == by.Type && Holds(by.By, other)
            && other.Values(by.Name).OfType<ResourceReference>().Any(reference => reference.Reference == known.Record.Reference)),
        _ => throw new InvalidOperationException(predicate.GetType().Name),
    };

    // A composite is there where an element has all its parts.
    private static bool IsThere(Known known, string name)
    {
        var definition = ModelInfo.SearchParameters.FirstOrDefault(one => one.Resource == known.Record.Type && one.Name == name);
        return known.Values(name).Any(element => definition is not { Type: SearchParamType.Composite } || definition.Component!.All(part => Select(element, part.Expression!).Count > 0));
    }

    private static bool Composite(Known known, string name, CompositeTest test)
    {
        var definition = ModelInfo.SearchParameters.FirstOrDefault(one => one.Resource == known.Record.Type && one.Name == name);
        return definition is not null && known.Values(name).Any(
            element => definition.Component!.Select((part, i) => Select(element, part.Expression!).Any(value => Passes(test.Parts[i], value))).All(passes => passes));
    }

    private static bool Passes(SearchTest test, Base value) => (test, value) switch
    {
        (TokenTest token, CodeableConcept concept) => concept.Coding.Any(coding => Token(token, coding.System, coding.Code)),
        (TokenTest token, Hl7.Fhir.Model.Coding coding) => Token(token, coding.System, coding.Code),
        (TokenTest token, Identifier identifier) => Token(token, identifier.System, identifier.Value),
        (TokenTest token, FhirBoolean flag) => Token(token, null, flag.Value is true ? "true" : "false"),
        (TokenTest token, PrimitiveType primitive) => Token(token, null, primitive.ToString()),
        (DateTest date, PrimitiveType primitive) => FhirDate.Parse(primitive.ToString()) is { } span && Date(date, span),
        (DateTest date, Period period) => Span(period) is { } span && Date(date, span),
        (NumberTest number, FhirDecimal one) => Number(number.Prefix, number.Value, one.Value!.Value),
        (QuantityTest quantity, Quantity one) => one.Value is { } held && InUnit(quantity, one, held) is { } inUnit
            && (one.Comparator is null ? Number(quantity.Prefix, quantity.Value, inUnit) : throw new InvalidOperationException("The worlds hold no comparators.")),
        (StringTest text, HumanName name) => Parts(name).Any(part => Text(text, part)),
        (StringTest text, PrimitiveType one) => Text(text, one.ToString()!),
        (ReferenceTest reference, ResourceReference one) => one.Reference is { } held
            && (held == reference.Target || (!reference.Target.Contains('/', StringComparison.Ordinal) && held.EndsWith("/" + reference.Target, StringComparison.Ordinal))),
        (UriTest uri, PrimitiveType one) => uri.Below ? one.ToString()!.StartsWith(uri.Uri, StringComparison.Ordinal) : one.ToString() == uri.Uri || one.ToString()!.Split('|')[0] == uri.Uri,
        _ => false,
    };

    // In the unit asked for; null in another system or unit. Of units of UCUM the worlds hold grams and milligrams, which are one another's.
    private static decimal? InUnit(QuantityTest wanted, Quantity one, decimal held)
    {
        if (wanted.System is not null && wanted.System != one.System)
            return null;
        if (wanted.Code is null || wanted.Code == one.Code || (wanted.System is null && wanted.Code == one.Unit))
            return held;
        return wanted.System is null ? null : (one.Code, wanted.Code) switch
        {
            ("g", "mg") => held * 1_000,
            ("mg", "g") => held / 1_000,
            _ => null,
        };
    }

    private static bool Token(TokenTest wanted, string? system, string? code) =>
        code is not null && (wanted.Code is null || wanted.Code == code) && (wanted.System is null || CodeSystems.Same(wanted.System, system)) && !(wanted.WithoutSystem && system is not null);

    private static FhirDate? Span(Period period)
    {
        var (start, end) = (FhirDate.Parse(period.Start), FhirDate.Parse(period.End));
        if (start is null && end is null)
            return null;
        var (from, to) = (start?.From ?? FhirDate.OpenStart, end?.To ?? FhirDate.OpenEnd);
        return new FhirDate(from, to < from ? from : to);
    }

    // R4, search, prefixes, word by word: s is what is searched for, t the target.
    private static bool Date(DateTest test, FhirDate target)
    {
        var (s, t) = (DateTest.Millis(test.Date), DateTest.Millis(target));
        var contains = s.From <= t.From && t.To <= s.To;
        var above = t.To > s.To;
        var below = t.From < s.From;
        return test.Prefix switch
        {
            SearchPrefix.Equal => contains,
            SearchPrefix.NotEqual => !contains,
            SearchPrefix.Greater => above,
            SearchPrefix.Less => below,
            SearchPrefix.GreaterOrEqual => above || contains,
            SearchPrefix.LessOrEqual => below || contains,
            SearchPrefix.StartsAfter => t.From >= s.To,
            SearchPrefix.EndsBefore => t.To <= s.From,
            _ => s.From < t.To && t.From < s.To,
        };
    }

    private static bool Number(SearchPrefix prefix, decimal wanted, decimal held)
    {
        var text = wanted.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var digits = text.Contains('.', StringComparison.Ordinal) ? text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        var half = 0.5m;
        for (var i = 0; i < digits; i++)
            half /= 10;
        var equal = held >= wanted - half && held < wanted + half;
        return prefix switch
        {
            SearchPrefix.Equal => equal,
            SearchPrefix.NotEqual => !equal,
            SearchPrefix.Greater or SearchPrefix.StartsAfter => held > wanted,
            SearchPrefix.Less or SearchPrefix.EndsBefore => held < wanted,
            SearchPrefix.GreaterOrEqual => held >= wanted,
            SearchPrefix.LessOrEqual => held <= wanted,
            _ => Math.Abs(held - wanted) <= Math.Max(half, Math.Abs(wanted) / 10),
        };
    }

    // The texts of the worlds are few; what is the same to a search is written down here.
    private static bool Text(StringTest test, string held)
    {
        if (test.Match is StringMatch.Exact)
            return held == test.Text;
        var (text, wanted) = (Plain(held), Plain(test.Text));
        return test.Match is StringMatch.Begins ? text.StartsWith(wanted, StringComparison.Ordinal) : text.Contains(wanted, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Parts(HumanName name) => new[] { name.Text, name.Family }.Concat(name.Given).Concat(name.Prefix).Concat(name.Suffix).OfType<string>();

    // The one name of the worlds that has kana and letters, and the words of a name in any turn.
    private static bool Called(StringTest test, string held)
    {
        var words = held.Split(' ');
        return Text(test, held) || words.Select((_, i) => string.Concat(words.Skip(i).Concat(words.Take(i)))).Any(
            one => Text(new StringTest(test.Match, Spoken(test.Text)), Spoken(one)));
    }

    private static string Spoken(string text) =>
        Plain(text).Replace(" ", "", StringComparison.Ordinal).Replace("ヤマダ", "yamada", StringComparison.Ordinal).Replace("ヤ", "ya", StringComparison.Ordinal);

    private static string Plain(string text) => text.Replace("ﾔﾏﾀﾞ", "ヤマダ", StringComparison.Ordinal).Replace("やまだ", "ヤマダ", StringComparison.Ordinal)
        .Replace("Ｙａｍａｄａ", "yamada", StringComparison.Ordinal).Replace("é", "e", StringComparison.Ordinal).ToLowerInvariant();

    private static bool Same(Coding wanted, Coding found) => wanted.Code == found.Code && (wanted.System is null || CodeSystems.Same(wanted.System, found.System));

    private sealed class Known(StoredRecord record)
    {
        private readonly Dictionary<string, List<Base>> _values = new(StringComparer.Ordinal);
        private readonly Resource _parsed = Parse(record.Resource);

        public StoredRecord Record { get; } = record;

        public RecordFacts Facts { get; } = RecordFacts.Of(record.Resource);

        public (long From, long To)? Date { get; } = DateOf(record);

        public List<Base> Values(string name) => _values.TryGetValue(name, out var known) ? known : _values[name] = SearchOracle.Values(_parsed, Record.Type, name);
    }
}
