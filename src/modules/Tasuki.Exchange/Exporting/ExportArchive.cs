using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Tasuki.Exchange.Exporting;

/// <summary>
/// The ZIP of one export, written forwards into any stream: no temporary file, so nothing plain touches a disk, and no more in memory than the entry in hand needs.
/// Every entry is counted and hashed as it passes, for the manifest that closes the archive.
/// </summary>
internal sealed class ExportArchive : IAsyncDisposable
{
    private const string ManifestName = "manifest.json";

    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ZipArchive _zip;
    private readonly string _folder;
    private readonly DateTimeOffset _made;
    private readonly List<ExportedFile> _files = [];

    private ExportArchive(ZipArchive zip, string folder, DateTimeOffset made) => (_zip, _folder, _made) = (zip, folder, made);

    /// <param name="folder">The one folder at the root of the archive.</param>
    public static async Task<ExportArchive> Begin(Stream output, string folder, DateTimeOffset made, CancellationToken cancel) =>
        new(await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel), folder, made);

    /// <summary>The manifest itself, as the index names it before it is written.</summary>
    public static IReadOnlyList<ExportedFile> Manifest { get; } = [new(ManifestName, 1, 0, "", null)];

    public IReadOnlyList<ExportedFile> Files => _files;

    /// <param name="path">Inside the folder, with forward slashes.</param>
    /// <param name="write">Writes the contents and returns how many things of its kind they are.</param>
    public async Task Add(string path, Func<Stream, Task<int>> write, CancellationToken cancel, bool pack = true, string? name = null)
    {
        var entry = _zip.CreateEntry($"{_folder}/{path}", pack ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
        entry.LastWriteTime = _made;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count;
        long bytes;
        await using (var target = new HashedStream(await entry.OpenAsync(cancel), hash))
        {
            count = await write(target);
            await target.FlushAsync(cancel);
            bytes = target.Written;
        }

        _files.Add(new ExportedFile(path, count, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), name));
    }

    /// <summary>Writes <c>manifest.json</c>: what is inside, counted and hashed, for a reader of the next service and for whoever wants to check.</summary>
    public async Task Finish(CancellationToken cancel)
    {
        var entry = _zip.CreateEntry($"{_folder}/{ManifestName}");
        entry.LastWriteTime = _made;
        await using var target = await entry.OpenAsync(cancel);
        await using var json = new Utf8JsonWriter(target, Indented);
        json.WriteStartObject();
        json.WriteString("format", "tasuki-export");
        json.WriteNumber("version", 1);
        json.WriteString("made", _made);
        json.WriteStartArray("files");
        foreach (var file in _files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            if (file.Name is not null)
                json.WriteString("name", file.Name);
            json.WriteNumber("count", file.Count);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancel);
    }

    public ValueTask DisposeAsync() => _zip.DisposeAsync();

    private sealed class HashedStream(Stream inner, IncrementalHash hash) : Stream
    {
        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            hash.AppendData(buffer.Span);
            Written += buffer.Length;
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count)
        {
            hash.AppendData(buffer, offset, count);
            Written += count;
            inner.Write(buffer, offset, count);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>One file of an export.</summary>
/// <param name="Count">Records, rows, days or files inside it.</param>
/// <param name="Name">The name an original had when it was brought in.</param>
public sealed record ExportedFile(string Path, int Count, long Bytes, string Sha256, string? Name);
