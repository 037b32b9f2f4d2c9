using System.Globalization;
using System.Net;
using Tasuki.Community.Inquiries;
using Tasuki.Delivery;
using Tasuki.FhirApi;
using Tasuki.Kernel;
using Tasuki.People;

namespace Tasuki.Server;

/// <summary>
/// The settings under <c>Tasuki</c>, checked at start: <c>Data</c> (the data folder), <c>Ring</c> (the key-ring folder, outside it), <c>Municipality</c> (needed
/// when there are several), <c>Scanner</c> (<c>HOST:PORT</c> of a clamd, or <c>off</c>; a production server needs one named, even if it is <c>off</c>), <c>Hosts</c>
/// (the names this server answers to, instead of those of the municipality's description), <c>Proxies</c> (addresses or networks whose forwarded headers count),
/// <c>Witness</c> (a folder in other hands than the operator's, where the newest seal of the access log is put once a day), <c>Packages</c> (a folder of FHIR
/// packages), <c>Profiles</c> (<c>off</c>, <c>warn</c> or <c>strict</c>: what they weigh on a write at <c>/fhir</c>), <c>Search</c> (how dear searches there
/// may be: <see cref="SearchLimits"/>), <c>Delivery</c> (the channels outside the app: <see cref="DeliveryOptions"/>), <c>Inquiries</c> (periods and limits of the inquiry desk:
/// <see cref="InquiryOptions"/>), <c>StaffProvider</c> (where staff may sign in: <see cref="StaffProviderOptions"/>) and <c>ExportHours</c> (how long the files of a bulk export stay, 1 to 72, else 24).
/// Lists are written with blanks or semicolons between.
/// </summary>
public sealed record ServerSettings(string Data, string Ring, string? Municipality, string Scanner)
{
    public const string NotScanned = "off";

    private static readonly char[] Between = [' ', ';', ','];

    /// <summary>A command of an operator reads files of the operator's own machine.</summary>
    public static ServerSettings ForCommands { get; } = new("", "", null, NotScanned);

    /// <summary>Empty: those of the municipality.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Null: the newest seal is fetched with <c>tasuki log seal</c>.</summary>
    public string? Witness { get; init; }

    public SearchLimits Searches { get; init; } = SearchLimits.Usual;

    public InquiryOptions Inquiries { get; init; } = new();

    /// <summary>Null: profiles are not looked at.</summary>
    public string? Packages { get; init; }

    /// <summary>Null: <c>warn</c>, where there are packages.</summary>
    public string? Profiles { get; init; }

    /// <summary>Hours the files of a bulk export stay.</summary>
    public int ExportHours { get; init; } = 24;

    /// <summary>Which channels outside the app are offered.</summary>
    public DeliveryOptions Delivery { get; init; } = new();

    /// <summary>Null: staff sign in with password and second factor alone.</summary>
    public StaffProviderOptions? StaffProvider { get; init; }

    /// <summary>Empty: nobody's forwarded headers count.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    public static Result<ServerSettings> From(IConfiguration configuration, bool production)
    {
        var section = configuration.GetSection("Tasuki");
        if (section["Data"] is not { Length: > 0 } data || section["Ring"] is not { Length: > 0 } ring)
            return new Error("settings.missing", "Tasuki:Data and Tasuki:Ring must name the data folder and the key-ring folder.");
        if (production && section["Scanner"] is not { Length: > 0 })
            return new Error("settings.scanner", "Tasuki:Scanner must be HOST:PORT of a clamd, or 'off' if uploads are not to be scanned; production does not choose for you.");
        // The framework's own switch believes forwarded headers of everybody, and so lets everybody choose the address they are known by.
        if (string.Equals(configuration["FORWARDEDHEADERS_ENABLED"], "true", StringComparison.OrdinalIgnoreCase))
            return new Error("settings.forwarded", "ASPNETCORE_FORWARDEDHEADERS_ENABLED believes every sender. Remove it and list the proxies in Tasuki:Proxies.");
        var proxies = Split(section["Proxies"]).Select(Network).ToList();
        if (proxies.Exists(p => p is null))
            return new Error("settings.proxies", "Tasuki:Proxies lists IP addresses or networks, such as '127.0.0.1 10.0.0.0/24'.");
        var searches = SearchLimits.From(section.GetSection("Search"));
        if (!searches.IsOk)
            return searches.Error;
        var inquiries = InquiryOptions.From(section.GetSection("Inquiries"));
        if (!inquiries.IsOk)
            return inquiries.Error;
        var delivery = DeliveryOptions.From(section.GetSection("Delivery"), production);
        if (!delivery.IsOk)
            return delivery.Error;
        var staffProvider = StaffProviderOptions.From(section.GetSection("StaffProvider"), delivery.Value.Sandbox);
        if (!staffProvider.IsOk)
            return staffProvider.Error;
        var hours = 24;
        if (section["ExportHours"] is { Length: > 0 } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out hours) || hours is < 1 or > 72))
            return new Error("settings.export", "Tasuki:ExportHours is a whole number of hours, 1 to 72.");
        return new ServerSettings(data, ring, section["Municipality"], section["Scanner"] is { Length: > 0 } scanner ? scanner : NotScanned)
        {
            Hosts = [.. Split(section["Hosts"])], Proxies = [.. proxies.Select(p => p!.Value)], Searches = searches.Value, Inquiries = inquiries.Value, ExportHours = hours, Delivery = delivery.Value, StaffProvider = staffProvider.Value,
            Witness = section["Witness"] is { Length: > 0 } witness ? witness : null, Packages = section["Packages"], Profiles = section["Profiles"],
        };
    }

    private static string[] Split(string? list) => (list ?? "").Split(Between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
