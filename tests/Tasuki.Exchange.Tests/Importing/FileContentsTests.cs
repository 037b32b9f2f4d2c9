using System.Text;
using Tasuki.Exchange.Importing;
using Tasuki.Fhir;
using Tasuki.Formats;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.Exchange.Tests.Importing;

public sealed class FileContentsTests
{
    private static readonly SourcePosition Here = new("DATA/h1.xml", 12, 3);

    [Fact]
    public async Task A_stop_makes_the_whole_file_unusable_and_says_where()
    {
        var contents = await From(Resource("{\"resourceType\":\"Observation\"}"), new ReadStopped(Here, new Error("reader.my-number", "There is a My Number.")));
        Assert.Equal(new ImportProblem("reader.my-number", "There is a My Number.", Here), contents.Problem);
    }

    [Fact]
    public async Task A_file_without_anything_is_refused() => Assert.Equal("import.empty", (await From()).Problem?.Code);

    [Fact]
    public async Task What_was_not_understood_is_counted_wholly_and_shown_in_part()
    {
        var contents = await From([.. Enumerable.Range(0, 80).Select(_ => new NotUnderstood(Here, new Error("x", "y.")))]);
        Assert.Null(contents.Problem);
        Assert.Equal(80, contents.NotUnderstoodCount);
        var group = Assert.Single(Tally.Groups(contents.NotUnderstood));
        Assert.Equal(FileContents.NotUnderstoodShown, group.Positions.Count);
    }

    [Fact]
    public async Task More_records_than_fit_into_memory_are_refused()
    {
        var contents = await FileContents.From(
            FileFormat.FhirNdjson, Items([.. Enumerable.Range(0, 40).Select(_ => Resource("{\"resourceType\":\"Observation\"}"))]), 1000, TestContext.Current.CancellationToken);
        Assert.Equal("import.too-much", contents.Problem?.Code);
    }

    [Fact]
    public async Task References_to_the_files_patient_become_the_residents_own()
    {
        var contents = await From(
            new ReadPerson(Here, ["健診 太郎"], null, null, "urn:uuid:1"),
            Resource("""{"resourceType":"Observation","id":"o","subject":{"reference":"urn:uuid:1"},"performer":[{"reference":"Organization/x"}]}""", "urn:uuid:2"),
            Resource("""{"resourceType":"Observation","id":"p","subject":{"reference":"https://elsewhere.example/fhir/Patient/77/_history/1"},"focus":[{"reference":"#c"}]}""", "urn:uuid:3"));

        var references = new References(contents.People, "Patient/own");
        Assert.Equal("""{"resourceType":"Observation","subject":{"reference":"Patient/own"},"performer":[{"reference":"Organization/x"}]}""",
            Text(references.Of(contents.Resources[0].Resource)));
        Assert.Equal("""{"resourceType":"Observation","subject":{"reference":"Patient/own"},"focus":[{"reference":"#c"}]}""", Text(references.Of(contents.Resources[1].Resource)));
        Assert.Contains("\"Patient/self\"", Text(new References(contents.People, own: null).Of(contents.Resources[0].Resource)), StringComparison.Ordinal);
    }

    private static string Text(CanonicalResource resource) => Encoding.UTF8.GetString(resource.Json.Span);

    private static ReadResource Resource(string json, string? url = null) =>
        new(Here, CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, url);

    private static Task<FileContents> From(params ReadItem[] items) =>
        FileContents.From(FileFormat.FhirBundle, Items(items), 1 << 20, TestContext.Current.CancellationToken);

    private static async IAsyncEnumerable<ReadItem> Items(IReadOnlyList<ReadItem> items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }
}
