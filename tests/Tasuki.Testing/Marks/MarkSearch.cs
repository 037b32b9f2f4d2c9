using System.Collections.Concurrent;

namespace Tasuki.Testing.Marks;

/// <summary>Searches values, files and folders for marks, plain and unpacked, and says each place once with what was found there.</summary>
public sealed class MarkSearch(IEnumerable<Mark> marks)
{
    /// <summary>How <see cref="Mark.Where"/> begins for a text that is looked for to know that the search works.</summary>
    public const string Control = "control: ";

    private const int Piece = 16 << 20;

    private readonly MarkIndex _index = new(marks);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> _found = new(StringComparer.Ordinal);
    private long _bytes;
    private int _files;

    /// <summary>How much was looked at, so that a test can say that its places were not empty.</summary>
    public long Bytes => _bytes;

    public int Files => _files;

    /// <summary>Each place where marks stand, with at most eight of them. Empty is what is wanted. Controls are left out.</summary>
    public string Report() => string.Join('\n', _found.Select(f => (Place: f.Key, Marks: f.Value.Keys.Where(m => !m.StartsWith(Control, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList()))
        .Where(f => f.Marks.Count > 0).OrderBy(f => f.Place, StringComparer.Ordinal)
        .Select(f => $"{f.Place}: {string.Join(", ", f.Marks.Take(8))}{(f.Marks.Count > 8 ? $", and {f.Marks.Count - 8} more" : "")}"));

    /// <summary>Where a text was found that may stand in clear: a place that was looked at holds one, or it was not looked at.</summary>
    public IReadOnlyList<string> PlacesOf(string control) => [.. _found.Where(f => f.Value.Keys.Any(m => m.StartsWith(Control + control + " as ", StringComparison.Ordinal))).Select(f => f.Key)];

    /// <summary>One value of a column, or one message.</summary>
    public void Value(string place, byte[] bytes) => Look(place, bytes, isValue: true);

    /// <summary>A file, in pieces that overlap. One that goes away while it is looked for was never meant to stay.</summary>
    public void File(string path, string? place = null)
    {
        Interlocked.Increment(ref _files);
        // A name of a file is a place for a mark as well.
        Plain(place ?? path, " in its name", System.Text.Encoding.UTF8.GetBytes(path));
        try
        {
            // Opening a pipe would wait for somebody who writes; pipes and empty files hold nothing.
            if (new FileInfo(path).Length == 0)
                return;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            for (var from = 0L; from < file.Length; from += Piece)
            {
                file.Position = from;
                var piece = new byte[Math.Min(Piece + _index.Longest, file.Length - from)];
                var length = file.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false);
                Look(place ?? path, length == piece.Length ? piece : piece[..length], isValue: from == 0);
            }
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
        }
    }

    /// <summary>Everything under a folder, however deep.</summary>
    public void Folder(string path)
    {
        // The name of every folder is looked at with those of its files; an empty folder has a name too.
        Parallel.ForEach(Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories), entry =>
        {
            if (Directory.Exists(entry))
                Plain(entry, " in its name", System.Text.Encoding.UTF8.GetBytes(entry));
            else
                File(entry);
        });
    }

    private void Look(string place, byte[] bytes, bool isValue)
    {
        Interlocked.Add(ref _bytes, bytes.Length);
        Plain(place, "", bytes);
        foreach (var (how, inner) in Unpacked.In(bytes, isValue))
            Plain(place, $" in {how}", inner);
    }

    private void Plain(string place, string how, ReadOnlySpan<byte> bytes)
    {
        foreach (var (mark, form, _) in _index.Find(bytes))
            _found.GetOrAdd(place, _ => new(StringComparer.Ordinal)).TryAdd($"{mark.Where} as {form}{how}", 0);
    }
}
