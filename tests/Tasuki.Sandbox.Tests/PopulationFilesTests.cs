using Tasuki.Fhir;
using Tasuki.Formats;
using Xunit;

namespace Tasuki.Sandbox.Tests;

public sealed class PopulationFilesTests
{
    private static readonly PopulationOptions Options = new(30, PopulationOptions.DemoSeed);

    [Fact]
    public async Task Every_file_is_read_whole_by_the_importers_reader()
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-files-");
        try
        {
            var cancel = TestContext.Current.CancellationToken;
            var count = await PopulationFiles.Write(Options, folder.FullName, PopulationFileKinds.All, cancel);
            Assert.Equal(count, folder.GetFiles("*", SearchOption.AllDirectories).Length);
            var formats = new HashSet<FileFormat>();
            foreach (var resident in Population.Generate(Options))
            {
                var own = new DirectoryInfo(Path.Combine(folder.FullName, $"resident-{resident.Index:D6}"));
                var records = resident.Records.ToArray();
                foreach (var file in own.GetFiles())
                    formats.Add(await ReadsWhole(file, resident, records, cancel));
            }

            Assert.Equal([FileFormat.FhirBundle, FileFormat.FhirNdjson, FileFormat.Phr], formats.Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<FileFormat> ReadsWhole(FileInfo file, SyntheticResident resident, SyntheticRecord[] records, CancellationToken cancel)
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
                    Assert.Contains(resident.Name.Kanji, person.Names, StringComparer.Ordinal);
                    Assert.Equal(resident.BirthDate, person.BirthDate);
                    Assert.Equal(resident.Gender, person.Gender);
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
        if (file.Name.StartsWith("records.", StringComparison.Ordinal))
            Assert.Equal(Identities(records.Select(record => record.Resource)), Identities(read.Select(one => one.Resource)), StringComparer.Ordinal);
        else
            Assert.Subset(Identities(records.Select(record => record.Resource)).ToHashSet(StringComparer.Ordinal), Identities(read.Select(one => one.Resource)).ToHashSet(StringComparer.Ordinal));
        return format;
    }

    private static IEnumerable<string> Identities(IEnumerable<CanonicalResource> resources) =>
        resources.Select(resource => Convert.ToHexString(RecordIdentity.Of(resource))).Order(StringComparer.Ordinal);
}
