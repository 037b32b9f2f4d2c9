using System.Text;
using Tasuki.Kernel.Evidence;

namespace Tasuki.Exchange.Importing;

/// <summary>Whether the malware scanner is there, lets a harmless file pass and catches the file every scanner knows for being tried (EICAR).</summary>
internal sealed class ScannerProbe(IScanner scanner) : IProbe
{
    // Put together here, so that a scanner on the server's own disk does not take this program for it.
    private static readonly string[] Known = [@"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-", "FILE!$H+H*"];

    public async Task<Finding> Look(CancellationToken cancel)
    {
        if (!scanner.Scans)
            return Finding.Bad("off");
        using var harmless = new MemoryStream("tasuki"u8.ToArray());
        if ((await scanner.Scan(harmless, cancel)).Error is { } refused)
            return Finding.Bad("refused", refused.Code);
        using var known = new MemoryStream(Encoding.ASCII.GetBytes(string.Concat(Known)));
        return (await scanner.Scan(known, cancel)).Error is { Code: "scan.found" } ? Finding.Good("caught") : Finding.Bad("missed");
    }
}
