using System.Globalization;
using Microsoft.Extensions.Configuration;
using Tasuki.Kernel;

namespace Tasuki.Community.Inquiries;

/// <summary>What the operator sets for the inquiry desk, under <c>Tasuki:Inquiries</c>.</summary>
public sealed record InquiryOptions
{
    /// <summary>Business days until a question or a technical question is answered, 1 to 60.</summary>
    public int QuestionBusinessDays { get; init; } = 10;

    /// <summary>Days until a complaint about personal information, or a request about one's own data, is answered, 1 to 60.</summary>
    public int ComplaintDays { get; init; } = 30;

    /// <summary>Inquiries that visitors of one network may send in an hour, on one server, 1 to 1,000.</summary>
    public int VisitorsPerHour { get; init; } = 10;

    /// <summary>Look-up codes that visitors of one network may try in a minute, on one server, 1 to 1,000.</summary>
    public int TriesPerMinute { get; init; } = 10;

    /// <summary>Error <c>settings.inquiries</c>.</summary>
    public static Result<InquiryOptions> From(IConfigurationSection section)
    {
        var options = new InquiryOptions();
        foreach (var setting in section.GetChildren())
        {
            if (!int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return Wrong(setting.Key);
            switch (setting.Key)
            {
                case nameof(QuestionBusinessDays):
                    options = options with { QuestionBusinessDays = number };
                    break;
                case nameof(ComplaintDays):
                    options = options with { ComplaintDays = number };
                    break;
                case nameof(VisitorsPerHour):
                    options = options with { VisitorsPerHour = number };
                    break;
                case nameof(TriesPerMinute):
                    options = options with { TriesPerMinute = number };
                    break;
                default:
                    return Wrong(setting.Key);
            }
        }

        return options.Check() is { IsOk: false, Error: { } wrong } ? wrong : options;
    }

    /// <summary>A wrong setting stops the server with this sentence.</summary>
    public Result<Done> Check() => (QuestionBusinessDays, ComplaintDays, VisitorsPerHour, TriesPerMinute) switch
    {
        (< 1 or > 60, _, _, _) => Wrong(nameof(QuestionBusinessDays)),
        (_, < 1 or > 60, _, _) => Wrong(nameof(ComplaintDays)),
        (_, _, < 1 or > 1000, _) => Wrong(nameof(VisitorsPerHour)),
        (_, _, _, < 1 or > 1000) => Wrong(nameof(TriesPerMinute)),
        _ => Done.Yes,
    };

    /// <summary>When an inquiry that was written on this day is to be answered.</summary>
    internal DateOnly Due(InquiryKind kind, DateOnly written) =>
        kind is InquiryKind.Complaint or InquiryKind.Request ? written.AddDays(ComplaintDays) : BusinessDays.After(written, QuestionBusinessDays);

    private static Error Wrong(string key) => new(
        "settings.inquiries",
        $"Tasuki:Inquiries:{key}: the settings are {nameof(QuestionBusinessDays)} and {nameof(ComplaintDays)} (1 to 60), {nameof(VisitorsPerHour)} and {nameof(TriesPerMinute)} (1 to 1000).");
}
