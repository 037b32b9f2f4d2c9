using System.Text;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel.Records;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Search;

/// <summary>One opened row while it is looked at.</summary>
internal readonly ref struct Candidate(RecordRow row, AccessClass access, ReadOnlySpan<byte> json)
{
    public RecordRow Row { get; } = row;

    public AccessClass Class { get; } = access;

    public ReadOnlySpan<byte> Json { get; } = json;
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
                var test = new OneOf(chains.Targets(to));
                return (Element, ByType(to.Name, scope, known => (in Candidate candidate) => known.Any(candidate.Json, test)));
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
    }
}
