using System.Text;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel.Records;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Search;

/// <summary>One opened row while it is looked at, or a resource that stands within one.</summary>
/// <param name="container">The resource it stands in; its own bytes for a record.</param>
internal readonly ref struct Candidate(RecordRow row, AccessClass access, ReadOnlySpan<byte> json, ReadOnlySpan<byte> container)
{
    public RecordRow Row { get; } = row;

    public AccessClass Class { get; } = access;

    public ReadOnlySpan<byte> Json { get; } = json;

    public ReadOnlySpan<byte> Container { get; } = container;
}

internal delegate bool CandidateTest(in Candidate candidate);

/// <summary>
/// A tree compiled to delegates, once a search. It settles whether an opened record is found and lies within the session's limit: SQL only narrows, and a token
/// that matches by chance, was planted, or straddles two others ends here. In an And and an Or what costs little comes first.
/// </summary>
internal sealed class Matcher(SessionLimit limit, Func<string, long> seqOf, ChainSets chains)
{
    // By what a test reads: the row's columns, or the resource.
    private const int Columns = 0;
    private const int Element = 1;
    private const int Whole = 2;

    // What is contained is no record: no id means it, also none that is forged.
    private const long NoRecord = long.MinValue;

    private static readonly CandidateTest Always = (in Candidate _) => true;

    public CandidateTest Compile(RecordPredicate root, IReadOnlyList<string>? scope)
    {
        var (_, test) = Node(root, scope);
        return (in Candidate candidate) => candidate.Row.Deleted == 0 && limit.Allows(candidate.Class, candidate.Row.DateFrom, candidate.Row.DateTo) && test(in candidate);
    }

    private (int Cost, CandidateTest Test) Node(RecordPredicate predicate, IReadOnlyList<string>? scope)
    {
        switch (predicate)
        {
            case RecordPredicate.Everything:
                return (Columns, Always);
            case RecordPredicate.And and:
                return All(Sorted(and.Parts, TypeScope.Of(and, scope)));
            case RecordPredicate.Or or:
                return Some(Sorted(or.Parts, scope));
            case RecordPredicate.Not not:
                var (cost, inner) = Node(not.Part, scope);
                return (cost, (in Candidate candidate) => !inner(in candidate));
            case RecordPredicate.OfType of:
                var types = of.Types.Select(type => (long)ResourceTypes.NumberOf(type)).ToHashSet();
                return (Columns, (in Candidate candidate) => types.Contains(candidate.Row.Type));
            case RecordPredicate.InCategory of:
                var categories = of.Categories.ToHashSet();
                return (Columns, (in Candidate candidate) => categories.Contains(candidate.Class.Category));
            case RecordPredicate.DateOverlaps date:
                return (Columns, Overlaps(date));
            case RecordPredicate.CareOverlaps care:
                return (Whole, Overlaps(care));
            case RecordPredicate.UpdatedBetween updated:
                var since = updated.From is { } first ? SqlSuperset.MicrosUp(first) : long.MinValue;
                var until = updated.To is { } end ? SqlSuperset.MicrosUp(end) : long.MaxValue;
                return (Columns, (in Candidate candidate) => candidate.Row.Updated >= since && candidate.Row.Updated < until);
            case RecordPredicate.ById ids:
                var seqs = ids.Ids.Select(seqOf).ToHashSet();
                return (Columns, (in Candidate candidate) => seqs.Contains(candidate.Row.Seq));
            case RecordPredicate.ReferencedBy by:
                var sources = chains.Sources(by);
                return (Columns, (in Candidate candidate) => sources.Contains((candidate.Row.Type, candidate.Row.Seq)));
            case RecordPredicate.HasCode code:
                var codes = code.Codes.Select(TokenTest.ValueTest).ToArray();
                return (Element, Any(codes, WholeResource.MainCode));
            case RecordPredicate.HasCoding coding:
                var wanted = TokenTest.ValueTest(coding.Coding);
                return (Whole, (in Candidate candidate) => WholeResource.AnyCoding(candidate.Json, wanted));
            case RecordPredicate.Identifier identifier:
                var value = Encoding.UTF8.GetBytes(identifier.Value);
                return (Whole, (in Candidate candidate) => WholeResource.AnyIdentifier(candidate.Json, value));
            case RecordPredicate.Reference reference:
                var target = Encoding.UTF8.GetBytes(reference.Target);
                return (Whole, (in Candidate candidate) => WholeResource.AnyReference(candidate.Json, target));
            case RecordPredicate.Parameter parameter:
                return (Element, Value(parameter, scope));
            case RecordPredicate.Missing missing:
                return (Element, ByType(missing.Name, scope, known => (in Candidate candidate) => !known.Exists(candidate.Json)));
            case RecordPredicate.ReferenceTo to:
                return (Element, Pointing(to, scope));
            default:
                throw new InvalidOperationException($"A predicate of kind {predicate.GetType().Name} cannot be settled.");
        }
    }

    private (int Cost, CandidateTest[] Tests) Sorted(IReadOnlyList<RecordPredicate> parts, IReadOnlyList<string>? scope)
    {
        var nodes = parts.Select(part => Node(part, scope)).OrderBy(node => node.Cost).ToList();
        return (nodes.Count == 0 ? Columns : nodes[^1].Cost, [.. nodes.Select(node => node.Test)]);
    }

    private static (int, CandidateTest) All((int Cost, CandidateTest[] Tests) parts)
    {
        var tests = parts.Tests;
        return (parts.Cost, tests switch
        {
            [] => Always,
            [var only] => only,
            _ => (in Candidate candidate) =>
            {
                foreach (var test in tests)
                {
                    if (!test(in candidate))
                        return false;
                }

                return true;
            },
        });
    }

