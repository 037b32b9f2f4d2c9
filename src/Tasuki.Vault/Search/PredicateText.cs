using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;

namespace Tasuki.Vault.Search;

/// <summary>
/// A tree as text of which no other tree has the same: every node says its kind and the number of its parts, every text its length. Page tokens are bound to it.
/// </summary>
internal static class PredicateText
{
    public static string Of(RecordPredicate predicate)
    {
        var text = new StringBuilder();
        Write(text, predicate);
        return text.ToString();
    }

    private static void Write(StringBuilder text, RecordPredicate predicate)
    {
        switch (predicate)
        {
            case RecordPredicate.Everything: Node(text, "all"); break;
            case RecordPredicate.And and: Nodes(text, "and", and.Parts); break;
            case RecordPredicate.Or or: Nodes(text, "or", or.Parts); break;
            case RecordPredicate.Not not: Nodes(text, "not", [not.Part]); break;
            case RecordPredicate.OfType of: Node(text, "type", [.. of.Types]); break;
            case RecordPredicate.InCategory of: Node(text, "category", [.. of.Categories.Select(one => Number((int)one))]); break;
            case RecordPredicate.HasCode code: Node(text, "code", [.. code.Codes.SelectMany(Parts)]); break;
            case RecordPredicate.HasCoding coding: Node(text, "coding", [.. Parts(coding.Coding)]); break;
            case RecordPredicate.Identifier identifier: Node(text, "identifier", identifier.Value); break;
            case RecordPredicate.Reference reference: Node(text, "reference", reference.Target); break;
            case RecordPredicate.DateOverlaps date: Node(text, "date", Number(date.From), Number(date.To)); break;
            case RecordPredicate.CareOverlaps care: Node(text, "care", Number(care.From), Number(care.To)); break;
            case RecordPredicate.UpdatedBetween updated: Node(text, "updated", Number(updated.From), Number(updated.To)); break;
            case RecordPredicate.ById ids: Node(text, "id", [.. ids.Ids]); break;
            case RecordPredicate.Parameter parameter: Node(text, "parameter", parameter.Name); Write(text, parameter.Test); break;
            case RecordPredicate.Missing missing: Node(text, "missing", missing.Name); break;
            case RecordPredicate.ReferenceTo to: Node(text, "to", to.Name); Write(text, to.To); break;
            case RecordPredicate.ReferencedBy by: Node(text, "by", by.Type, by.Name); Write(text, by.By); break;
            default: throw new InvalidOperationException($"A predicate of kind {predicate.GetType().Name} has no text.");
        }
    }

    private static void Write(StringBuilder text, SearchTest test)
    {
        switch (test)
        {
            case TokenTest token: Node(text, "token", token.System, token.Code, token.WithoutSystem ? "1" : "0"); break;
            case DateTest date: Node(text, "date", Number((int)date.Prefix), Number(date.Date.From), Number(date.Date.To)); break;
            case ReferenceTest reference: Node(text, "reference", reference.Target); break;
            case CanonicalTest canonical: Node(text, "canonical", [.. canonical.Names]); break;
            case StringTest one: Node(text, "string", Number((int)one.Match), one.Text); break;
            case NumberTest number: Node(text, "number", Number((int)number.Prefix), number.Value.ToString(CultureInfo.InvariantCulture), number.Half?.ToString(CultureInfo.InvariantCulture)); break;
            case QuantityTest quantity:
                Node(text, "quantity", Number((int)quantity.Prefix), quantity.Value.ToString(CultureInfo.InvariantCulture), quantity.System, quantity.Code,
                    quantity.Half?.ToString(CultureInfo.InvariantCulture));
                break;
            case UriTest uri: Node(text, "uri", uri.Uri, uri.Below ? "1" : "0", uri.Above ? "1" : "0"); break;
            case WordsTest words: Node(text, "words", words.Text); break;
            case OfTypeTest of: Node(text, "oftype", of.System, of.Code, of.Value); break;
            case ReferenceIdentifierTest identifier: Node(text, "refid"); Write(text, identifier.Identifier); break;
            case ValueSetTest set: Node(text, "set", set.ValueSet); break;
            case CompositeTest composite:
                Node(text, "composite", Number(composite.Parts.Count));
                foreach (var part in composite.Parts)
                    Write(text, part);
                break;
            default: throw new InvalidOperationException($"A test of kind {test.GetType().Name} has no text.");
        }
    }

    private static void Nodes(StringBuilder text, string kind, IReadOnlyList<RecordPredicate> parts)
    {
        Node(text, kind, Number(parts.Count));
        foreach (var part in parts)
            Write(text, part);
    }

    private static void Node(StringBuilder text, string kind, params ReadOnlySpan<string?> values)
    {
        text.Append(kind).Append('(').Append(values.Length);
        foreach (var value in values)
        {
            text.Append(',');
            if (value is not null)
                text.Append(value.Length).Append(':').Append(value);
        }

        text.Append(')');
    }

    private static IEnumerable<string?> Parts(Coding coding) => [coding.System, coding.Code];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Number(DateTimeOffset? value) => value?.UtcTicks.ToString(CultureInfo.InvariantCulture);
}
