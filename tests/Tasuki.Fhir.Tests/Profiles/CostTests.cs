using System.Text;
using Tasuki.Fhir.Profiles;
using static Tasuki.Fhir.Tests.Profiles.TestPackage;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>What a check may cost: large resources take as long as they are large, and what takes too long comes to an end.</summary>
public sealed class CostTests
{
    private const int Timeout = 120_000;
    private const int Many = 150_000;

    [Fact(Timeout = Timeout)]
    public Task Values_and_their_extensions_in_long_lists_cost_what_they_are_long() => Task.Run(() =>
    {
        var list = string.Join(',', Enumerable.Repeat("\"a\"", Many));
        var beside = string.Join(',', Enumerable.Repeat("{\"id\":\"a\"}", Many));
        var json = $$"""{"resourceType":"Practitioner","name":[{"given":[{{list}}],"_given":[{{beside}}]}]}""";
        Assert.Empty(Costly(With(Profile("p", "Practitioner", "")).Check(json, "p")));
    }, TestContext.Current.CancellationToken);

    [Fact(Timeout = Timeout)]
    public Task A_list_whose_first_item_no_invariant_asks_for_costs_what_it_is_long() => Task.Run(() =>
    {
        var others = string.Join(',', Enumerable.Repeat("""{"code":{"text":"a"},"referenceRange":[{"text":"a"}]}""", 20_000));
        Assert.Empty(With(Profile("p", "Observation", "")).Errors(Observation("{\"component\":[{\"code\":{\"text\":\"a\"}}," + others + "]}"), "p"));
    }, TestContext.Current.CancellationToken);

    [Fact(Timeout = Timeout)]
    public Task Contained_resources_and_references_to_them_cost_what_they_are_many() => Task.Run(() =>
    {
        const int Several = 15_000;
        var contained = string.Join(',', Enumerable.Range(0, Several).Select(i => $$$"""{"resourceType":"Basic","id":"c{{{i}}}","code":{"text":"a"}}"""));
        var references = string.Join(',', Enumerable.Range(0, Several).Select(i => $$"""{"reference":"#c{{i}}"}"""));
        Assert.Empty(Costly(With(Profile("p", "Observation", "")).Check(Observation($$"""{"contained":[{{contained}}],"focus":[{{references}}]}"""), "p")));
    }, TestContext.Current.CancellationToken);

    [Fact(Timeout = Timeout)]
    public Task Value_sets_that_share_parts_are_read_once() => Task.Run(() =>
    {
        string Set(int i) => i == 28 ? """{"resourceType":"ValueSet","url":"http://example.org/fhir/v28","compose":{"include":[{"system":"http://loinc.org","concept":[{"code":"29463-7"}]}]}}"""
            : $$$"""{"resourceType":"ValueSet","url":"http://example.org/fhir/v{{{i}}}","compose":{"include":[{"valueSet":["http://example.org/fhir/v{{{i + 1}}}"]},{"valueSet":["http://example.org/fhir/v{{{i + 1}}}"]}]}}""";
        var packages = With([.. Enumerable.Range(0, 29).Select(Set), Profile("p", "Observation", """{"id":"Observation.code","path":"Observation.code","binding":{"strength":"required","valueSet":"http://example.org/fhir/v0"}}""")]);
        Assert.Empty(packages.Errors(Observation(), "p"));
        Assert.Equal(["binding Observation.code"], packages.Errors(Observation("""{"code":{"coding":[{"system":"http://loinc.org","code":"1"}]}}"""), "p"));
    }, TestContext.Current.CancellationToken);

    [Fact]
    public void A_check_that_takes_too_long_ends_and_says_so()
    {
        var packages = With(new HurriedClock(), Profile("p", "Observation", ""));
        var json = Observation($$"""{"note":[{{string.Join(',', Enumerable.Repeat("""{"text":"a"}""", 100))}}]}""");
        Assert.Equal("too-costly", Assert.Single(packages.Check(json, "p"), one => one.Severity is FindingSeverity.Error).Code);
    }

    [Fact]
    public void A_check_that_nobody_waits_for_is_given_up()
    {
        using var gone = new CancellationTokenSource();
        gone.Cancel();
        Assert.Throws<OperationCanceledException>(() => With(Profile("p", "Observation", "")).Check(Encoding.UTF8.GetBytes(Observation()), [Url("p")], told: null, gone.Token));
    }

    private static IEnumerable<ProfileFinding> Costly(IEnumerable<ProfileFinding> findings) => findings.Where(one => one.Code is "too-costly");

    // A second passes each time it is looked at.
    private sealed class HurriedClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
