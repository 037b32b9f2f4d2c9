using Tasuki.Fhir;
using Tasuki.Formats;
using Tasuki.Kernel.Records;
using Xunit;

namespace Tasuki.Sandbox.Tests;

public sealed class PopulationFilesTests
{
    private const PopulationFileKinds Whole =
        PopulationFileKinds.Bundle | PopulationFileKinds.Ndjson | PopulationFileKinds.Phr | PopulationFileKinds.Sphr | PopulationFileKinds.Export;

    // Files of everything a resident has are large; a dozen residents show as much as thirty.
    [Theory]
    [InlineData(30, PopulationFileKinds.All & ~Whole, new[] { FileFormat.SpecificCheckupXml, FileFormat.SpecificCheckupArchive, FileFormat.FhirBundle, FileFormat.FhirResource, FileFormat.Measurements, FileFormat.Archive })]
    [InlineData(12, Whole, new[] { FileFormat.FhirBundle, FileFormat.FhirNdjson, FileFormat.Phr, FileFormat.Sphr, FileFormat.TasukiExport })]
    public async Task Every_file_is_read_whole_by_the_importers_reader(int residents, PopulationFileKinds kinds, FileFormat[] expected)
    {
        var options = new PopulationOptions(residents, PopulationOptions.DemoSeed);
        var folder = Directory.CreateTempSubdirectory("tasuki-files-");
        try
        {
            var cancel = TestContext.Current.CancellationToken;
            var count = await PopulationFiles.Write(options, folder.FullName, kinds, cancel);
            Assert.Equal(count, folder.GetFiles("*", SearchOption.AllDirectories).Length);
            var formats = new HashSet<FileFormat>();
            foreach (var resident in Population.Generate(options))
            {
                var own = new DirectoryInfo(Path.Combine(folder.FullName, $"resident-{resident.Index:D6}"));
                var data = resident.MakeData();
                foreach (var file in own.GetFiles())
                    formats.Add(await ReadsWhole(file, resident, data.Records, data.Slips, cancel));
            }

            Assert.Equal(expected.Order(), formats.Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<FileFormat> ReadsWhole(FileInfo file, SyntheticResident resident, IReadOnlyList<SyntheticRecord> records, IReadOnlyList<Slip> slips, CancellationToken cancel)
    {
        await using var stream = file.OpenRead();
        var format = await FormatReader.Detect(stream, cancel);
        var read = new List<ReadResource>();
        await foreach (var item in FormatReader.Read(stream, file.Name, ReadLimits.Default, cancel))
        {
            switch (item)
            {
                case ReadResource resource:
                    read.Add(resource);
                    break;
                case ReadPerson person:
                    Assert.NotEmpty(person.Names.Intersect([resident.Name.Kanji, resident.Name.Kana], StringComparer.Ordinal));
                    Assert.Equal(resident.BirthDate, person.BirthDate);
                    Assert.Equal(resident.Gender, person.Gender);
                    break;
                // The index of an exchange archive counts its files and says nothing of a person.
                case NotUnderstood index when index.Position.File.EndsWith("ix08_V08.xml", StringComparison.Ordinal):
                    break;
                // A slip of the unit is said, and the value read all the same.
                case NotUnderstood { Reason.Code: "checkup.unit" } when slips.Any(slip => slip.Kind is SlipKind.WrongUnit or SlipKind.MissingUnit):
                    break;
                case NotUnderstood not:
                    Assert.Fail($"{file.Name}: {not.Position}: {not.Reason}");
                    break;
                case ReadStopped stopped:
                    Assert.Fail($"{file.Name}: {stopped.Position}: {stopped.Reason}");
                    break;
            }
        }

        Assert.NotEmpty(read);
        if (format is FileFormat.SpecificCheckupXml or FileFormat.SpecificCheckupArchive)
            Assert.Subset(Results(records.Select(record => record.Resource)), Results(read.Select(one => one.Resource)));
        else if (format is FileFormat.Measurements)
            Assert.All(read, one => Assert.Equal("Observation", one.Resource.Type));
        else if (file.Name.StartsWith("records.", StringComparison.Ordinal))
            Assert.Equal(Identities(records.Select(record => record.Resource)), Identities(read.Select(one => one.Resource)), StringComparer.Ordinal);
        else
            Assert.Subset(Identities(records.Select(record => record.Resource)).ToHashSet(StringComparer.Ordinal), Identities(read.Select(one => one.Resource)).ToHashSet(StringComparer.Ordinal));
        return format;
    }

    // The ministry's format writes a resource in other words; code, day and value stay.
    private static HashSet<string> Results(IEnumerable<CanonicalResource> resources) => Reading
        .Of(resources.Select(resource => new SyntheticRecord(resource, DataCategory.Other, SourceKind.Unknown, "", null)))
        .Where(reading => reading.Code?.Length == 17).Select(reading => $"{reading.Code} {reading.Day:O} {reading.Digits} {reading.Answer}").ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Identities(IEnumerable<CanonicalResource> resources) =>
        resources.Select(resource => Convert.ToHexString(RecordIdentity.Of(resource))).Order(StringComparer.Ordinal);
}
