using Tasuki.Kernel;

namespace Tasuki.Server;

/// <summary>
/// The settings under <c>Tasuki</c>, checked at start: <c>Data</c> (the data folder), <c>Ring</c> (the key-ring folder, outside it), <c>Municipality</c> (needed
/// when there are several), <c>Scanner</c> (<c>HOST:PORT</c> of a clamd, or <c>off</c>; a production server needs one named, even if it is <c>off</c>).
/// </summary>
public sealed record ServerSettings(string Data, string Ring, string? Municipality, string Scanner)
{
    public const string NotScanned = "off";

    /// <summary>A command of an operator reads files of the operator's own machine.</summary>
    public static ServerSettings ForCommands { get; } = new("", "", null, NotScanned);

    public static Result<ServerSettings> From(IConfiguration configuration, bool production)
    {
        var section = configuration.GetSection("Tasuki");
        if (section["Data"] is not { Length: > 0 } data || section["Ring"] is not { Length: > 0 } ring)
            return new Error("settings.missing", "Tasuki:Data and Tasuki:Ring must name the data folder and the key-ring folder.");
        if (production && section["Scanner"] is not { Length: > 0 })
            return new Error("settings.scanner", "Tasuki:Scanner must be HOST:PORT of a clamd, or 'off' if uploads are not to be scanned; production does not choose for you.");
        return new ServerSettings(data, ring, section["Municipality"], section["Scanner"] is { Length: > 0 } scanner ? scanner : NotScanned);
    }
}
