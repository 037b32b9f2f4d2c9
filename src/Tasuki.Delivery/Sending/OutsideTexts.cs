using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Delivery;

/// <summary>Makes what is said outside, from fixed texts alone: it is never given a message.</summary>
internal sealed class OutsideTexts(DeliveryOptions options, Municipality? municipality)
{
    private readonly string? _link = options.Site is { } site ? new Uri(site, "/inbox").ToString() : null;

    /// <summary>That something has arrived. Neutral: without the sender's name and without a link, which would name it too.</summary>
    public (string Subject, string Text) Arrival(ChannelKind kind, ReadingLanguage reading, bool neutral)
    {
        var texts = In(reading);
        var named = !neutral && municipality is not null;
        var subject = named ? texts["arrival-subject", municipality!.Name] : texts["arrival-subject-neutral"];
        var link = neutral ? null : _link;
        if (kind is ChannelKind.Sms or ChannelKind.Line)
            return (subject, $"{subject}{texts["stop"]}{texts["arrival-short"]}{(link is null ? "" : "\n" + link)}");
        var footer = kind is ChannelKind.Mail ? "\n\n" + texts["arrival-mail-footer"] : "";
        return (subject, $"{texts["arrival-body"]}{(link is null ? "" : "\n\n" + link)}{footer}\n");
    }

    /// <summary>The code of a channel's check.</summary>
    public (string Subject, string Text) Check(ChannelKind kind, ReadingLanguage reading, bool neutral, string code)
    {
        var texts = In(reading);
        var subject = !neutral && municipality is not null ? texts["check-subject", municipality.Name] : texts["check-subject-neutral"];
        var body = texts[kind is ChannelKind.Letter ? "check-letter" : "check-body", code];
        return (subject, kind is ChannelKind.Sms or ChannelKind.Line ? texts["check-short", code] : body + "\n");
    }

    public (string Subject, string Body) Failing(ChannelKind kind, ReadingLanguage reading)
    {
        var texts = In(reading);
        return (texts["failing-subject"], texts["failing-body", texts[$"kind-{kind.ToString().ToLowerInvariant()}"]]);
    }

    private static Texts<DeliveryTexts> In(ReadingLanguage reading)
    {
        var language = new Language();
        language.Choose(reading);
        return new Texts<DeliveryTexts>(language);
    }
}
