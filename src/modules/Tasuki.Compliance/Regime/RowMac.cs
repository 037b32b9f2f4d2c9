using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Regime;

/// <summary>Binds a whole row by a ring key, so that one changed in the database is not honoured (security page, 6).</summary>
internal static class RowMac
{
    /// <param name="domain">One for each table.</param>
    public static byte[] Of(ISeal seal, string domain, params ReadOnlySpan<object?> values)
    {
        var texts = new string?[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            texts[i] = values[i] switch
            {
                // PostgreSQL keeps microseconds; what is bound is what comes back.
                DateTimeOffset at => (at.UtcTicks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture),
                DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                Enum number => number.ToString("D"),
                IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
                var other => other?.ToString(),
            };
        }

        // As JSON, where no text can pass for the end of another.
        return seal.SecretMac(domain, JsonSerializer.SerializeToUtf8Bytes(texts));
    }

    public static bool Holds(byte[] stored, byte[] made) => CryptographicOperations.FixedTimeEquals(stored, made);
}
