using System.Diagnostics;
using System.Globalization;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Cli.ImportFhir;

/// <summary>
/// <c>tasuki import-fhir FOLDER|FILE.ndjson... --residents MAP.csv</c>: many residents' resources, as another server's bulk export gives them. One line on standard output for
/// each line that is not taken over, the count and the rate on standard error.
/// </summary>
internal static class ImportFhirFiles
{
    private const int MostPaths = 10_000;

    private static readonly string[] Options = [.. OpenedMunicipality.Options, "residents", "source", "shared", "operator", "reason"];

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 1, most: MostPaths);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var files = Files(line.Value.Words);
        var source = SourceOf(line.Value.Get("source", "other-phr"));
        var residents = await ResidentMap(line.Value["residents"], cancel);
        if ((files.Error ?? source.Error ?? residents.Error) is { } wrong)
            return await Usage.Say(errors, wrong);
        if (line.Value["shared"] is not (null or "yes"))
            return await Usage.Say(errors, new Error("usage", "--shared yes, or not at all."));
        if (line.Value["operator"] is not { Length: > 0 } name || line.Value["reason"] is not { Length: > 0 } reason)
            return await Usage.Say(errors, new Error("usage", "--operator and --reason say who does this and why; each resident sees both."));
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;

        var watch = Stopwatch.StartNew();
        NdjsonIndex index;
        try
        {
            index = NdjsonIndex.Of(files.Value, cancel);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or UnauthorizedAccessException)
        {
            return await Usage.Say(errors, new Error("file.read", unreadable.Message));
        }

        using (index)
        {
            var names = files.Value.Select(file => Path.GetFileName(file)).ToList();
            var actor = Actor.Operator(name, reason);
            Result<ImportedShared> shared = new ImportedShared(new Dictionary<string, string>(StringComparer.Ordinal), 0);
            if (line.Value["shared"] is not null)
                shared = await SharedImport.Run(municipality.Vault, actor, index, names, cancel);
            if (!shared.IsOk)
                return await Usage.Say(errors, shared.Error);
            if (shared.Value.References.Count > 0)
                await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{shared.Value.References.Count} shared records, {shared.Value.Created} of them new."));
            var run = new ResidentImport(municipality.Vault, actor, index, names, shared.Value.References, source.Value, TimeProvider.System);
            return await Import(index, names, residents.Value, run, watch, output, errors, cancel);
        }
    }

    private static async Task<int> Import(
        NdjsonIndex index, List<string> names, Dictionary<string, ResidentNo> residents, ResidentImport run, Stopwatch watch, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var (created, updated, already, refused) = (0L, 0L, 0L, 0L);
        using var turn = new SemaphoreSlim(1);
        await Tell(index.Refused);
        foreach (var (_, places) in index.OfPatient.Where(one => !residents.ContainsKey(one.Key)))
            await Tell([.. places.Select(place => new RefusedLine(place, 1, "The list of residents does not name the Patient this resource is about."))]);
        var known = index.OfPatient.Keys.Where(residents.ContainsKey).ToList();
        await Parallel.ForEachAsync(known, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount * 2, CancellationToken = cancel }, async (patient, stop) =>
        {
            var one = await run.Run(patient, residents[patient], stop);
            Interlocked.Add(ref created, one.Created);
            Interlocked.Add(ref updated, one.Updated);
            Interlocked.Add(ref already, one.AlreadyThere);
            await Tell(one.Refused);
        });
        var alone = index.Shared.Where(one => !run.IsReferred(one.Key) && !run.IsShared(one.Key)).ToList();
        await Tell([.. alone.Where(one => IsOfSomebody(one.Key)).Select(one => new RefusedLine(one.Value, 1, "The resource names no Patient, and no line of a resident of the list refers to it."))]);
        alone.RemoveAll(one => IsOfSomebody(one.Key));
        if (alone.Count > 0)
            await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{alone.Count} lines are about nobody, and no line of a resident refers to them: they are not stored."));
        var stored = created + updated + already;
        await errors.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{index.Lines} lines, {known.Count} residents: {created} created, {updated} updated, {already} there already, {refused} lines refused; {stored / watch.Elapsed.TotalSeconds:F0} records a second, validation included."));
        return refused == 0 ? 0 : 1;

        async Task Tell(IReadOnlyList<RefusedLine> lines)
        {
            if (lines.Count == 0)
                return;
            await turn.WaitAsync(cancel);
            try
            {
                refused += lines.Count;
                foreach (var one in lines)
                    await output.WriteLineAsync($"{names[one.Place.File]}:{one.Place.Line}:{one.Column}: {one.Sentence}");
            }
            finally
            {
                turn.Release();
            }
        }
    }

    // A device may be nobody's, and a Person is about several; any other type that can be asked for by its patient is of one.
    private static bool IsOfSomebody(string name) => name.Split('/')[0] is not ("Device" or "Person") and var type && SearchParameters.Find(type, "patient").IsOk;

    private static Result<List<string>> Files(IReadOnlyList<string> paths)
    {
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                files.AddRange(Directory.EnumerateFiles(path).Where(file => IsLines(file) || IsPacked(file)).Order(StringComparer.Ordinal));
            else if (File.Exists(path))
                files.Add(path);
            else
                return new Error("file.missing", $"There is no file or folder {path}.");
        }

        // Lines are read by their place, which a packed file does not have.
        if (files.Find(IsPacked) is { } packed)
            return new Error("file.packed", $"{Path.GetFileName(packed)} is packed: unpack it first (gunzip). Nothing was taken over.");

        return files.Count > 0 ? files : new Error("file.missing", "There is no file whose name ends with .ndjson.");
    }

    private static bool IsLines(string file) => file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase);

    private static bool IsPacked(string file) => file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) && IsLines(file[..^3]);

    private static Result<SourceKind> SourceOf(string word) => word switch
    {
        "other-phr" => SourceKind.OtherPhr,
        "medical-institution" => SourceKind.MedicalInstitution,
        "insurer" => SourceKind.Insurer,
        "municipality" => SourceKind.Municipality,
        "employer" => SourceKind.Employer,
        _ => new Error("usage", "--source is other-phr, medical-institution, insurer, municipality or employer."),
    };

    // PATIENT,RESIDENT in each line: the id of a Patient in the files, and the number of the resident here. A first line in words is a heading.
    private static async Task<Result<Dictionary<string, ResidentNo>>> ResidentMap(string? path, CancellationToken cancel)
    {
        if (path is null || !File.Exists(path))
            return new Error("usage", "--residents names a file with a line PATIENT,RESIDENT for each: the id of a Patient in the files, and the number of the resident.");
        var found = new Dictionary<string, ResidentNo>(StringComparer.Ordinal);
        var taken = new HashSet<ResidentNo>();
        var number = 0;
        foreach (var text in await File.ReadAllLinesAsync(path, cancel))
        {
            number++;
            if (text.Length == 0 || (number == 1 && text is "patient,resident"))
                continue;
            var parts = text.Split(',', StringSplitOptions.TrimEntries);
            if (parts is not [{ Length: > 0 } patient, var no] || !long.TryParse(no, NumberStyles.None, CultureInfo.InvariantCulture, out var resident))
                return new Error("residents.line", $"Line {number} of the list of residents is not of the form PATIENT,RESIDENT.");
            if (!found.TryAdd(patient, new ResidentNo(resident)) || !taken.Add(new ResidentNo(resident)))
                return new Error("residents.twice", $"Line {number} of the list of residents names a Patient or a resident for the second time.");
        }

        return found;
    }
}
