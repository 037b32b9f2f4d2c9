using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault;

/// <summary>
/// What a record must be to be found, as a tree. A search over it finds exactly the records that this session sees and for which it holds; whatever the tree
/// says, records the session may not see are as if they were not stored, also at the far end of a reference.
/// </summary>
public abstract record RecordPredicate
{
    private RecordPredicate()
    {
    }

    /// <summary>Holds for every record.</summary>
    public sealed record Everything : RecordPredicate;

    public sealed record And(IReadOnlyList<RecordPredicate> Parts) : RecordPredicate;

    /// <summary>Holds for none when there are no parts.</summary>
    public sealed record Or(IReadOnlyList<RecordPredicate> Parts) : RecordPredicate;

    public sealed record Not(RecordPredicate Part) : RecordPredicate;

    /// <summary>One of these types. Beside a parameter in an And it also says of which types the parameter is.</summary>
    public sealed record OfType(IReadOnlyList<string> Types) : RecordPredicate;

    public sealed record InCategory(IReadOnlyList<DataCategory> Categories) : RecordPredicate;

    /// <summary>Any of these as the record's main code (<see cref="RecordFacts.Code"/>). A system of null matches every system.</summary>
    public sealed record HasCode(IReadOnlyList<Coding> Codes) : RecordPredicate;

    /// <summary>This coding anywhere in the record.</summary>
    public sealed record HasCoding(Coding Coding) : RecordPredicate;

    /// <summary>This identifier value anywhere in the record.</summary>
    public sealed record Identifier(string Value) : RecordPredicate;

    /// <summary>This reference anywhere in the record, as written: <c>Type/id</c> for records of the vault.</summary>
    public sealed record Reference(string Target) : RecordPredicate;

    /// <summary>The record's main date overlaps [From, To), widened to whole milliseconds. Without a bound it holds for every record, with or without a date.</summary>
    public sealed record DateOverlaps(DateTimeOffset? From, DateTimeOffset? To) : RecordPredicate;

    /// <summary>The record's time of care (<see cref="CareTime"/>) overlaps [From, To), or it has none.</summary>
    public sealed record CareOverlaps(DateTimeOffset? From, DateTimeOffset? To) : RecordPredicate;

    /// <summary>Stored or changed in [From, To).</summary>
    public sealed record UpdatedBetween(DateTimeOffset? From, DateTimeOffset? To) : RecordPredicate;

    /// <summary>One of these ids. A forged id, or another resident's, is the id of no record.</summary>
    public sealed record ById(IReadOnlyList<string> Ids) : RecordPredicate;

    /// <summary>
    /// A value of the search parameter of R4 passes the test. The parameter must be known for every type that an <see cref="OfType"/> beside or above it
    /// leaves possible.
    /// </summary>
    public sealed record Parameter(string Name, SearchTest Test) : RecordPredicate;

    /// <summary>The parameter has no value in the record (<c>:missing=true</c>).</summary>
    public sealed record Missing(string Name) : RecordPredicate;

    /// <summary>The parameter refers to a record of the same resident for which <paramref name="To"/> holds (<c>subject:Patient.name=</c>).</summary>
    public sealed record ReferenceTo(string Name, RecordPredicate To) : RecordPredicate;

    /// <summary>A record of that type of the same resident, for which <paramref name="By"/> holds, refers to this one by its parameter (<c>_has:Type:name:</c>).</summary>
    public sealed record ReferencedBy(string Type, string Name, RecordPredicate By) : RecordPredicate;
}
