using System.Globalization;
using System.Text;
using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Setup;

/// <summary>Who sets the service up, and what they saw when they began.</summary>
/// <param name="By">The account of the member of staff; null on the command line.</param>
/// <param name="Seen">The number of the newest piece of the step as the form was shown; 0 for none.</param>
public sealed record SetupAct(Actor Actor, long? By, long Seen);

/// <summary>The desk as it was typed.</summary>
/// <param name="From">Seven times from Monday, <c>8:30</c>; empty where it is closed.</param>
public sealed record TypedDesk(
    string? Name, string? NameEnglish, string? Place, string? PlaceEnglish, string? Telephone, string? Mail, IReadOnlyList<string?> From, IReadOnlyList<string?> Until,
    bool ClosedOnHolidays, string? Note, string? NoteEnglish);

/// <summary>
/// Sets the service up, step by step. Errors of every step: <c>setup.moved</c> where somebody else was at the step meanwhile, <c>setup.hidden</c> for characters nobody sees,
/// <c>mynumber.found</c>, and those named at it. Nothing is stored then.
/// </summary>
public sealed class KeepSetup
{
    public const int LongestName = 30;
    public const int LongestShort = 14;
    public const int LongestLine = 120;
    public const int OldestSignUp = 20;

    private readonly SetupBook _book;
    private readonly SetUpService _service;

    internal KeepSetup(SetupBook book, SetUpService service) => (_book, _service) = (book, service);

    /// <summary>Errors <c>setup.name</c>, <c>setup.short</c>.</summary>
    public async Task<Result<Done>> Names(SetupAct act, string? name, string? shorter, string? nameEnglish, string? shorterEnglish, CancellationToken cancel)
    {
        var names = Line(name, "setup.name", LongestName).Then(n => Line(nameEnglish, "setup.name", LongestName * 2).Then(e =>
            Line(shorter, "setup.short", LongestShort).Then(s => Line(shorterEnglish, "setup.short", LongestShort * 2).Map(se => new ServiceNames(n, s, e, se)))));
        return names.IsOk ? await Add(act, SetupStep.Names, names.Value, cancel) : names.Error;
    }

    /// <summary>Errors <c>setup.colour</c>, <c>setup.alt</c>, and <c>setup.contrast</c> where something on a page would read badly: <see cref="ServiceColours.OfMain"/> says what.</summary>
    public async Task<Result<Done>> Colours(SetupAct act, string? main, string? accent, string? logoAlt, string? logoAltEnglish, CancellationToken cancel)
    {
        var chosen = ColoursOf(main, accent);
        if (!chosen.IsOk)
            return chosen.Error;
        var alt = Optional(logoAlt, "setup.alt").Then(a => Optional(logoAltEnglish, "setup.alt").Map(e => (a, e)));
        if (!alt.IsOk)
            return alt.Error;
        if (!chosen.Value.Holds)
            return new Error("setup.contrast", "Something of a page would have too little contrast.");
        return await Add(act, SetupStep.Colours, new ChosenColours(chosen.Value.Main.ToString(), chosen.Value.Accent.ToString(), alt.Value.a, alt.Value.e), cancel);
    }

    /// <summary>Errors: those of <see cref="LogoFile.Read"/>. The newest logo counts: nobody waits for a form of another.</summary>
    public async Task<Result<Done>> Logo(Actor actor, long? by, ReadOnlyMemory<byte> file, CancellationToken cancel)
    {
        var logo = LogoFile.Read(file.Span);
        return logo.IsOk ? await Kept(SetupStep.Logo, logo.Value, actor, by, cancel) : logo.Error;
    }

    public Task<Result<Done>> NoLogo(Actor actor, long? by, CancellationToken cancel) => Kept(SetupStep.Logo, new ChosenLogo(null, 0, 0, []), actor, by, cancel);