    private static (int, CandidateTest) Some((int Cost, CandidateTest[] Tests) parts)
    {
        var tests = parts.Tests;
        return (parts.Cost, (in Candidate candidate) =>
        {
            foreach (var test in tests)
            {
                if (test(in candidate))
                    return true;
            }

            return false;
        });
    }

    private static CandidateTest Overlaps(RecordPredicate.DateOverlaps date)
    {
        if (date is { From: null, To: null })
            return Always;
        var from = date.From is { } start ? Time.MillisDown(start) : (long?)null;
        var to = date.To is { } end ? Time.MillisUp(end) : (long?)null;
        return (in Candidate candidate) => candidate.Row.DateFrom is { } rowFrom && candidate.Row.DateTo is { } rowTo && (from is null || rowTo > from) && (to is null || rowFrom < to);
    }

    // The column says it of most; of the others the resource does.
    private static CandidateTest Overlaps(RecordPredicate.CareOverlaps care)
    {
        var from = care.From is { } start ? Time.MillisDown(start) : long.MinValue;
        var to = care.To is { } end ? Time.MillisUp(end) : long.MaxValue;
        return (in Candidate candidate) =>
        {
            if (candidate.Row is { DateFrom: { } rowFrom, DateTo: { } rowTo } && !CareTime.IsApart(candidate.Row.TypeName))
                return rowTo > from && rowFrom < to;
            return CareTime.Of(candidate.Row.TypeName, candidate.Json) is not { } time || (Time.MillisUp(time.To) > from && Time.MillisDown(time.From) < to);
        };
    }

    private static CandidateTest Any(ValueTest[] tests, Reads reads) => (in Candidate candidate) =>
    {
        foreach (var test in tests)
        {
            if (reads(candidate.Json, test))
                return true;
        }

        return false;
    };

    private static CandidateTest Value(RecordPredicate.Parameter parameter, IReadOnlyList<string>? scope) => ByType(parameter.Name, scope, known =>
    {
        var test = known.Compile(parameter.Test).Value;
        if (known.FollowsMainDate && parameter.Test is DateTest date)
        {
            // Of a row stored when a Timing was not read yet the main date is another: the resource has the last word.
            return (in Candidate candidate) => candidate.Row.DateFrom is { } from && candidate.Row.DateTo is { } to && date.Holds(from, to)
                && known.Any(candidate.Json, test);
        }

        return (in Candidate candidate) => known.Any(candidate.Json, test);
    });

    // At a record that was found before, or at what the record itself contains (R4, search, _contained: a chain looks in there): that is as open as the record is.
    private CandidateTest Pointing(RecordPredicate.ReferenceTo to, IReadOnlyList<string>? scope)
    {
        var records = new OneOf(chains.Targets(to));
        var (_, within) = Node(to.To, scope: null);
        return ByType(to.Name, scope, known => (in Candidate candidate) =>
            known.Any(candidate.Json, records) || (ContainedResource.MayBeIn(candidate.Container) && PointsWithin(in candidate, known, within)));
    }

    private static bool PointsWithin(in Candidate candidate, SearchParameter known, CandidateTest within)
    {
        var names = new WithinNames();
        known.Any(candidate.Json, names);
        foreach (var name in names.Found)
        {
            var json = ContainedResource.Find(candidate.Container, name, out var type);
            if (json.IsEmpty)
                continue;
            var date = RecordFacts.Of(CanonicalResource.FromStore(type, json.ToArray())).Date;
            var row = candidate.Row with
            {
                Type = ResourceTypes.NumberOf(type), Seq = NoRecord, DateFrom = date is { } from ? Time.MillisDown(from.From) : null, DateTo = date is { } to ? Time.MillisUp(to.To) : null,
            };
            if (within(new Candidate(row, candidate.Class, json, candidate.Container)))
                return true;
        }

        return false;
    }

    // Of a type that is not in scope the parameter has no value; the OfType that says so is another part of the tree.
    private static CandidateTest ByType(string name, IReadOnlyList<string>? scope, Func<SearchParameter, CandidateTest> compile)
    {
        if (scope is [var single])
            return OfOne(ResourceTypes.NumberOf(single), compile(SearchParameters.Find(single, name).Value));
        var tests = new CandidateTest?[ResourceTypes.All.Count + 1];
        foreach (var type in scope ?? ResourceTypes.All)
            tests[ResourceTypes.NumberOf(type)] = compile(SearchParameters.Find(type, name).Value);
        return (in Candidate candidate) => tests[candidate.Row.Type] is { } test && test(in candidate);
    }

    private static CandidateTest OfOne(long type, CandidateTest test) => (in Candidate candidate) => candidate.Row.Type == type && test(in candidate);

    private delegate bool Reads(ReadOnlySpan<byte> json, ValueTest test);

    private sealed class OneOf(HashSet<string> targets) : ValueTest
    {
        public override bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type) => targets.Contains(Encoding.UTF8.GetString(reference));

        // With its version it names that one alone.
        public override bool Canonical(ReadOnlySpan<byte> canonical) => Reference(canonical, []);
    }

    // The ids of what is contained and referred to.
    private sealed class WithinNames : ValueTest
    {
        public List<string> Found { get; } = [];

        public override bool TakesContained => true;

        public override bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type)
        {
            if (reference is [(byte)'#', _, ..])
                Found.Add(Encoding.UTF8.GetString(reference[1..]));
            return false;
        }

        public override bool Canonical(ReadOnlySpan<byte> canonical) => Reference(canonical, []);
    }
}
