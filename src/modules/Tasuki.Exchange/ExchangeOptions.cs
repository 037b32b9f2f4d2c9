using System.Globalization;
using Tasuki.Formats;
using Tasuki.Kernel;

namespace Tasuki.Exchange;

/// <summary>What the operator sets for bringing in and taking out.</summary>
public sealed record ExchangeOptions
{
    /// <summary>The setting of <see cref="Scanner"/> under which files are not scanned; the upload page then says so.</summary>
    public const string NotScanned = "off";

    /// <summary>The folder for files on their way in: encrypted, swept at start and after <see cref="SpoolHours"/>.</summary>
    public required string Spools { get; init; }

    /// <summary><c>HOST:PORT</c> of a clamd, or <c>off</c>.</summary>
    public required string Scanner { get; init; }

    /// <summary>Hours an upload waits for the person's word, 1 to 72.</summary>
    public int SpoolHours { get; init; } = 24;

    /// <summary>Uploads of one resident that wait for a word at the same time.</summary>
    public int OpenImports { get; init; } = 20;

    /// <summary>Canonical bytes of the records of one import, which are in memory at once because they are stored in one transaction.</summary>
    public long ImportBytes { get; init; } = 96L << 20;

    /// <summary>Bytes of one upload form with all its files. Beyond it the connection is closed; below it the rest of a file that is too large is read and thrown away.</summary>
    public long UploadBytes { get; init; } = 1L << 30;

    /// <summary>Days from closing an account to the destruction of its key, as the vault has it: the closing page says the date.</summary>
    public int WaitingDays { get; init; } = 14;

    /// <summary>The service's name in reverse domain order, as SPHR asks for: letters, digits, dots, hyphens.</summary>
    public string ServiceId { get; init; } = "jp.tasuki";

    public ReadLimits Limits { get; init; } = ReadLimits.Default;

    /// <summary>A wrong setting stops the server with this sentence.</summary>
    public Result<Done> Check()
    {
        if (!Path.IsPathFullyQualified(Spools))
            return new Error("exchange.spools", "Exchange:Spools has to be a full path of a folder.");
        if (Scanner != NotScanned && Clamd is null)
            return new Error("exchange.scanner", "Exchange:Scanner has to be HOST:PORT of a clamd, or 'off'.");
        return SpoolHours is >= 1 and <= 72
            ? Done.Yes : new Error("exchange.hours", $"Exchange:SpoolHours is {SpoolHours.ToString(CultureInfo.InvariantCulture)}; 1 to 72 are allowed.");
    }

    internal (string Host, int Port)? Clamd =>
        Scanner.LastIndexOf(':') is > 0 and var colon
        && int.TryParse(Scanner.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536
            ? (Scanner[..colon], port) : null;
}