    /// <summary>Errors <c>setup.desk</c> (name, or neither telephone nor mail), <c>setup.line</c> (too long), <c>setup.telephone</c>, <c>setup.mail</c>, <c>setup.hours</c>.</summary>
    public async Task<Result<Done>> Desk(SetupAct act, TypedDesk typed, CancellationToken cancel)
    {
        var name = Line(typed.Name, "setup.desk", LongestLine);
        if (!name.IsOk)
            return name.Error;
        var lines = new List<string>(7);
        foreach (var text in new[] { typed.NameEnglish, typed.Place, typed.PlaceEnglish, typed.Note, typed.NoteEnglish, Narrow(typed.Telephone), Narrow(typed.Mail) })
        {
            var line = Optional(text, "setup.line");
            if (!line.IsOk)
                return line.Error;
            lines.Add(line.Value);
        }

        var (telephone, mail) = (lines[5], lines[6]);
        if (telephone.Length > 0 && (telephone.Any(c => !char.IsAsciiDigit(c) && c is not ('+' or '-' or '(' or ')' or ' ')) || telephone.Count(char.IsAsciiDigit) is < 3 or > 15))
            return new Error("setup.telephone", "A telephone number has 3 to 15 digits, with + - ( ) and blanks between.");
        if (mail.Length > 0 && (mail.Split('@') is not [{ Length: > 0 }, { Length: > 2 } host] || !host.Contains('.', StringComparison.Ordinal) || mail.Any(c => c is <= ' ' or > '~' or '<' or '>' or '"' or '?' or '&' or ',' or ';')))
            return new Error("setup.mail", "The address for mail is not one.");
        if (telephone.Length + mail.Length == 0)
            return new Error("setup.desk", "A desk has a name, and a telephone or an address for mail.");
        var week = WeekOf(typed.From, typed.Until);
        if (!week.IsOk)
            return week.Error;
        var desk = new ContactDesk(
            name.Value, lines[0], lines[1], lines[2], telephone.Length > 0 ? telephone : null, mail.Length > 0 ? mail : null, new OpeningHours(week.Value, typed.ClosedOnHolidays, lines[3], lines[4]));
        return await Add(act, SetupStep.Desk, desk, cancel);
    }

    /// <summary>Error <c>setup.age</c>.</summary>
    public async Task<Result<Done>> Ages(SetupAct act, int? ownAccount, CancellationToken cancel) => ownAccount is >= 0 and <= OldestSignUp and { } age
        ? await Add(act, SetupStep.Ages, new ChosenAges(age), cancel) : new Error("setup.age", $"An age is 0 to {OldestSignUp.ToString(CultureInfo.InvariantCulture)} years.");

    /// <summary>Error <c>setup.colour</c>.</summary>
    internal static Result<ServiceColours> ColoursOf(string? main, string? accent) =>
        Colour.Parse(main).Then(m => Colour.Parse(accent).Map(a => new ServiceColours(m, a))) is { IsOk: true } colours ? colours : new Error("setup.colour", "A colour is # and six digits of 0 to 9 and a to f.");

    private static Result<IReadOnlyList<DayHours?>> WeekOf(IReadOnlyList<string?> from, IReadOnlyList<string?> until)
    {
        var wrong = new Error("setup.hours", "A day has both times, the first before the second, or none; one day at least is open.");
        if (from.Count != 7 || until.Count != 7)
            return wrong;
        var week = new List<DayHours?>(7);
        foreach (var (day, begin) in from.Index())
        {
            var end = until[day];
            if (string.IsNullOrWhiteSpace(begin) && string.IsNullOrWhiteSpace(end))
                week.Add(null);
            else if (TimeOnly.TryParseExact(begin, "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var one) && TimeOnly.TryParseExact(end, "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var two) && one < two)
                week.Add(new DayHours(one, two));
            else
                return wrong;
        }

        return week.Exists(d => d is not null) ? Result.Of<IReadOnlyList<DayHours?>>(week) : wrong;
    }

    // Digits and letters as a Japanese keyboard may write them, full width.
    private static string? Narrow(string? typed) => typed?.Normalize(NormalizationForm.FormKC);

    private static Result<string> Line(string? typed, string code, int most) =>
        TypedText.Line(typed, code, most).Then(line => VisibleText.Of(line) == line ? (Result<string>)line : new Error("setup.hidden", "There is a character in the text that nobody sees."));

    private static Result<string> Optional(string? typed, string code) => string.IsNullOrWhiteSpace(typed) ? "" : Line(typed, code, LongestLine);

    private async Task<Result<Done>> Add<T>(SetupAct act, SetupStep step, T content, CancellationToken cancel) => await _book.Last(step, cancel) == act.Seen
        ? await Kept(step, content, act.Actor, act.By, cancel) : new Error("setup.moved", "Somebody else was at this step meanwhile.");

    private async Task<Result<Done>> Kept<T>(SetupStep step, T content, Actor actor, long? by, CancellationToken cancel)
    {
        await _book.Add(step, content, actor, by, cancel);
        _service.Forget();
        return Done.Yes;
    }
}
