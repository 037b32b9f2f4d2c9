using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Tasuki.Testing;

/// <summary>
/// Loopback ports for programs that must be told theirs. They lie below those the system gives by itself: nobody who asks for any port, and no connection, takes one of them
/// between the question and the start of the program, or while a killed program is down.
/// </summary>
public static class FreePort
{
    public static int Next()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
