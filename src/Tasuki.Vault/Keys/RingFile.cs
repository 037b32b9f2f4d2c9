using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tasuki.Kernel;

namespace Tasuki.Vault.Keys;

/// <summary>One key of the ring as it stands in <c>ring.json</c>, wrapped by the root key.</summary>
internal sealed record RingEntry(string Purpose, int Number, DateTimeOffset Birth, DateTimeOffset? End, byte[] Wrapped);

internal sealed record RingDocument(int Format, string Municipality, List<RingEntry> Keys);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RingDocument))]
internal sealed partial class RingJson : JsonSerializerContext;

/// <summary>The files of the key ring: <c>root.key</c> (32 bytes, mode 0600) and <c>ring.json</c>. A change is written beside, synced and renamed: a crash leaves the old or the new ring.</summary>
internal sealed class RingFile(string folder)
{
    private const int RootSize = 32;

    private string RootPath => Path.Combine(folder, "root.key");

    private string RingPath => Path.Combine(folder, "ring.json");

    public string ErasurePath => Path.Combine(folder, "erasures");

    public bool Exists => File.Exists(RingPath);

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

    public void MakeFolder()
    {
        if (Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public bool HasRoot => File.Exists(RootPath);

    public byte[] MakeRoot()
    {
        var root = RandomNumberGenerator.GetBytes(RootSize);
        WriteSynced(RootPath, root);
        return root;
    }

    public Result<byte[]> ReadRoot()
    {
        if (!File.Exists(RootPath))
            return new Error("ring.root", "The key ring has no root.key: without it no record can be opened. Put it back from where it was kept.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(RootPath) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != UnixFileMode.None)
            return new Error("ring.mode", "root.key may be read by others than its owner. Set its mode to 0600.");
        var root = File.ReadAllBytes(RootPath);
        return root.Length == RootSize ? root : new Error("ring.root", $"root.key has {root.Length} bytes; it must have {RootSize}.");
    }

    public Result<RingDocument> Read()
    {
        try
        {
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(RingPath), RingJson.Default.RingDocument);
            return document is { Format: 1 } ? document : new Error("ring.format", $"ring.json has format {document?.Format}; this version reads format 1.");
        }
        catch (JsonException)
        {
            return new Error("ring.format", "ring.json is not well-formed. Put it back from its backup.");
        }
    }

    public void Write(RingDocument document) => WriteSynced(RingPath, JsonSerializer.SerializeToUtf8Bytes(document, RingJson.Default.RingDocument));

    private static void WriteSynced(string path, byte[] bytes)
    {
        var beside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(beside, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}
