using Tasuki.Compliance.Catalogue;

// Reads the JSON files of a folder as a catalogue and writes what is wrong with them the way a build reads errors.
// Ends with 0 for nothing, 1 for something, 2 where it was not called right.
if (args is not [var folder] || !Directory.Exists(folder))
{
    Console.Error.WriteLine($"Tasuki.Catalogue: error TSK002: One folder that exists must be named, and this is '{string.Join(' ', args)}'.");
    return 2;
}

var reading = RequirementCatalogue.Read(Directory.EnumerateFiles(folder, "*.json").Select(path => (path, File.ReadAllText(path))));
foreach (var problem in reading.Problems)
    Console.Out.WriteLine(problem);
return reading.Problems.Count > 0 ? 1 : 0;
