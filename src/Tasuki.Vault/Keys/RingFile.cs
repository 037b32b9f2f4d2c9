using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tasuki.Kernel;

namespace Tasuki.Vault.Keys;

/// <summary>One key of the ring as it stands in <c>ring.json</c>, wrapped by the root key.</summary>
/// <param name="End">Since when it seals nothing new. It opens what it sealed until it is destroyed.</param>
/// <param name="Spread">The generation of the ring that brought it, while it waits for every live server to have loaded that; 0 when it may be used.</param>
internal sealed record RingEntry(string Purpose, int Number, DateTimeOffset Birth, DateTimeOffset? End, byte[] Wrapped, long Spread = 0);

/// <param name="Generation">Counts the changes of the ring: what a server reports to have loaded.</param>
internal sealed record RingDocument(int Format, string Municipality, List<RingEntry> Keys, long Generation = 1)
{
    /// <summary>Format 1 knew no generation and no key that waits; it is read, and written as 2.</summary>
    public const int NewestFormat = 2;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RingDocument))]
internal sealed partial class RingJson : JsonSerializerContext;

/// <summary>
/// The files of the key ring: <c>root.key</c> (32 bytes, mode 0600, or a path of its own such as a systemd credential) and <c>ring.json</c>. A change is written beside,
/// synced, renamed, the folder synced: a crash leaves the old or the new ring.
/// </summary>
internal sealed class RingFile(string folder, string? root)
{
    public const int RootSize = 32;

    private string RootPath => root ?? Path.Combine(folder, "root.key");

    private string RingPath => Path.Combine(folder, "ring.json");

    public string ErasurePath => Path.Combine(folder, "erasures");

    /// <summary>Stands here while a restore is under way: nothing opens before it is finished.</summary>
    public string RestorePath => Path.Combine(folder, "restore.json");

    public bool Exists => File.Exists(RingPath);

    /// <summary>Differs after every change, but for two within one tick of the file system's clock.</summary>
    public (DateTime, long) Stamp
    {
        get
        {
            var file = new FileInfo(RingPath);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        }
    }

    /// <summary>Held while a ring is made or a key is added, against a second process doing the same.</summary>
    public FileStream Lock()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(Path.Combine(folder, "ring.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 200)
            {
                // Another process holds the lock for the moment it takes to write one small file.
                Thread.SpinWait(200_000);
            }
        }
    }

    /// <summary>Held by a rotation or a backup, which would disturb one another. Null when one is under way.</summary>
    public FileStream? TryLockLongWork()
    {
        try
        {
            return new FileStream(Path.Combine(folder, "work.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void MakeFolder()
    {
        if (Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Whether a ring stood here before: a lost ring.json must not be answered by a new ring that opens nothing.</summary>
    public bool HadRing => root is null ? File.Exists(RootPath) : File.Exists(ErasurePath) || File.Exists(Path.Combine(folder, "work.lock"));

    /// <summary>A root of its own path is made by who keeps it, never here.</summary>
    public Result<byte[]> MakeRoot()
    {
        if (root is not null)
            return ReadRoot();
        var made = RandomNumberGenerator.GetBytes(RootSize);
        SyncedFile.Write(RootPath, made);
        return made;
    }

    public Result<byte[]> ReadRoot()
    {
        if (!File.Exists(RootPath))
            return new Error("ring.root", "The key ring has no root.key: without it no record can be opened. Put it back from where it was kept.");
        // systemd keeps credentials in a folder of the service's own and may show a group that is only its access list.
        var credential = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } credentials
            && string.Equals(Path.GetDirectoryName(Path.GetFullPath(RootPath)), Path.GetFullPath(credentials), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows() && !credential && (File.GetUnixFileMode(RootPath) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != UnixFileMode.None)
            return new Error("ring.mode", "root.key may be read by others than its owner. Set its mode to 0600.");
        var read = File.ReadAllBytes(RootPath);
        return read.Length == RootSize ? read : new Error("ring.root", $"root.key has {read.Length} bytes; it must have {RootSize}.");
    }

    public Result<RingDocument> Read()
    {
        try
        {
            return Parse(File.ReadAllBytes(RingPath));
        }
        catch (IOException)
        {
            return new Error("ring.missing", "The key ring's folder cannot be read.");
        }
    }

    public static Result<RingDocument> Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var document = JsonSerializer.Deserialize(json, RingJson.Default.RingDocument);
            return document is { Format: 1 or RingDocument.NewestFormat }
                ? document : new Error("ring.format", $"ring.json has format {document?.Format}; this version reads formats 1 and {RingDocument.NewestFormat}.");
        }
        catch (JsonException)
        {
            return new Error("ring.format", "ring.json is not well-formed. Put it back from its backup.");
        }
    }

    public byte[] Bytes() => File.ReadAllBytes(RingPath);

    public void Write(RingDocument document) => SyncedFile.Write(RingPath, JsonSerializer.SerializeToUtf8Bytes(document, RingJson.Default.RingDocument));

    /// <summary>Puts a recovered ring into an empty folder; <c>ring.json</c> comes last, so that a cut-off recovery is no ring.</summary>
    public void Put(byte[] rootKey, byte[] ring)
    {
        MakeFolder();
        // A root that is kept elsewhere is put there by who keeps it.
        if (root is null)
            SyncedFile.Write(RootPath, rootKey);
        SyncedFile.Write(RingPath, ring);
    }
}
