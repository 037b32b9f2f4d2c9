using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.People.Tests;

/// <summary>Stands where the FHIR surface will: says who called, and what the gate shows and takes.</summary>
internal static class SmartProbe
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/fhir/probe", Read).RequireAuthorization(Policies.Anyone);
        app.MapPost("/fhir/probe/{type}", Write).RequireAuthorization(Policies.Anyone);
    }

    private static async Task<IResult> Read(HttpContext context, ApiCallers callers)
    {
        var cancel = context.RequestAborted;
        var caller = await callers.Of(context, cancel);
        if (!caller.IsOk)
            return Refused(context, caller.Error);
        var c = caller.Value;
        string[] types = [];
        if (c.Resident is not null)
        {
            var session = await callers.Open(c, write: false, cancel);
            if (!session.IsOk)
                return Refused(context, session.Error);
            types = [.. (await session.Value.Search(new RecordQuery { Limit = 100, Order = RecordOrder.Stored }, cancel)).Value.Records.Select(r => r.Type)];
        }

        return Results.Json(new
        {
            kind = c.Kind.ToString(), actor = c.Actor.Id, actorKind = c.Actor.Kind.ToString(), resident = c.Resident?.Value, patient = c.Patient, app = c.App, grant = c.Grant, practitioner = c.Practitioner,
            scopes = c.Scopes.ToString(), types,
        });
    }

    private static async Task<IResult> Write(HttpContext context, string type, ApiCallers callers, TimeProvider clock)
    {
        var caller = await callers.Of(context, context.RequestAborted);
        if (!caller.IsOk)
            return Refused(context, caller.Error);
        var session = await callers.Open(caller.Value, write: true, context.RequestAborted);
        if (!session.IsOk)
            return Refused(context, session.Error);
        var written = await session.Value.Write([SmartWorld.Record(type, clock.GetUtcNow())], context.RequestAborted);
        return written.IsOk ? Results.Ok() : Refused(context, written.Error);
    }

    private static IResult Refused(HttpContext context, Kernel.Error error)
    {
        ApiCallers.Refuse(context, error);
        return Results.Text(error.Code, statusCode: context.Response.StatusCode);
    }
}
