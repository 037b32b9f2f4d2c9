using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Exchange.Originals;

/// <summary>The originals a person kept, byte for byte as they came. What strangers made is handed out as a download and never shown by our pages.</summary>
internal static class OriginalEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        // Taking a file out and destroying it ask for a fresh factor, as the whole export does: who found the phone unlocked gets neither.
        app.MapGet("/files/{no:long}", Download).RequireAuthorization(Policies.ResidentFresh);
        app.MapPost("/files/{no:long}/delete", Delete).RequireAuthorization(Policies.ResidentFresh);
    }

    private static async Task<IResult> Download(long no, SignedInResident resident, HttpContext context)
    {
        var cancel = context.RequestAborted;
        var session = await resident.Open(Purpose.Export, cancel);
        if (!session.IsOk || (await session.Value.Files(cancel)).FirstOrDefault(file => file.FileNo == no) is not { } known)
            return Results.NotFound();
        var opened = await session.Value.OpenFile(no, cancel);
        if (!opened.IsOk)
            return Results.NotFound();

        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(known.Name);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        return Results.Stream(opened.Value, "application/octet-stream");
    }

    private static async Task<IResult> Delete(long no, IFormCollection form, SignedInResident resident, CancellationToken cancel)
    {
        var session = await resident.Open(Purpose.OwnUse, cancel);
        if (!session.IsOk || form["confirmed"] != "true")
            return new SeeOther($"/files?ask={no}");
        var deleted = await session.Value.DeleteFile(no, cancel);
        return new SeeOther(deleted.IsOk ? "/files?done=deleted" : "/files");
    }
}
