using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Exchange.Importing;

/// <summary>What the forms of <c>/bring-in</c> post to. Every answer is a redirect, so that going back never sends a file twice.</summary>
internal static class BringInEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/bring-in/upload", Upload).RequireAuthorization(Policies.Resident);
        app.MapPost("/bring-in/{id}/store", Store).RequireAuthorization(Policies.Resident);
        app.MapPost("/bring-in/{id}/give-up", GiveUp).RequireAuthorization(Policies.Resident);
    }

    private static async Task<IResult> Upload(HttpContext context, SignedInResident resident, ReceiveUpload upload, ImportFile imports, ExchangeOptions options)
    {
        var opened = await resident.Open(Purpose.Import, context.RequestAborted);
        if (!opened.IsOk)
            return Back(opened.Error);
        var received = new List<string>();
        Error? refused = null;
        var read = await upload.Read(context, options.UploadBytes, async (name, type, body) =>
        {
            if (refused is not null)
                return;
            var file = await imports.Receive(opened.Value, name, type, body, context.RequestAborted);
            if (file.IsOk)
                received.Add(file.Value.Id);
            else
                refused = file.Error;
        });
        if ((read.Error ?? refused) is { } error)
            return Back(error);
        return received switch
        {
            [] => Back(new Error("upload.none", "No file was chosen.")),
            [var one] => new SeeOther($"/bring-in/{one}"),
            _ => new SeeOther("/bring-in#waiting"),
        };
    }

    private static async Task<IResult> Store(
        string id, [FromForm] bool? mine, [FromForm] SourceKind? source, SignedInResident resident, ImportFile imports, CancellationToken cancel)
    {
        var opened = await resident.Open(Purpose.Import, cancel);
        if (!opened.IsOk)
            return Back(opened.Error);
        if (await resident.Profile(cancel) is not { } profile)
            return Back(new Error("people.not-signed-in", "Nobody is signed in as a resident."));
        var asked = source is { } kind && Enum.IsDefined(kind) ? kind : (SourceKind?)null;
        var stored = await imports.Store(opened.Value, profile, id, new PersonsWord(mine is true, asked), cancel);
        return stored.IsOk || stored.Error.Code == "import.settled" ? new SeeOther($"/bring-in/{Uri.EscapeDataString(id)}/done") : Back(stored.Error, id);
    }

    // The form is bound although nothing stands in it: binding it is what checks that it is ours.
    private static async Task<IResult> GiveUp(string id, IFormCollection form, SignedInResident resident, ImportFile imports, CancellationToken cancel)
    {
        var opened = await resident.Open(Purpose.Import, cancel);
        if (!opened.IsOk)
            return Back(opened.Error);
        await imports.GiveUp(opened.Value, id, cancel);
        return new SeeOther("/bring-in?done=given-up");
    }

    private static IResult Back(Error error, string? id = null) =>
        new SeeOther((id is null ? "/bring-in" : $"/bring-in/{Uri.EscapeDataString(id)}") + $"?problem={Uri.EscapeDataString(error.Code)}");
}
