using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Tasuki.Testing;

namespace Tasuki.Browser.Tests;

/// <summary>
/// The stations of a walk: each is looked at for accessibility and width, and where <c>TASUKI_TEST_SCREENSHOTS</c> names a folder, two pictures of it are written there, at 1280 and at
/// 390 pixels.
/// </summary>
internal sealed class Stations
{
    public const string Folder = "TASUKI_TEST_SCREENSHOTS";

    private readonly List<string> _found = [];
    private readonly string _axe;
    private readonly string _walk;
    private int _number;

    private Stations(string axe, string walk) => (_axe, _walk) = (axe, walk);

    /// <summary>What was wrong anywhere.</summary>
    public IReadOnlyList<string> Found => _found;

    public static async Task<Stations> Of(string walk, CancellationToken cancel)
    {
        var axe = Path.Combine(Tree.Root, "web", "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(axe))
            Missing.Tool("axe-core");
        return new Stations(await File.ReadAllTextAsync(axe, cancel), walk);
    }

    public async Task Look(IPage page)
    {
        await page.Stands();
        var where = new Uri(page.Url).PathAndQuery;
        if (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))
            _found.Add($"{where}: wider than the screen");
        await page.EvaluateAsync(_axe);
        var violations = await page.EvaluateAsync<JsonElement>(
            "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations.map(v => v.id + ' ' + v.nodes[0].target.join(' '))");
        _found.AddRange(violations.EnumerateArray().Select(v => $"{where}: {v.GetString()}"));
        await Picture(page, where);
    }

    private async Task Picture(IPage page, string where)
    {
        if (Environment.GetEnvironmentVariable(Folder) is not { Length: > 0 } folder)
            return;
        var name = string.Create(CultureInfo.InvariantCulture, $"{_walk}-{++_number:00}{where.Split('?')[0].Replace('/', '-').TrimEnd('-')}");
        var (width, height) = (page.ViewportSize!.Width, page.ViewportSize.Height);
        foreach (var wide in new[] { 1280, 390 })
        {
            await page.SetViewportSizeAsync(wide, height);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}-{wide.ToString(CultureInfo.InvariantCulture)}.png"), FullPage = true });
        }

        await page.SetViewportSizeAsync(width, height);
    }
}
