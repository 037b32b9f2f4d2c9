using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Log.Sealing;

/// <summary>
/// A seal as it leaves the house: numbers, hashes, signature, public key. Who keeps it can show that nothing before it was changed since; it says nothing of a person.
/// </summary>
internal sealed record WitnessedSeal(
    int Format, string Municipality, long Number, DateTimeOffset Time, long Writer, long Groups, long Entries, byte[] Root, byte[] Heads, byte[] Previous, byte[] Skip,
    long KeyNumber, byte[] Signature, byte[] PublicKey)
{
    public static WitnessedSeal Of(LogSeal seal, MunicipalityId municipality, KeyRing ring) => new(
        1, municipality.Value, seal.Number, RecordStore.Time.FromMicros(seal.At), seal.WriterNo, seal.Groups, seal.Entries, seal.Root, seal.HeadsHash, seal.Previous,
        seal.Skip, seal.KeyNumber, seal.Signature, ring.SealPublicKeys().GetValueOrDefault((int)seal.KeyNumber, []));

    public SealStatement Statement => new(
        Municipality, Number, RecordStore.Time.Micros(Time), Writer, Groups, Entries, Root, Heads, Previous, Skip, KeyNumber);

    public byte[] Json() => JsonSerializer.SerializeToUtf8Bytes(this, SealJson.Default.WitnessedSeal);

    /// <summary>Error <c>witness.format</c>: no seal, or one whose own signature does not hold.</summary>
    public static Result<WitnessedSeal> Read(string path)
    {
        var name = Path.GetFileName(path);
        try
        {
            var seal = JsonSerializer.Deserialize(File.ReadAllBytes(path), SealJson.Default.WitnessedSeal);
            if (seal is not { Format: 1, Municipality: not null, Root: not null, Heads: not null, Previous: not null, Skip: not null, Signature: not null, PublicKey: not null })
                return new Error("witness.format", $"{name} holds no seal of format 1.");
            return seal.Statement is { IsWellFormed: true } statement && statement.IsSignedBy(seal.PublicKey, seal.Signature)
                ? seal : new Error("witness.format", $"The signature of the seal in {name} does not hold: the file was altered.");
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            return new Error("witness.format", $"{name} could not be read as a seal.");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(WitnessedSeal))]
internal sealed partial class SealJson : JsonSerializerContext;

/// <summary>A folder that takes one seal a day, <c>seal-NUMBER.json</c>: on another machine, a medium that is written once, or in the hands of an auditor.</summary>
internal sealed class WitnessFolder(string folder)
{
    private DateOnly? _written;

    public async Task WriteDaily(WitnessedSeal seal, DateTimeOffset now, CancellationToken cancel)
    {
        var today = TokyoDay.Of(now);
        _written ??= Newest();
        if (_written >= today)
            return;
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"seal-{seal.Number}.json"));
        var beside = path + ".new";
        await File.WriteAllBytesAsync(beside, seal.Json(), cancel);
        File.Move(beside, path, overwrite: true);
        _written = today;
    }

    private DateOnly? Newest() => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "seal-*.json").Select(WitnessedSeal.Read).Where(r => r.IsOk).Select(r => (DateOnly?)TokyoDay.Of(r.Value.Time)).Max() : null;
}
