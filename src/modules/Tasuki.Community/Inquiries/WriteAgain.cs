using Tasuki.Kernel;

namespace Tasuki.Community.Inquiries;

/// <summary>The person writes again: what was answered, closed or asked back is open again, with a new period from that day.</summary>
internal sealed class WriteAgain(InquirySteps steps, InquiryOptions options, TimeProvider clock)
{
    private const int MaximumSteps = 200;

    /// <summary>Errors <c>inquiry.text</c>, <c>mynumber.found</c>, <c>inquiry.full</c>, <c>inquiry.moved</c>, <c>seal.gone</c>.</summary>
    public async Task<Result<Done>> Write(InquiryRow row, string? typed, CancellationToken cancel)
    {
        var text = InquiryText.Text(typed);
        if (!text.IsOk)
            return text.Error;
        if (row.Steps >= MaximumSteps)
            return new Error("inquiry.full", $"The inquiry has {row.Steps} steps; {MaximumSteps} are allowed.");
        return await steps.Do(row, new InquiryStep(InquiryAct.Wrote, null, text.Value, null), r =>
        {
            if (r.State is InquiryState.New or InquiryState.Open)
                return;
            r.State = r.Owner is null ? InquiryState.New : InquiryState.Open;
            r.Since = clock.GetUtcNow();
            r.Closed = null;
            r.Due = options.Due(r.Kind, TokyoDay.Of(r.Since));
        }, cancel);
    }
}
