using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel.Seals;

namespace Tasuki.Delivery;

/// <summary>What binds a channel's row, and the codes of its check, both under keys of the ring.</summary>
internal sealed class CheckCodes(ISeal seal)
{
    public const int Tries = 5;

    /// <summary>A mail, SMS or LINE message arrives at once; a letter takes days.</summary>
    public static TimeSpan Life(ChannelKind kind) => kind is ChannelKind.Letter ? TimeSpan.FromDays(30) : TimeSpan.FromMinutes(30);

    /// <summary>Eight digits. They follow from the row and the ring, so that they stand in no table and a hand-over that is tried again says the same.</summary>
    public string Of(ChannelRow c) => Of(c.No, c.CheckEnds!.Value);

    public string Of(long channel, DateTimeOffset ends)
    {
        var mac = seal.SecretMac("channel-code", Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{channel}|{Micros(ends)}")));
        return (BinaryPrimitives.ReadUInt64BigEndian(mac) % 100_000_000).ToString("00000000", CultureInfo.InvariantCulture);
    }

    public bool Fits(ChannelRow c, string code) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Of(c)), Encoding.ASCII.GetBytes(code));

    public byte[] MacOf(ChannelRow c) => MacOf(c, c.State, c.CheckTries);

    public byte[] MacOf(ChannelRow c, ChannelState state, int tries) => seal.SecretMac("channel-row", Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{c.No}|{c.ResidentNo}|{c.Kind:D}|{state:D}|{tries}|{Micros(c.CheckEnds)}")));

    public bool IsWhole(ChannelRow c) => CryptographicOperations.FixedTimeEquals(c.Mac, MacOf(c));

    // PostgreSQL keeps microseconds; what is bound is what comes back.
    private static long? Micros(DateTimeOffset? at) => at?.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
