using Tasuki.Delivery;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>
/// Tells the owner of an account what happened to it, in the inbox and on every channel in use, at night too. In the language the owner read the terms in, not that of whoever
/// is at the keyboard.
/// </summary>
internal sealed class SecurityNotices(OwnLanguage languages, Messages messages)
{
    /// <param name="key">The same key is told once.</param>
    /// <param name="text">The key of the texts, which stand as <c>NAME-subject</c> and <c>NAME-body</c>.</param>
    /// <param name="times">Filled into the body, as the owner reads them.</param>
    public Task Tell(Account account, string key, string text, DateTimeOffset[] times, string link, CancellationToken cancel) => Tell<PeopleTexts>(account, key, text, times, link, cancel);

    /// <summary>The same with the texts of <typeparamref name="TTexts"/>.</summary>
    public Task Tell<TTexts>(Account account, string key, string text, DateTimeOffset[] times, string link, CancellationToken cancel) =>
        Tell<TTexts>(account, key, text, language => [.. times.Select(t => Moment.Of(language, t))], link, urgent: true, cancel);

    /// <summary>The same with whatever the body says, which is read in the inbox alone.</summary>
    public Task Tell<TTexts>(Account account, string key, string text, Func<Language, object[]> filled, string link, CancellationToken cancel) =>
        Tell<TTexts>(account, key, text, filled, link, urgent: true, cancel);

    /// <summary>The same with days, and not at night.</summary>
    public Task TellDays(Account account, string key, string text, DateOnly[] days, string link, CancellationToken cancel) =>
        Tell<PeopleTexts>(account, key, text, language => [.. days.Select(language.Day)], link, urgent: false, cancel);

    private async Task Tell<TTexts>(Account account, string key, string text, Func<Language, object[]> filled, string link, bool urgent, CancellationToken cancel)
    {
        if (account.Resident is not { } resident)
            return;
        var language = await languages.Of(resident, cancel);
        var texts = new Texts<TTexts>(language);
        var body = texts[$"{text}-body", filled(language)];
        await messages.Send(resident, key, texts[$"{text}-subject"], body, link, cancel, urgent);
    }
}

/// <summary>Day and minute in Tokyo as people read them.</summary>
internal static class Moment
{
    public static string Of(Language language, DateTimeOffset at)
    {
        var tokyo = at.ToOffset(Kernel.TokyoDay.Offset);
        return $"{language.Day(Kernel.TokyoDay.Of(at))} {tokyo.ToString("H:mm", language.Culture)}";
    }
}
