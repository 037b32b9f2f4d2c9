using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.Backup;

/// <summary>Where the three parts of a backup go, or come from: three places, in three hands if possible.</summary>
public sealed record BackupTargets(string Records, string Keys, string Ring)
{
    internal string this[string section] => section switch
    {
        BackupSection.Keys => Keys,
        BackupSection.Ring => Ring,
        _ => Records,
    };

    internal IEnumerable<string> All => [Records, Keys, Ring];
}

/// <summary>
/// The sections in the order they are taken. A later one may know of people an earlier one does not, never the reverse where it would hurt: no account without its number
/// counted, no record without its key, no row without its log, no key without its epoch.
/// </summary>
internal static class BackupSection
{
    public const string App = "app";
    public const string Records = "records";
    public const string Keys = "keys";
    public const string Log = "log";
    public const string Ring = "ring";

    public static readonly string[] Databases = [App, Records, Keys, Log];
}

/// <summary>One section as it was written. <paramref name="Schema"/> counts the numbered scripts the database had.</summary>
public sealed record SectionReport(
    string Name, long Schema, IReadOnlyDictionary<string, long> Rows, int Parts, long Bytes, string Sha256, DateTimeOffset Started, DateTimeOffset Finished);

/// <summary>What a backup holds. The same report lies in each target; its MAC, by a key of the ring, says that no section was exchanged.</summary>
/// <param name="RingKeepUntil">Until when the ring's part may be kept (<see cref="RingBackup.KeepUntil"/>); a key-store part is of no use after it either.</param>
public sealed record BackupReport(
    int Format, string Id, string Municipality, StoreKind Store, string About, DateTimeOffset Made, DateTimeOffset RingKeepUntil, IReadOnlyList<SectionReport> Sections, string Mac)
{
    internal const int NewestFormat = 1;

    /// <summary>The newest of the compressor's dictionaries the records may be packed over: a version that does not have it could put them back and not read them. 0: not said, by an earlier version.</summary>
    public int Dictionary { get; init; }

    internal byte[] Bound()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Format}\n{Id}\n{Municipality}\n{Store}\n{Made.UtcTicks}\n{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(About)))}\n");
        foreach (var section in Sections)
            text.Append(CultureInfo.InvariantCulture, $"{section.Name}\n{section.Schema}\n{section.Parts}\n{section.Bytes}\n{section.Sha256}\n");
        // Last, and only where it is said, so that reports of earlier versions keep their MAC.
        if (Dictionary > 0)
            text.Append(CultureInfo.InvariantCulture, $"dictionary {Dictionary}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

/// <summary>A finished section with the key it was sealed under; its being there says that it is whole.</summary>
/// <param name="Epochs">Of the keys: the numbers of the epochs the ring had when the section was begun. Null for the others.</param>
internal sealed record SectionManifest(SectionReport Report, LockedKey Key, IReadOnlyList<int>? Epochs = null);

/// <summary>How far a restore has come; beside the ring, which does not open while it lies there.</summary>
internal sealed record RestoreProgress(string Id, List<string> Begun, List<string> Done);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BackupReport))]
[JsonSerializable(typeof(SectionManifest))]
[JsonSerializable(typeof(RestoreProgress))]
internal sealed partial class BackupJson : JsonSerializerContext;

/// <summary>The files of one backup inside one target: <c>TARGET/ID/</c>.</summary>
internal static class BackupFiles
{
    public static string Folder(string target, string id) => Path.Combine(target, id);

    public static string Manifest(string target, string id, string section) => Path.Combine(target, id, $"{section}.json");

    public static string Report(string target, string id) => Path.Combine(target, id, "report.json");

    public static string Ring(string target, string id) => Path.Combine(target, id, "ring.copy");

    public static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static void Write<T>(string path, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => SyncedFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
