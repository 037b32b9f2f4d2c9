using System.Security.Cryptography;
using System.Text;

namespace Tasuki.Web;

/// <summary>What a service is called. The short name stands where there is little room.</summary>
public sealed record ServiceNames(string Name, string Short, string NameEnglish, string ShortEnglish)
{
    public string In(ReadingLanguage reading) => reading is ReadingLanguage.English ? NameEnglish : Name;

    public string ShortIn(ReadingLanguage reading) => reading is ReadingLanguage.English ? ShortEnglish : Short;
}

/// <summary>A picture that was looked through when it was taken: PNG or WebP and nothing else.</summary>
/// <param name="Version">Of these bytes: part of the address, so that a browser may keep it for ever.</param>
/// <param name="Alt">What is read aloud in its place; empty: it is named after the service.</param>
public sealed record ServiceLogo(ReadOnlyMemory<byte> Bytes, string Type, int Width, int Height, string Version, string Alt, string AltEnglish)
{
    public string Address => $"{LookEndpoints.Logo}?v={Version}";

    /// <summary>Fit for the small picture beside an address.</summary>
    public bool IsSquare => Width == Height;
}

/// <summary>How the service of a municipality shows itself: its name, its colours, its logo, and the desk where people ask.</summary>
public sealed record ServiceLook(ServiceNames Names, ServiceColours Colours, ServiceLogo? Logo, ContactDesk? Desk)
{
    /// <summary>Until somebody has set the service up.</summary>
    public static ServiceLook Plain { get; } = new(new ServiceNames("Tasuki", "Tasuki", "Tasuki", "Tasuki"), ServiceColours.Usual, null, null);

    /// <summary>The address of the stylesheet with the colours; null where they are the usual ones.</summary>
    public string? Stylesheet => Colours == ServiceColours.Usual ? null : $"{LookEndpoints.Stylesheet}?v={VersionOf(Encoding.ASCII.GetBytes(Colours.Css))}";

    /// <summary>The same for the same bytes and other for others.</summary>
    public static string VersionOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));
}

/// <summary>Who knows the look of the service. The floor has the plain one; the room where the service is set up brings its own.</summary>
public interface IServiceLook
{
    /// <summary>As it was set up last; on another server perhaps a minute ago.</summary>
    ValueTask<ServiceLook> Now(CancellationToken cancel);
}

/// <summary>Nothing was set up, and nothing can be.</summary>
internal sealed class PlainLook : IServiceLook
{
    public ValueTask<ServiceLook> Now(CancellationToken cancel) => ValueTask.FromResult(ServiceLook.Plain);
}
