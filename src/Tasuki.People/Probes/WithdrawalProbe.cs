using Microsoft.AspNetCore.Http;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// Whether what somebody takes back ends at the next request: the synthetic resident connects an app, a request with its token is answered, the resident cuts the app off,
/// and the very next request is refused twice over: by the look-up of the same token, and by the gate to the app.
/// Grant, connection, token row, look-up, gate and end are those of every app. Not walked here are the consent page, the exchange of the code and the network, which need
/// a browser: tests do that.
/// </summary>
internal sealed class WithdrawalProbe(ProbeResident resident, ProbeApp app, Connections connections, ApiCallers callers, RecordVault vault) : IProbe
{
    public async Task<Finding> Look(CancellationToken cancel)
    {
        var account = await resident.Account(cancel);
        if (!account.IsOk)
            return Finding.Bad("resident", account.Error.Code);
        var own = await resident.Open(Purpose.OwnUse, cancel);
        if (!own.IsOk)
            return Finding.Bad("resident", own.Error.Code);
        if (await own.Value.Search(Own, cancel) is not { IsOk: true, Value.Records: [var patient, ..] })
            return Finding.Bad("resident", "record.missing");
        var connected = await app.Connect(account.Value, patient.Id, cancel);
        if (!connected.IsOk)
            return Finding.Bad("unanswered", connected.Error.Code);
        try
        {
            return await Look(account.Value.Resident!.Value, connected.Value.Connection, connected.Value.Token, cancel);
        }
        finally
        {
            // Also when the look was broken off.
            await app.Sweep(connected.Value.Connection, CancellationToken.None);
        }
    }

    private static RecordQuery Own => new() { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 };

    private async Task<Finding> Look(ResidentNo no, long connection, string token, CancellationToken cancel)
    {
        var before = await Ask(token, cancel);
        if (!before.IsOk)
            return Finding.Bad("unanswered", before.Error.Code);
        if (await connections.Find(connection, cancel) is not { } found)
            return Finding.Bad("unanswered", "connection.missing");
        await connections.End(found.Connection, Actor.Resident(no), cancel);
        // Each of the two locks by itself: the other alone would still refuse the request.
        if ((await Caller(token, cancel)).IsOk)
            return Finding.Bad("token");
        return (await vault.Open(before.Value.Actor, no, before.Value.ReadPurpose, cancel)).IsOk ? Finding.Bad("gate") : Finding.Good("refused");
    }

    // As the FHIR interface does it: caller by the header, the gate, a search.
    private async Task<Result<ApiCaller>> Ask(string token, CancellationToken cancel)
    {
        var caller = await Caller(token, cancel);
        if (!caller.IsOk)
            return caller.Error;
        var session = await callers.Open(caller.Value, write: false, cancel);
        if (!session.IsOk)
            return session.Error;
        return await session.Value.Search(Own, cancel) is { IsOk: true, Value.Records: [_, ..] } ? caller : new Error("record.missing", "The app did not find what it may read.");
    }

    private Task<Result<ApiCaller>> Caller(string token, CancellationToken cancel)
    {
        var request = new DefaultHttpContext();
        request.Request.Headers.Authorization = $"Bearer {token}";
        return callers.Of(request, cancel);
    }
}
