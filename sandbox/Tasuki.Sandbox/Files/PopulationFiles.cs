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

    All = CheckupReports | Bundle | Ndjson | Phr,
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
            foreach (var (name, bytes) in FilesOf(resident, kinds, options.Until))
            {
                await File.WriteAllBytesAsync(Path.Combine(own, name), bytes, cancel);
                written++;
            }
        }

        return written;
    }

    private static IEnumerable<(string Name, byte[] Bytes)> FilesOf(SyntheticResident resident, PopulationFileKinds kinds, DateOnly until)
    {
        var records = resident.MakeData().Records;
        if (kinds.HasFlag(PopulationFileKinds.CheckupReports))
        {
            foreach (var report in FhirFiles.Reports(resident, records))
                yield return report;
        }

        if (records.Count == 0)
            yield break;
        if (kinds.HasFlag(PopulationFileKinds.Bundle))
            yield return ("records.json", FhirFiles.Collection(resident, records));
        if (kinds.HasFlag(PopulationFileKinds.Ndjson))
            yield return ("records.ndjson", FhirFiles.Ndjson(resident, records));
        if (kinds.HasFlag(PopulationFileKinds.Phr))
            yield return ("records.phr", FhirFiles.Phr(resident, records, until));
    }
}
