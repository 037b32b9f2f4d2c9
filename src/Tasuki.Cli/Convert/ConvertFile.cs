using System.Buffers;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Formats;

namespace Tasuki.Cli.Convert;

/// <summary>
/// <c>tasuki convert FILE</c>: reads any file the importer knows and writes its resources as NDJSON, with the ids they came with. What was mended, left out or not
/// understood, and why, goes to the errors with its position. Needs no database and stores nothing.
/// </summary>
public static class ConvertFile
{
    public const int Ok = 0;

    /// <summary>Nothing could be read, or the file must not be used.</summary>
    public const int NothingRead = 2;

    /// <summary>EX_USAGE of sysexits.h.</summary>
    public const int WrongUsage = 64;

    private const string Usage = "Usage: tasuki convert FILE [--checkup-xml FOLDER]";

    public static async Task<int> Run(string[] args, Stream output, TextWriter errors, CancellationToken cancel)
    {
        var xml = args is [_, WriteCheckups.Switch, _] ? args[2] : null;
        if ((args.Length != 1 && xml is null) || args[0].StartsWith("--", StringComparison.Ordinal))
        {
            await errors.WriteLineAsync(Usage);
            return WrongUsage;
        }

        try
        {
            if (xml is not null)
                return await WriteCheckups.Run(args[0], xml, errors, cancel);
            await using var file = File.OpenRead(args[0]);
            return await Convert(file, Path.GetFileName(args[0]), output, errors, cancel);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"{args[0]} cannot be opened: there is no such file, or it must not be read.");
            return NothingRead;
        }
    }

    private static async Task<int> Convert(Stream file, string name, Stream output, TextWriter errors, CancellationToken cancel)
    {
        var taken = 0;
        var people = 0;
        var stops = false;
        var line = new ArrayBufferWriter<byte>(4096);
        await foreach (var item in FormatReader.Read(file, name, ReadLimits.Default, cancel))
        {
            switch (item)
            {
                case ReadResource resource:
                    taken++;
                    line.ResetWrittenCount();
                    Write(resource.Resource, line);
                    await output.WriteAsync(line.WrittenMemory, cancel);
                    break;
                case ReadPerson person:
                    people++;
                    await errors.WriteLineAsync($"{person.Position}: person: The file says whom it is about.");
                    break;
                case ReadAttachment attachment:
                    await errors.WriteLineAsync($"{attachment.Position}: attachment: {attachment.ContentType}, {attachment.Bytes.Length} bytes.");
                    break;
                case NotUnderstood said:
                    await errors.WriteLineAsync($"{said.Position}: {said.Reason}");
                    break;
                case ReadStopped stopped:
                    stops = true;
                    await errors.WriteLineAsync($"{stopped.Position}: {stopped.Reason}");
                    await errors.WriteLineAsync("Reading stopped here.");
                    break;
            }
        }

        await output.FlushAsync(cancel);
        await errors.WriteLineAsync($"{taken} resources.");
        return !stops && taken + people > 0 ? Ok : NothingRead;
    }

    private static void Write(CanonicalResource resource, ArrayBufferWriter<byte> line)
    {
        if (resource.OriginalId is { } id)
            resource.WriteWithId(line, id);
        else
            line.Write(resource.Json.Span);
        line.Write("\n"u8);
    }
}
