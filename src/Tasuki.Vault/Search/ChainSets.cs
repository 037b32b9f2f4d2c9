using System.Text;
using Tasuki.Fhir.Searching;

namespace Tasuki.Vault.Search;

/// <summary>
/// What the references of a search come down to, found before it begins by searches of their own in the same session: a record that the session does not see
/// is at no end of a reference.
/// </summary>
internal sealed class ChainSets
{
    private readonly Dictionary<RecordPredicate, HashSet<string>> _targets = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<RecordPredicate, HashSet<(long Type, long Seq)>> _sources = new(ReferenceEqualityComparer.Instance);

    /// <summary>The records, as <c>Type/id</c> and by what canonicals name them, of which one must be referred to.</summary>
    public HashSet<string> Targets(RecordPredicate.ReferenceTo to) => _targets[to];

    /// <summary>The records that are referred to.</summary>
    public HashSet<(long Type, long Seq)> Sources(RecordPredicate.ReferencedBy by) => _sources[by];

    public void Add(RecordPredicate.ReferenceTo to, HashSet<string> targets) => _targets[to] = targets;

    public void Add(RecordPredicate.ReferencedBy by, HashSet<(long Type, long Seq)> sources) => _sources[by] = sources;

    /// <summary>The references a predicate follows itself, not those behind them.</summary>
    public static IEnumerable<RecordPredicate> In(RecordPredicate predicate) => predicate switch
    {
        RecordPredicate.And and => and.Parts.SelectMany(In),
        RecordPredicate.Or or => or.Parts.SelectMany(In),
        RecordPredicate.Not not => In(not.Part),
        RecordPredicate.ReferenceTo or RecordPredicate.ReferencedBy => [predicate],
        _ => [],
    };

    /// <summary>Every reverse reference of a predicate, those behind others too.</summary>
    public static IEnumerable<RecordPredicate.ReferencedBy> AllReverse(RecordPredicate predicate) => In(predicate).SelectMany(chain => chain switch
    {
        RecordPredicate.ReferencedBy by => AllReverse(by.By).Prepend(by),
        RecordPredicate.ReferenceTo to => AllReverse(to.To),
        _ => [],
    });
}

/// <summary>The references a parameter has in the records it is asked of.</summary>
internal sealed class ReferencesOf : ValueTest
{
    /// <summary>As written, canonicals among them.</summary>
    public HashSet<string> Found { get; } = new(StringComparer.Ordinal);

    public override bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type)
    {
        Found.Add(Encoding.UTF8.GetString(reference));
        return false;
    }

    // With its version it names that one alone.
    public override bool Canonical(ReadOnlySpan<byte> canonical) => Reference(canonical, []);
}
