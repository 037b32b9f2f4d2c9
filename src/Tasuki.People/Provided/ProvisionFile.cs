using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The records of what was given of the person, for a spreadsheet.</summary>
internal static class ProvisionFile
{
    public const string Path = "/provided/file.csv";

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet(Path, Write).RequireAuthorization(Policies.Resident);

    private static async Task<IResult> Write(SignedInResident resident, ProvidedRecords records, TimeProvider clock, HttpContext context)
    {
        if (await resident.Profile(context.RequestAborted) is not { } person)
            return Results.NotFound();
        var lines = new StringBuilder().AppendCsvLine([.. records.Head]);
        foreach (var line in await records.Of(person.No, context.RequestAborted))
            lines.AppendCsvLine([.. line]);

        context.Response.Headers.CacheControl = "no-store";
        // With the mark in front spreadsheets read it as UTF-8.
        return Results.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(lines.ToString())], "text/csv; charset=utf-8", $"provided-{ProvidedRecords.Day(clock.Today())}.csv");
    }
}
