using System.Globalization;
using Tasuki.Formats;
using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.Cli.Convert;

/// <summary>
/// <c>tasuki convert FILE --checkup-xml FOLDER</c>: writes each checkup report of the file as a result file of the ministry's format into a folder that is made, one after the
/// other. What the format cannot hold is said and left out.
/// </summary>
internal static class WriteCheckups
{
    public const string Switch = "--checkup-xml";

    public static async Task<int> Run(string path, string folder, TextWriter errors, CancellationToken cancel)
    {
        var items = new List<ReadItem>();
        await using (var file = File.OpenRead(path))
        {
            await foreach (var item in FormatReader.Read(file, Path.GetFileName(path), ReadLimits.Default, cancel))
                items.Add(item);
        }

        foreach (var said in items.OfType<NotUnderstood>())
            await errors.WriteLineAsync($"{said.Position}: {said.Reason}");
        if (items.OfType<ReadStopped>().FirstOrDefault() is { } stopped)
        {
            await errors.WriteLineAsync($"{stopped.Position}: {stopped.Reason}");
            return ConvertFile.NothingRead;
        }

        Directory.CreateDirectory(folder);
        var written = 0;
        foreach (var document in CheckupDocument.From(items).Where(d => d.Resources.Any(r => r.Resource.Type == "Composition")))
        {
            await using var target = new FileStream(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"checkup-{written + 1}.xml")), FileMode.CreateNew);
            var done = SpecificCheckupWriter.Write(target, document);
            if (!done.IsOk)
            {
                await errors.WriteLineAsync(done.Error.ToString());
                return ConvertFile.NothingRead;
            }

            foreach (var left in done.Value)
                await errors.WriteLineAsync($"{left}: the format has no place for it.");
            written++;
        }

        await errors.WriteLineAsync($"{written} checkups.");
        return written > 0 ? ConvertFile.Ok : ConvertFile.NothingRead;
    }
}
