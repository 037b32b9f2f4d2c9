using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using QRCoder;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>
/// One-time codes by time (RFC 6238: HMAC-SHA1, 30 seconds, 6 digits, what every authenticator app speaks). Each time step counts once for an account, which
/// the provider of ASP.NET Core Identity does not see to.
/// </summary>
internal sealed class TimeCodes(TasukiDb db, AccountSeals seals, TimeProvider clock)
{
    private const int StepSeconds = 30;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>160 random bits in base32, as an authenticator takes them.</summary>
    public static string NewSecret() => Base32(RandomNumberGenerator.GetBytes(20));

    public static string OtpAuthUri(string issuer, string label, string secret) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(label)}?secret={secret}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits=6&period=30";

    /// <summary>A QR code as inline SVG: no data URL, so the strict content policy holds.</summary>
    public static string QrSvg(string uri)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var svg = new SvgQRCode(data);
        return svg.GetGraphic(4, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }

    /// <summary>The step whose code this is, the present one or a neighbour; null when it is none.</summary>
    public static long? StepOf(string secret, string code, DateTimeOffset now)
    {
        var key = FromBase32(secret);
        var present = now.ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        for (var step = present - 1; step <= present + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(CodeAt(key, step)), System.Text.Encoding.UTF8.GetBytes(code)))
                found = step;
        }

        return found;
    }

    public static string CodeAt(string secret, DateTimeOffset when) => CodeAt(FromBase32(secret), when.ToUnixTimeSeconds() / StepSeconds);

    /// <summary>True once for each code.</summary>
    public async Task<bool> Use(Account account, string code, CancellationToken cancel)
    {
        if (account.TotpSeed is null)
            return false;
        var secret = await seals.Open<string>(account.Resident, "account", "totp_seed", account.No, account.TotpSeed, cancel);
        if (!secret.IsOk || StepOf(secret.Value, code, clock.GetUtcNow()) is not { } step)
            return false;
        return await db.Set<Account>().Where(a => a.No == account.No && a.TotpLastStep < step)
            .ExecuteUpdateAsync(s => s.SetProperty(a => a.TotpLastStep, step), cancel) == 1;
    }

    private static string CodeAt(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // RFC 6238 as authenticator apps speak it; HMAC-SHA1 is not broken by collisions of SHA-1.
        HMACSHA1.HashData(key, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[19] & 0xF)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static string Base32(byte[] bytes) => string.Create(bytes.Length * 8 / 5, bytes, static (text, source) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            var bit = i * 5;
            var pair = source[bit / 8] << 8 | (bit / 8 + 1 < source.Length ? source[bit / 8 + 1] : 0);
            text[i] = Alphabet[pair >> (11 - bit % 8) & 31];
        }
    });

    private static byte[] FromBase32(string text)
    {
        var bytes = new byte[text.Length * 5 / 8];
        for (var i = 0; i < text.Length; i++)
        {
            var value = Alphabet.IndexOf(char.ToUpperInvariant(text[i]), StringComparison.Ordinal);
            if (value < 0)
                throw new FormatException("The secret is not base32 without padding.");
            for (var b = 0; b < 5; b++)
            {
                var bit = i * 5 + b;
                if ((value & 16 >> b) != 0 && bit / 8 < bytes.Length)
                    bytes[bit / 8] |= (byte)(128 >> bit % 8);
            }
        }

        return bytes;
    }
}
