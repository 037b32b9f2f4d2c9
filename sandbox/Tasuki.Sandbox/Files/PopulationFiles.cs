using System.Globalization;

namespace Tasuki.Sandbox;

/// <summary>The formats of files the population can write itself out in: all the importer knows.</summary>
[Flags]
public enum PopulationFileKinds
{
    None = 0,

    /// <summary>Each checkup as a report document (FHIR Bundle of type document).</summary>
    CheckupReports = 1,

    /// <summary>Everything in one FHIR Bundle of type collection.</summary>
    Bundle = 2,

    /// <summary>Everything as FHIR NDJSON.</summary>
    Ndjson = 4,

    /// <summary>Everything as <c>.phr</c>.</summary>
    Phr = 8,

    /// <summary>Each specific, elderly and employer's checkup as <c>h*.xml</c>.</summary>
    CheckupXml = 16,

    /// <summary>The same in one exchange ZIP.</summary>
    CheckupArchive = 32,

    /// <summary>Everything as <c>.sphr</c>, as another service would hand it out: a ZIP with a <c>.phr</c> in a folder.</summary>
    Sphr = 64,

    /// <summary>Blood pressure, weight and steps as Open mHealth and IEEE 1752.1.</summary>
    Measurements = 128,

    /// <summary>Everything as Tasuki's own export, an SPHR that keeps category and source.</summary>
    Export = 256,

    /// <summary>One record alone as a FHIR resource.</summary>
    Resource = 512,

    /// <summary>The report documents in one plain ZIP.</summary>
    ReportArchive = 1024,

    All = CheckupReports | Bundle | Ndjson | Phr | CheckupXml | CheckupArchive | Sphr | Measurements | Export | Resource | ReportArchive,
}

/// <summary>Writes the synthetic population out as files, so there are always inputs to try.</summary>
public static class PopulationFiles
{
    /// <summary>
    /// One folder a resident (<c>resident-000027</c>) with the files of the kinds asked for; a kind for which a resident has nothing is left out.
    /// Existing files of the same name are replaced. Gives the number of files.
    /// </summary>
    public static async Task<int> Write(PopulationOptions options, string folder, PopulationFileKinds kinds, CancellationToken cancel)
    {
        var written = 0;
        foreach (var resident in Population.Generate(options))
        {
            cancel.ThrowIfCancellationRequested();
            var own = Path.Combine(folder, $"resident-{resident.Index.ToString("D6", CultureInfo.InvariantCulture)}");
            Directory.CreateDirectory(own);
            var records = resident.MakeData().Records;
            foreach (var (name, bytes) in FilesOf(resident, records, kinds, options.Until))
                await Keep(name, bytes);
            if (records.Count == 0 || (kinds & (PopulationFileKinds.Export | PopulationFileKinds.Measurements)) == PopulationFileKinds.None)
                continue;
            var archive = await SphrFiles.Export(resident, records, options.Until, cancel);
            if (kinds.HasFlag(PopulationFileKinds.Export))
                await Keep("records-export.sphr", archive);
            if (kinds.HasFlag(PopulationFileKinds.Measurements))
            {
                foreach (var (name, bytes) in SphrFiles.Measurements(archive))
                    await Keep(name, bytes);
            }

            async Task Keep(string name, byte[] bytes)
            {
                await File.WriteAllBytesAsync(Path.Combine(own, name), bytes, cancel);
                written++;
            }
        }

        return written;
    }

    private static IEnumerable<(string Name, byte[] Bytes)> FilesOf(SyntheticResident resident, IReadOnlyList<SyntheticRecord> records, PopulationFileKinds kinds, DateOnly until)
    {
        var reports = new List<(string Name, byte[] Bytes)>();
        if ((kinds & (PopulationFileKinds.CheckupReports | PopulationFileKinds.ReportArchive)) != PopulationFileKinds.None)
            reports.AddRange(FhirFiles.Reports(resident, records));
        var found = kinds.HasFlag(PopulationFileKinds.CheckupReports) ? reports : [];
        if (kinds.HasFlag(PopulationFileKinds.ReportArchive) && reports.Count > 0)
            found = [.. found, ("checkup-reports.zip", SphrFiles.Zip(reports, until))];
        if (kinds.HasFlag(PopulationFileKinds.CheckupXml))
            found = [.. found, .. CheckupFiles.Documents(resident, records)];
        if (kinds.HasFlag(PopulationFileKinds.CheckupArchive))
            found = [.. found, .. CheckupFiles.Archive(resident, records, until)];
        foreach (var file in found)
            yield return file;
        if (records.Count == 0)
            yield break;
        if (kinds.HasFlag(PopulationFileKinds.Bundle))
            yield return ("records.json", FhirFiles.Collection(resident, records));
        if (kinds.HasFlag(PopulationFileKinds.Ndjson))
            yield return ("records.ndjson", FhirFiles.Ndjson(resident, records));
        if (kinds.HasFlag(PopulationFileKinds.Phr))
            yield return ("records.phr", FhirFiles.Phr(resident, records, until));
        if (kinds.HasFlag(PopulationFileKinds.Sphr))
            yield return ("records.sphr", SphrFiles.Zip([("SPHR_example.clinic/records.phr", FhirFiles.Phr(resident, records, until))], until));
        if (kinds.HasFlag(PopulationFileKinds.Resource))
            yield return ("one-record.json", FhirFiles.Single(resident, records[^1]));
    }
}
