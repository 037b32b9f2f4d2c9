using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;

namespace Tasuki.FhirApi.Bulk;

/// <summary>The kick-off (Bulk Data Access 2.0). One export of an app runs at a time.</summary>
internal sealed class StartExport(TasukiDb db, ISeal seal, JobQueue queue, JobSignal signal, FhirApiOptions options, TimeProvider clock)
{
    private const string Again = "60";

    private static readonly Error NotBackend = new("scope.insufficient", "Bulk data is for backend services: with scopes system/[type].rs and no person signed in.");
    private static readonly Error NotAsync = new("export.prefer", "A kick-off says 'Prefer: respond-async'.");
    private static readonly Error NotJson = new("accept.media", "A kick-off says 'Accept: application/fhir+json'.");
    private static readonly Error Busy = new("export.running", "An export of this app is running. Wait for its end or cancel it.");

    public async Task<Answer> Run(Call call, Interaction kickOff, bool acceptsJson, CancellationToken cancel)
    {
        if (call.Caller.Kind is not ApiCallerKind.Backend)
            return Failures.Answer(NotBackend);
        if (!acceptsJson)
            return Failures.Answer(NotJson);
        if (!kickOff.Prefer.RespondAsync)
            return Failures.Answer(NotAsync);
        var request = BulkRequest.Parse(call, kickOff);
        if (!request.IsOk)
            return Failures.Answer(request.Error);
        var now = clock.GetUtcNow();
        var export = new BulkExport
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), AppNo = call.Caller.App, Asked = now, Expires = now.AddHours(options.ExportHours),
        };
        export.Request = seal.SealForMunicipality(ExportRows.RequestPlace(export), request.Value.ToJson());
        await using (var transaction = await db.Database.BeginTransactionAsync(cancel))
        {
            if (await db.Set<BulkExport>().AnyAsync(e => e.AppNo == export.AppNo && e.Running != null, cancel))
                return Refused();
            db.Add(export);
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateException)
            {
                // Another kick-off of the app came first in this moment.
                return Refused();
            }

            await queue.Add(RunExport.Name, RunExport.KeyOf(export), cancel, subject: export.No);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        // The save woke the runner before there was anything to be seen.
        signal.Wake();

        var at = $"{call.Root}/{BulkEndpoint.Exports}/{export.Id}";
        return new Answer(202, Outcome.Of(new Issue("information", "informational", "The export has begun. Ask the address in Content-Location how far it is."))) { Headers = [("Content-Location", at)] };
    }

    private static Answer Refused() => Failures.Answer(Busy) with { Headers = [("Retry-After", Again)] };
}
