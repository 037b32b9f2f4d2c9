using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>What the desk's pages post to and download.</summary>
internal static class DeskEndpoints
{
    private const string Csv = "text/csv; charset=utf-8";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        // The upload checks its token itself, section by section.
        endpoints.MapPost("/staff/list/upload", Upload).RequireAuthorization(DeskPolicies.ImportListFresh);
        endpoints.MapGet("/staff/list/{no:long}/fates.csv", Fates).RequireAuthorization(DeskPolicies.ImportListFresh);
        var forms = endpoints.MapGroup("").AddEndpointFilter(FormCheck.Antiforgery);
        forms.MapPost("/staff/list/{no:long}/take", Take).RequireAuthorization(DeskPolicies.ImportListFresh);
        forms.MapPost("/staff/list/{no:long}/discard", Discard).RequireAuthorization(DeskPolicies.ImportListFresh);
        forms.MapPost("/staff/codes/file", Letters).RequireAuthorization(DeskPolicies.ImportListFresh);
        forms.MapPost("/exit", Exit).RequireAuthorization(Policies.Anyone);
    }

    private static async Task<IResult> Upload(HttpContext context, ReceiveUpload upload, SignedInStaff staff, TakeList lists)
    {
        var cancel = context.RequestAborted;
        if (await staff.With(DeskRight.ImportList, cancel) is not { } officer)
            return Results.Forbid();
        long? brought = null;
        Error? refused = null;
        var read = await upload.Read(context, TakeList.MostBytes, async (_, _, body) =>
        {
            if (brought is not null || refused is not null)
                return;
            using var bytes = new MemoryStream();
            await body.CopyToAsync(bytes, cancel);
            var kept = await lists.Bring(officer.No, bytes.ToArray(), cancel);
            if (kept.IsOk)
                brought = kept.Value;
            else
                refused = kept.Error;
        });
        return (read.Error ?? refused)?.Code is { } problem ? To($"/staff/list?problem={problem}") : brought is { } no ? To($"/staff/list/{no.ToString(CultureInfo.InvariantCulture)}") : To("/staff/list?problem=upload.none");
    }

    private static async Task<IResult> Take(
        long no, [FromForm] int added, [FromForm] int changed, [FromForm] int refused, SignedInStaff staff, TakeList lists, CancellationToken cancel)
    {
        if (await staff.With(DeskRight.ImportList, cancel) is not { } officer)
            return Results.Forbid();
        var taken = await lists.Take(officer.Actor, no, (added, changed, refused), cancel);
        return taken.Error?.Code is { } problem ? To($"/staff/list?problem={problem}") : To("/staff/codes");
    }

    private static async Task<IResult> Discard(long no, TakeList lists, CancellationToken cancel)
    {
        await lists.Discard(no, cancel);
        return To("/staff/list?done=discarded");
    }

    private static async Task<IResult> Fates(long no, TakeList lists, Texts<DeskTexts> texts, CancellationToken cancel)
    {
        var plan = await lists.Plan(no, cancel);
        if (!plan.IsOk)
            return Results.NotFound();
        var text = new StringBuilder("\uFEFF").AppendCsvLine(texts["plan-line"], texts["reference"], texts["plan-fate"], texts["plan-notes"]);
        foreach (var line in plan.Value.Lines)
        {
            text.AppendCsvLine(
                line.Line.Line.ToString(CultureInfo.InvariantCulture), line.Line.Person?.Reference, texts["fate-" + line.Fate.ToString().ToLowerInvariant()], string.Join(' ', line.Notes.Select(n => texts["note-" + n])));
        }

        return Results.File(Encoding.UTF8.GetBytes(text.ToString()), Csv, "fates.csv");
    }

    private static async Task<IResult> Letters(SignedInStaff staff, EnrolmentDesk desk, Texts<DeskTexts> texts, CancellationToken cancel)
    {
        if (await staff.With(DeskRight.ImportList, cancel) is not { } officer)
            return Results.Forbid();
        var text = new StringBuilder("\uFEFF").AppendCsvLine(texts["postal"], texts["address"], texts["letters-name"], texts["confirm-code"], texts["letters-until"]);
        foreach (var letter in await desk.Letters(officer, EnrolmentDesk.MostLetters, cancel))
            text.AppendCsvLine(letter.Person.PostalCode, letter.Person.Address, letter.Person.FullName, EnrolmentCodes.Shown(letter.Code), TokyoDay.Of(letter.Ends).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        return Results.File(Encoding.UTF8.GetBytes(text.ToString()), Csv, "letters.csv");
    }

    private static async Task<IResult> Exit(HttpContext context, SignInSessions sessions, PeopleOptions options)
    {
        await sessions.SignOut(context, context.RequestAborted);
        return Results.Redirect(options.ExitAddress.ToString());
    }

    private static IResult To(string path) => Results.LocalRedirect(path);
}
