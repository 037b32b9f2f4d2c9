using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.Backup;

/// <summary>The file of a ring's copy: what is in clear, and the rest under a key locked to the certificate.</summary>
internal sealed record RingEnvelope(int Format, string Municipality, DateTimeOffset Made, LockedKey Key, byte[] Body);

internal sealed record RingContents(byte[] Root, byte[] Ring, byte[] Erasures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RingEnvelope))]
[JsonSerializable(typeof(RingContents))]
internal sealed partial class RingBackupJson : JsonSerializerContext;

/// <summary>
/// Ring, root key and erasure list, encrypted to an offline certificate. It holds the epoch keys of its day: with it and a key-store copy of those days the erased of
/// later days open too, so it is kept apart from both stores and no longer than <see cref="KeepUntil"/>, when a newer one has taken its place.
/// </summary>
public static class RingBackup
{
    /// <summary>Until when a copy made at that time may be kept so that what people were promised at erasure holds.</summary>
    public static DateTimeOffset KeepUntil(DateTimeOffset made, int epochDays) => made.AddDays(epochDays);

    /// <summary>Writes the copy; the file must not be there.</summary>
    public static async Task<Result<Done>> Write(RecordVault vault, string certificatePath, string path, CancellationToken cancel)
    {
        if (File.Exists(path))
            return new Error("backup.exists", $"{path} is there already.");
        var certificate = CertificateLock.Read(certificatePath);
        if (!certificate.IsOk)
            return certificate.Error;
        using var to = certificate.Value;
        var made = Make(vault.Parts.Ring, vault.Parts.Municipality, vault.Parts.Clock.GetUtcNow(), to);
        if (!made.IsOk)
            return made.Error;
        SyncedFile.Write(path, made.Value);
        await vault.LogOperation(Actor.Job("keys.backup", "A copy of the key ring was made."), KeyActions.Backup, "ring");
        return Done.Yes;
    }

    /// <summary>Puts a copy back into a folder that holds no ring. Returns the municipality and when the copy was made.</summary>
    /// <param name="ringRoot">The folder that holds one ring folder for each municipality.</param>
    public static async Task<Result<(string Municipality, DateTimeOffset Made)>> Recover(string path, string privateKeyPath, string ringRoot, CancellationToken cancel)
    {
        if (!File.Exists(path) || !File.Exists(privateKeyPath))
            return new Error("backup.missing", "The copy of the ring or the private key is not there.");
        var envelope = Parse(await File.ReadAllBytesAsync(path, cancel));
        if (!envelope.IsOk)
            return envelope.Error;
        var contents = Open(envelope.Value, await File.ReadAllTextAsync(privateKeyPath, cancel));
        if (!contents.IsOk)
            return contents.Error;
        var folder = Path.Combine(ringRoot, envelope.Value.Municipality);
        var put = PutBack(folder, contents.Value, overStanding: false);
        return put.IsOk ? (envelope.Value.Municipality, envelope.Value.Made) : put.Error;
    }

    internal static Result<byte[]> Make(KeyRing ring, MunicipalityId municipality, DateTimeOffset now, X509Certificate2 to)
    {
        var (root, document, erasures) = ring.Copy();
        var plain = JsonSerializer.SerializeToUtf8Bytes(new RingContents(root, document, erasures), RingBackupJson.Default.RingContents);
        var key = RandomNumberGenerator.GetBytes(32);
        var locked = CertificateLock.Wrap(to, key);
        if (!locked.IsOk)
            return locked.Error;
        var envelope = new RingEnvelope(1, municipality.Value, now, locked.Value, Aead.Seal(key, [], plain, Bound(municipality.Value, now)));
        return JsonSerializer.SerializeToUtf8Bytes(envelope, RingBackupJson.Default.RingEnvelope);
    }

    internal static Result<RingEnvelope> Parse(byte[] file)
    {
        var broken = new Error("backup.format", "This is no copy of a key ring, or not one this version reads.");
        try
        {
            return JsonSerializer.Deserialize(file, RingBackupJson.Default.RingEnvelope) is { Format: 1 } envelope && MunicipalityId.Parse(envelope.Municipality).IsOk ? envelope : broken;
        }
        catch (JsonException)
        {
            return broken;
        }
    }

    internal static Result<RingContents> Open(RingEnvelope envelope, string privateKeyPem)
    {
        var key = CertificateLock.Unwrap(envelope.Key, privateKeyPem);
        if (!key.IsOk)
            return key.Error;
        return Aead.Open(key.Value, 0, envelope.Body, Bound(envelope.Municipality, envelope.Made)) is { } plain
            ? JsonSerializer.Deserialize(plain, RingBackupJson.Default.RingContents)!
            : new Error("backup.altered", "The copy of the ring was altered: it does not open.");
    }

    /// <summary>The list of the erased is always the union of both: nobody comes back because a copy is old.</summary>
    /// <param name="overStanding">A ring that stands is newer than any copy, so it stays; only the list is joined. Otherwise it is an error.</param>
    internal static Result<Done> PutBack(string folder, RingContents contents, bool overStanding, string? root = null)
    {
        var file = new RingFile(folder, root);
        if (file.Exists && !overStanding)
            return new Error("ring.exists", $"There is a key ring in {folder} already; a copy is never put over it.");
        file.MakeFolder();
        if (File.Exists(file.ErasurePath) || contents.Erasures.Length > 0)
            SyncedFile.Write(file.ErasurePath, Join(File.Exists(file.ErasurePath) ? File.ReadAllBytes(file.ErasurePath) : [], contents.Erasures));
        if (!file.Exists)
            file.Put(contents.Root, contents.Ring);
        return Done.Yes;
    }

    internal static byte[] Join(byte[] one, byte[] other)
    {
        var lines = new[] { one, other }.SelectMany(l => System.Text.Encoding.ASCII.GetString(l).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal);
        return System.Text.Encoding.ASCII.GetBytes(string.Concat(lines.Select(l => l + "\n")));
    }

    private static byte[] Bound(string municipality, DateTimeOffset made) => System.Text.Encoding.UTF8.GetBytes($"tasuki ring copy 1\n{municipality}\n{made.UtcTicks}");
}
