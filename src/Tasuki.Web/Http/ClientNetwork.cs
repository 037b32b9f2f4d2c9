using System.Net;
using System.Net.Sockets;

namespace Tasuki.Web;

/// <summary>The network a request comes from (IPv4 /24, IPv6 /56) as a key for limits in memory: one household or one office, and never the address.</summary>
public static class ClientNetwork
{
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Convert.ToHexString(plain.GetAddressBytes().AsSpan(0, plain.AddressFamily is AddressFamily.InterNetwork ? 3 : 7));
    }
}
