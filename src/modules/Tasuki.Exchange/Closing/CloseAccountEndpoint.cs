using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Kernel.Text;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Exchange.Closing;

/// <summary>
/// The person's own last word: typed, with a fresh factor, never by proxy. From then on the gate refuses everybody; the key is destroyed when the waiting period
/// is over, and until then one step of the same strength takes it back.
/// </summary>
internal static class CloseAccountEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/close-account/close", Close).RequireAuthorization(Policies.ResidentFresh);

    private static async Task<IResult> Close(IFormCollection form, SignedInResident resident, Texts<ExchangeTexts> texts, CancellationToken cancel)
    {
        if (JapaneseText.Fold(form["word"].ToString()) != JapaneseText.Fold(texts["close-word"]))
            return new SeeOther("/close-account?problem=close.word");
        var closed = await resident.CloseAccount(cancel);
        return new SeeOther(closed.IsOk ? "/close-account/closed" : $"/close-account?problem={Uri.EscapeDataString(closed.Error.Code)}");
    }
}
