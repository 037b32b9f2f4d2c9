using System.Security.Cryptography;
using Tasuki.Kernel;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// The compressor's dictionaries by number, each known by its hash: one that is missing or altered would make records unreadable, so it stops the start. A
/// dictionary that was released stays for ever; <c>eng/dictionary</c> makes them from the synthetic population.
/// </summary>
internal static class Dictionaries
{
    private static readonly (byte Number, string Sha256)[] Released =
    [
        (1, "1bccac26481300af49ffa245b2660452b0d0c9334e500487638523b050be0b77"),
    ];

    private static readonly Lazy<Zstd?[]> Loaded = new(() => Load(Resource).Value);

    public static Zstd? Get(byte number) => number < Loaded.Value.Length ? Loaded.Value[number] : null;

    /// <summary>Error <c>vault.dictionary</c>.</summary>
    public static Error? Check() => Load(Resource).Error;

    /// <param name="read">The bytes of a number; null when there are none.</param>
    internal static Result<Zstd?[]> Load(Func<byte, byte[]?> read)
    {
        var all = new Zstd?[Released.Max(one => one.Number) + 1];
        foreach (var (number, sha256) in Released)
        {
            if (read(number) is not { } bytes || !string.Equals(Convert.ToHexStringLower(SHA256.HashData(bytes)), sha256, StringComparison.Ordinal))
                return new Error("vault.dictionary", $"The compressor's dictionary {number} is missing or altered: records packed with it could not be read. Install this version again.");
            all[number] = new Zstd(bytes);
        }

        return all;
    }

    internal static byte[]? Resource(byte number)
    {
        using var stream = typeof(Dictionaries).Assembly.GetManifestResourceStream($"Tasuki.Vault.{number}.dict");
        if (stream is null)
            return null;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
