using Tasuki.Kernel;

namespace Tasuki.Compliance.Setup;

/// <summary>
/// A logo as it came, looked through to its last byte and put together anew from what a picture needs: PNG or WebP that stands still. What else a file may carry (texts, places
/// and times of a camera, colour profiles) is left out, and a file with something behind its picture is refused. SVG is a program as much as a picture and is never taken.
/// </summary>
internal static class LogoFile
{
    public const int MostBytes = 100 * 1024;
    public const int Smallest = 32;
    public const int Largest = 1024;

    /// <summary>Errors <c>setup.logo-size</c>, <c>setup.logo-svg</c>, <c>setup.logo-kind</c>, <c>setup.logo-broken</c>, <c>setup.logo-moving</c>, <c>setup.logo-pixels</c>.</summary>
    public static Result<ChosenLogo> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MostBytes)
            return new Error("setup.logo-size", $"The file has more than {MostBytes >> 10} KiB.");
        var logo = PngLogo.Is(file) ? PngLogo.Read(file) : WebpLogo.Is(file) ? WebpLogo.Read(file) : Foreign(file);
        if (!logo.IsOk)
            return logo;
        var (width, height) = (logo.Value.Width, logo.Value.Height);
        return width is >= Smallest and <= Largest && height is >= Smallest and <= Largest
            ? logo : new Error("setup.logo-pixels", $"The picture has {width} by {height} pixels; {Smallest} to {Largest} each are allowed.");
    }

    internal static Error Broken => new("setup.logo-broken", "The file is no whole picture, or holds more than one.");

    internal static Error Moving => new("setup.logo-moving", "The picture moves.");

    private static Result<ChosenLogo> Foreign(ReadOnlySpan<byte> file)
    {
        // Whatever its declaration or encoding: it is text with <svg in it, at its beginning or after zero bytes were left out.
        var letters = new string([.. System.Text.Encoding.Latin1.GetString(file).Where(c => c is not '\0')]);
        return letters.Contains("<svg", StringComparison.OrdinalIgnoreCase)
            ? new Error("setup.logo-svg", "The file is SVG.") : new Error("setup.logo-kind", "The file is neither PNG nor WebP.");
    }
}
