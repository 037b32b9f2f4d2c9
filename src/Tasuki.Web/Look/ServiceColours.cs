using System.Globalization;

namespace Tasuki.Web;

/// <summary>
/// The two colours a municipality chooses, and every shade of the design system that follows from them: the variables <c>--tk-ai*</c> and <c>--tk-shu*</c> of
/// <c>tasuki.css</c>. There is one scheme, light; with high contrast (forced colours) the browser takes its own colours and these are not used.
/// </summary>
public sealed record ServiceColours(Colour Main, Colour Accent)
{
    // Text, and parts of a page that say something (WCAG 2.2, 1.4.3 and 1.4.11).
    private const double Text = 4.5;
    private const double Part = 3;

    // As in tasuki.css, where a test holds them.
    internal static readonly Colour Paper = new(0xfa, 0xf8, 0xf4);
    internal static readonly Colour InkSoft = new(0x56, 0x5d, 0x6d);
    internal static readonly Colour Focus = new(0xff, 0xd4, 0x3d);

    /// <summary>Those of the design system.</summary>
    public static ServiceColours Usual { get; } = new(new Colour(0x1d, 0x2f, 0x5f), new Colour(0xd9, 0x47, 0x2b));

    internal Colour Deep => Main == Usual.Main ? new Colour(0x14, 0x22, 0x4a) : Main.Mix(Colour.Black, 0.28);

    internal Colour Soft => Main == Usual.Main ? new Colour(0xe8, 0xed, 0xf7) : Main.Mix(Colour.White, 0.9);

    internal Colour Mist => Main == Usual.Main ? new Colour(0xf4, 0xf6, 0xfb) : Main.Mix(Colour.White, 0.95);

    internal Colour AccentDeep => Accent == Usual.Accent ? new Colour(0xb2, 0x33, 0x18) : Accent.Mix(Colour.Black, 0.2);

    internal Colour AccentSoft => Accent == Usual.Accent ? new Colour(0xfd, 0xef, 0xea) : Accent.Mix(Colour.White, 0.9);

    /// <summary>Links and buttons under the pointer: as much lighter as still reads well, and no lighter than the main colour where nothing is left.</summary>
    internal Colour Bright => Main == Usual.Main ? new Colour(0x2c, 0x4a, 0x94)
        : Enumerable.Range(1, 18).Select(percent => Main.Mix(Colour.White, (19 - percent) / 100d)).FirstOrDefault(c => Worst(c, Backs).Ratio >= Text, Main);

    /// <summary>What decides about the main colour, each with the background where it reads worst.</summary>
    public IReadOnlyList<ContrastCheck> OfMain =>
    [
        On("button", Colour.White, Text, Main, Bright),
        On("text", Main, Text, Backs),
        On("link", Bright, Text, Backs),
        On("heading", Deep, Text, Backs),
        On("muted", InkSoft, Text, Backs),
        On("focus", Deep, Part, [.. Backs, Focus]),
    ];

    /// <summary>What decides about the accent colour: it never carries text.</summary>
    public IReadOnlyList<ContrastCheck> OfAccent => [On("mark", Accent, Part, Colour.White, Paper, Soft, AccentSoft)];

    public bool Holds => OfMain.All(c => c.Holds) && OfAccent.All(c => c.Holds);

    /// <summary>These where they hold; of each that does not, the shade nearest to it that does, darker by hundredths.</summary>
    public ServiceColours Nearest()
    {
        var main = Darker(Main).First(c => (this with { Main = c }).OfMain.All(check => check.Holds));
        return Darker(Accent).Select(c => new ServiceColours(main, c)).First(both => both.OfAccent.All(check => check.Holds));
    }

    /// <summary>The custom properties, for a stylesheet that comes after the design system's own.</summary>
    public string Css => string.Create(
        CultureInfo.InvariantCulture,
        $":root{{--tk-ai:{Main};--tk-ai-deep:{Deep};--tk-ai-bright:{Bright};--tk-ai-soft:{Soft};--tk-ai-mist:{Mist};--tk-shu:{Accent};--tk-shu-deep:{AccentDeep};--tk-shu-soft:{AccentSoft}}}\n");

    private Colour[] Backs => [Colour.White, Paper, Mist, Soft];

    private static IEnumerable<Colour> Darker(Colour colour) => Enumerable.Range(0, 101).Select(percent => colour.Mix(Colour.Black, percent / 100d));

    private static ContrastCheck On(string id, Colour front, double needed, params Colour[] backs)
    {
        var (back, ratio) = Worst(front, backs);
        return new ContrastCheck(id, front, back, ratio, needed);
    }

    private static (Colour Back, double Ratio) Worst(Colour front, Colour[] backs) => backs.Select(back => (back, front.Contrast(back))).MinBy(one => one.Item2);
}

/// <summary>One thing that is read on something: its ratio, and what it has to be at least.</summary>
/// <param name="Id">What it is, for the texts of the set-up.</param>
public sealed record ContrastCheck(string Id, Colour Front, Colour Back, double Ratio, double Needed)
{
    public bool Holds => Ratio >= Needed;
}
