using System.Globalization;
using System.Text.Json;
using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Requests;

/// <summary>Seals what stands in a request under the resident's key where an account is known, else under the municipality's; and binds the row.</summary>
internal sealed class RequestSeals(ISeal seal)
{
    public static string RowOf(RequestStepRow step) => RowOf(step.RequestNo, step.Step);

    public async Task<Result<byte[]>> Seal(RequestRow row, RequestAbout about, CancellationToken cancel) => await Close(row.ResidentNo, AboutOf(row), about, cancel);

    public async Task<Result<byte[]>> Seal(RequestRow row, int number, RequestStep step, CancellationToken cancel) => await Close(row.ResidentNo, StepOf(row.No, number), step, cancel);

    /// <summary>Errors of <see cref="ISeal.Open"/>; <c>seal.gone</c> too when the person was erased.</summary>
    public async Task<Result<RequestAbout>> Open(RequestRow row, CancellationToken cancel) =>
        row.About is { } about ? await Open<RequestAbout>(row.ResidentNo, AboutOf(row), about, cancel) : new Error("seal.gone", "What was written was erased with the person.");

    public async Task<Result<RequestStep>> Open(RequestStepRow step, CancellationToken cancel) => await Open<RequestStep>(step.ResidentNo, StepOf(step.RequestNo, step.Step), step.Content, cancel);

    // Rows of which nothing was withheld or made ready have the form they had before that was kept.
    public byte[] MacOf(RequestRow r) => RowMac.Of(seal, "legal-request-row",
    [
        r.No, r.Number, r.ResidentNo, r.Kind, r.By, r.Channel, r.State, r.Received, r.Entered, r.Operator, r.Disclosed, r.AskedUntil, r.Days, r.MaximumExtension, r.Stops,
        r.Extension, r.ExtendedDays, r.ExtendedTo, r.Identity, r.CheckedBy, r.ConfirmedBy, r.Decision, r.Decided, r.Way, r.Settled, r.Steps,
        .. r is { Withheld: 0, Release: RequestRelease.None, ReleasedBy: null } ? Array.Empty<object?>() : [r.Withheld, r.Release, r.ReleasedBy],
    ]);

    public bool IsWhole(RequestRow row) => RowMac.Holds(row.Mac, MacOf(row));

    private async Task<Result<byte[]>> Close<T>(long? resident, SealPlace place, T value, CancellationToken cancel)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(value);
        return resident is { } no ? await seal.Seal(new ResidentNo(no), place, plain, cancel) : seal.SealForMunicipality(place, plain);
    }

    private async Task<Result<T>> Open<T>(long? resident, SealPlace place, byte[] value, CancellationToken cancel)
    {
        var plain = resident is { } no ? await seal.Open(new ResidentNo(no), place, value, cancel) : seal.OpenForMunicipality(place, value);
        return plain.Map(p => JsonSerializer.Deserialize<T>(p)!);
    }

    private static SealPlace AboutOf(RequestRow row) => new(RequestTables.Request, "about", row.No.ToString(CultureInfo.InvariantCulture));

    private static SealPlace StepOf(long request, int step) => new(RequestTables.Step, "content", RowOf(request, step));

    private static string RowOf(long request, int step) => string.Create(CultureInfo.InvariantCulture, $"{request}/{step}");
}
