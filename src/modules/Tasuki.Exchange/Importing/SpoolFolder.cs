using System.Security.Cryptography;
using Tasuki.Kernel;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// Files on their way in, as ciphertext: AES-256-GCM in chunks under a random key that stands only sealed in the import's row. Nothing plain touches a disk,
/// so a crash leaves noise, and the sweep takes that too.
/// </summary>
internal sealed class SpoolFolder
{
    private const string Extension = ".spool";
    private readonly string _folder;

    public SpoolFolder(ExchangeOptions options)
    {
        _folder = options.Spools;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_folder);
        else
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public SpoolWriter Create(string id, byte[] key) => new(PathOf(id), id, key);

    /// <summary>A readable, seekable stream of what was received. Error <c>import.spool</c>: it is gone, or was altered on the disk.</summary>
    public Result<Stream> Open(string id, byte[] key, long size)
    {
        try
        {
            return new SpoolStream(PathOf(id), id, key, size);
        }
        catch (IOException)
        {
            return new Error("import.spool", "The received file is no longer there. Bring it in again.");
        }
    }

    /// <summary>Makes something inside a spool seekable: a spool of its own under a key that nobody keeps, gone when the stream is closed.</summary>
    public async Task<Stream> Unpack(string id, Stream packed, CancellationToken cancel)
    {
        var inner = $"{id}-{ImportRows.NewId()}";
        var key = RandomNumberGenerator.GetBytes(SpoolChunk.KeyBytes);
        try
        {
            var buffer = new byte[SpoolChunk.Plain];
            long size;
            await using (var spool = Create(inner, key))
            {
                int read;
                while ((read = await packed.ReadAsync(buffer, cancel)) > 0)
                    await spool.Write(buffer.AsMemory(0, read), cancel);
                await spool.Complete(cancel);
                size = spool.Length;
            }

            return new SpoolStream(PathOf(inner), inner, key, size);
        }
        finally
        {
            // An open file can be read to its end after its name is gone; a crash in between leaves it to the sweep.
            Delete(inner);
        }
    }

    public void Delete(string id) => File.Delete(PathOf(id));

    public IReadOnlyList<string> Ids() =>
        [.. Directory.EnumerateFiles(_folder, "*" + Extension).Select(path => Path.GetFileNameWithoutExtension(path))];

    /// <summary>Says to other processes that this one works on the spool. The hold ends with the process, whatever ends it.</summary>
    public IDisposable Hold(string id) =>
        new FileStream(HoldOf(id), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);

    public bool IsHeld(string id)
    {
        try
        {
            using var probe = new FileStream(HoldOf(id), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private string HoldOf(string id) => Path.Combine(_folder, id + ".held");

    private string PathOf(string id) => Path.Combine(_folder, id + Extension);
}
