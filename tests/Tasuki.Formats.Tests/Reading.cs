using System.Text;

namespace Tasuki.Formats.Tests;

/// <summary>Runs the one door over bytes or a file and collects what it yields.</summary>
internal static class Reading
{
    public static async Task<List<ReadItem>> Of(byte[] bytes, string name = "file", ReadLimits? limits = null)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        return await Of(stream, name, limits);
    }

    public static Task<List<ReadItem>> Of(string text, string name = "file", ReadLimits? limits = null) => Of(Encoding.UTF8.GetBytes(text), name, limits);

    public static async Task<List<ReadItem>> OfFile(string path)
    {
        await using var stream = File.OpenRead(path);
        return await Of(stream, Path.GetFileName(path));
    }

    public static async Task<List<ReadItem>> Of(Stream stream, string name, ReadLimits? limits = null)
    {
        var items = new List<ReadItem>();
        await foreach (var item in FormatReader.Read(stream, name, limits ?? ReadLimits.Default, TestContext.Current.CancellationToken))
            items.Add(item);
        return items;
    }

    /// <summary>The reasons of what was said and not taken, in order, with blanks between.</summary>
    public static string Codes(this IEnumerable<ReadItem> items) =>
        string.Join(' ', items.Select(item => item switch { NotUnderstood said => said.Reason.Code, ReadStopped stopped => "stopped:" + stopped.Reason.Code, _ => null }).OfType<string>());

    public static IEnumerable<ReadResource> Resources(this IEnumerable<ReadItem> items) => items.OfType<ReadResource>();
}
