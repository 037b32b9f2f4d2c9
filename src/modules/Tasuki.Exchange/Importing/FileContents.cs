using Tasuki.Fhir;
using Tasuki.Formats;
using Tasuki.Kernel;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// Everything a reader found in one file. It is in memory at once, because it is stored in one transaction; a file that holds more than is allowed ends with
/// <c>import.too-much</c> instead of filling the server.
/// </summary>
internal sealed class FileContents
{
    /// <summary>Of what was not understood, this many are kept to be shown; the others are counted.</summary>
    public const int NotUnderstoodShown = 50;

    private readonly List<ReadResource> _resources = [];
    private readonly List<ReadPerson> _people = [];
    private readonly List<AttachmentFound> _attachments = [];
    private readonly List<NotUnderstood> _notUnderstood = [];
    private readonly List<NotUnderstood> _notes = [];
    private long _bytes;

    private FileContents(FileFormat format) => Format = format;

    public FileFormat Format { get; }

    public IReadOnlyList<ReadResource> Resources => _resources;

    public IReadOnlyList<ReadPerson> People => _people;

    public IReadOnlyList<AttachmentFound> Attachments => _attachments;

    public IReadOnlyList<NotUnderstood> NotUnderstood => _notUnderstood;

    public int NotUnderstoodCount { get; private set; }

    /// <summary>What was understood and needs a word: mended on the way, left out on purpose. As many as are shown.</summary>
    public IReadOnlyList<NotUnderstood> Notes => _notes;

    /// <summary>Days of detailed measurements, and original files, of our own export.</summary>
    public int SampleDays { get; private set; }

    public int Originals { get; private set; }

    /// <summary>Why the file must not be used; then nothing of it is stored.</summary>
    public ImportProblem? Problem { get; private set; }

    public static FileContents Unreadable(ImportProblem problem) => new(FileFormat.Unknown) { Problem = problem };

    /// <param name="source">Seekable; it is read from its start.</param>
    /// <param name="name">The name to say in positions.</param>
    public static async Task<FileContents> From(Stream source, string name, ExchangeOptions options, CancellationToken cancel)
    {
        var format = await FormatReader.Detect(source, cancel);
        source.Position = 0;
        var found = await From(format, FormatReader.Read(source, name, options.Limits, cancel), options.ImportBytes, cancel);
        if (format is FileFormat.TasukiExport && found.Problem is null)
            await found.Count(source, name, options.Limits, cancel);
        return found;
    }

    private async Task Count(Stream source, string name, ReadLimits limits, CancellationToken cancel)
    {
        using var own = OwnExport.Open(source, limits);
        if (own is null)
            return;
        Originals = own.OriginalCount;
        await foreach (var (path, wrongAt, days) in own.Samples(cancel))
        {
            if (!days.IsOk)
            {
                Problem = new ImportProblem(days.Error.Code, days.Error.Message, new SourcePosition($"{name}/{path}", Path: wrongAt));
                return;
            }

            SampleDays += days.Value.Count;
        }
    }

    internal static async Task<FileContents> From(FileFormat format, IAsyncEnumerable<ReadItem> items, long bytesAllowed, CancellationToken cancel)
    {
        var found = new FileContents(format);
        await foreach (var item in items.WithCancellation(cancel))
        {
            found.Take(item, bytesAllowed);
            if (found.Problem is not null)
                return found;
        }

        if (found._resources.Count == 0 && found._notUnderstood.Count == 0 && found._notes.Count == 0 && format is not FileFormat.TasukiExport)
            found.Problem = new ImportProblem("import.empty", "There is no record in the file.", null);
        return found;
    }

    private static bool IsNote(string code) =>
        code is "resource.slip" or "masked.insured-number" or "person.several" || code.StartsWith("repaired.", StringComparison.Ordinal);

    private void Take(ReadItem item, long bytesAllowed)
    {
        switch (item)
        {
            case ReadResource resource:
                _bytes += resource.Resource.Json.Length;
                _resources.Add(resource);
                if (_bytes > bytesAllowed)
                {
                    Problem = new ImportProblem("import.too-much",
                        $"The file holds more than {bytesAllowed >> 20} MiB of records. Divide it and bring the parts in one after the other.",
                        resource.Position);
                }

                break;
            case ReadPerson person:
                _people.Add(person);
                break;
            case ReadAttachment attachment:
                _attachments.Add(new AttachmentFound(attachment.Name, attachment.ContentType, attachment.Bytes.Length));
                break;
            case NotUnderstood note when IsNote(note.Reason.Code):
                if (_notes.Count < NotUnderstoodShown)
                    _notes.Add(note);
                break;
            case NotUnderstood not:
                NotUnderstoodCount++;
                if (_notUnderstood.Count < NotUnderstoodShown)
                    _notUnderstood.Add(not);
                break;
            case ReadStopped stopped:
                Problem = ImportProblem.Of(stopped);
                break;
            default:
                throw new InvalidOperationException($"A reader gave {item.GetType().Name}, which no import step knows.");
        }
    }
}

/// <summary>A file inside the file. It stays in the original, which is kept.</summary>
public sealed record AttachmentFound(string Name, string ContentType, long Size);
