using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.People;

namespace Tasuki.Compliance.Requests;

/// <summary>
/// What the person does with their own request, signed in: answers a correction that was asked for, or takes the request back. Somebody else's is missing. Errors of all:
/// <c>request.missing</c>, <c>request.settled</c>, <c>request.moved</c>; of texts <c>request.text</c>, <c>mynumber.found</c>.
/// </summary>
internal sealed class OwnRequest(RequestBook book, RequestSteps steps, TimeProvider clock)
{
    private static readonly Error Missing = new("request.missing", "No such request.");
    private static readonly Error Settled = new("request.settled", "The request is not in a state for this.");

    /// <summary>The clock runs on from tomorrow.</summary>
    public async Task<Result<Done>> AnswerCorrection(ResidentProfile person, string number, string? answer, CancellationToken cancel)
    {
        if (await Mine(person, number, cancel) is not { } row)
            return Missing;
        if (row.State is not RequestState.Correcting)
            return Settled;
        var text = TypedText.Text(answer, "request.text");
        if (!text.IsOk)
            return text.Error;
        return await steps.Do(row, new RequestStep(RequestAct.Corrected, RequestStep.ThePerson, text.Value, null), r =>
        {
            r.State = RequestState.Received;
            r.StartClock(clock.Today());
        }, cancel);
    }

    /// <summary>Before it is decided. One that a representative made is taken back at the office alone.</summary>
    public async Task<Result<Done>> Withdraw(ResidentProfile person, string number, CancellationToken cancel)
    {
        if (await Mine(person, number, cancel) is not { } row)
            return Missing;
        return row.IsActive && row.By is RequestBy.Person
            ? await steps.Do(row, new RequestStep(RequestAct.Withdrawn, RequestStep.ThePerson, null, null), r => (r.State, r.Settled) = (RequestState.Withdrawn, clock.Today()), cancel) : Settled;
    }

    private async Task<RequestRow?> Mine(ResidentProfile person, string number, CancellationToken cancel) =>
        await book.Find(number, cancel) is { } row && row.ResidentNo == person.No.Value ? row : null;
}
