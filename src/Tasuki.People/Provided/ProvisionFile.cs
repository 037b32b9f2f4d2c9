using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The records of what was given of the person, for a spreadsheet.</summary>
internal static class ProvisionFile
{
    public const string Path = "/provided/file.csv";

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet(Path, Write).RequireAuthorization(Policies.Resident);

    public static string Items(Texts<SmartTexts> texts, ProvisionContent one) => string.Join(
        texts["comma"], one.Categories.Select(c => texts[$"category-{(int)c}"]).Concat(one.Sensitive.Select(c => texts["provided-sensitive", texts[$"category-{(int)c}"]])));

    /// <summary>An app says itself what it is for; a clinician comes for care.</summary>
    public static string Purpose(Texts<SmartTexts> texts, ProvisionContent one) => one.To is ActorKind.Clinician ? texts["provided-care"] : VisibleText.Of(one.Purpose);

    private static async Task<IResult> Write(SignedInResident resident, Provisions provisions, Texts<SmartTexts> texts, TimeProvider clock, HttpContext context)
    {
        if (await resident.Profile(context.RequestAborted) is not { } person)
            return Results.NotFound();
        var lines = new StringBuilder();
        lines.AppendCsvLine(
            texts["provided-day"], texts["provided-name"], texts["provided-to"], texts["app-seat"], texts["provided-about"], texts["provided-items"], texts["app-purpose"], texts["provided-consent"]);
        foreach (var one in (await provisions.Of(person.No, context.RequestAborted)).Given)
        {
            lines.AppendCsvLine(
                Day(one.Day), one.Recipient, one.Operator, one.Seat ?? "", one.Person ?? texts["provided-unnamed"], Items(texts, one), Purpose(texts, one),
                string.Create(CultureInfo.InvariantCulture, $"{Day(TokyoDay.Of(one.Agreed))} ({one.Consent})"));
        }

        context.Response.Headers.CacheControl = "no-store";
        // With the mark in front spreadsheets read it as UTF-8.
        return Results.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(lines.ToString())], "text/csv; charset=utf-8", $"provided-{Day(clock.Today())}.csv");
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
