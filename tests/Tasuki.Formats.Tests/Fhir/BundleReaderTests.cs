using Tasuki.Kernel.Records;
using Tasuki.Testing;

namespace Tasuki.Formats.Tests.Fhir;

public sealed class BundleReaderTests
{
    [Fact]
    public async Task The_published_checkup_report_yields_its_records_its_person_and_its_maker()
    {
        var items = await Reading.OfFile(Samples.Path("echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json"));

        Assert.DoesNotContain(items, item => item is ReadStopped);
        var person = Assert.Single(items.OfType<ReadPerson>());
        Assert.Equal(["健診 太郎", "ケンシン タロウ"], person.Names);
        Assert.Equal(new DateOnly(1950, 5, 4), person.BirthDate);
        Assert.Equal("male", person.Gender);
        Assert.Equal("urn:uuid:4bc68294-1895-d159-655b-1bc7e83f52f3", person.FullUrl);
        var resources = items.Resources().ToList();
        Assert.Equal(44, resources.Count(one => one.Resource.Type == "Observation"));
        Assert.Equal(51, resources.Count);
        Assert.All(resources, one => Assert.Equal((DataCategory.SpecificCheckup, SourceKind.MedicalInstitution, "厚生労働省第一病院"), (one.Category, one.Source, one.SourceName)));
        Assert.All(resources, one => Assert.NotNull(one.FullUrl));
        Assert.Equal("Bundle.entry[8].resource", resources[7].Position.Path);
    }

    [Fact]
    public async Task A_file_is_known_by_its_content()
    {
        await using var file = File.OpenRead(Samples.Path("echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json"));
        Assert.Equal(FileFormat.FhirBundle, await FormatReader.Detect(file, TestContext.Current.CancellationToken));
        Assert.Equal(0, file.Position);
    }
}
