using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.Community.Inquiries;

/// <summary>
/// Seals what stands in an inquiry: a resident's under the resident's key, that of anybody else under the municipality's; and binds the row that says with whom it lies,
/// how far it is and until when.
/// </summary>
internal sealed class InquirySeals(ISeal seal)
{
    public static string RowOf(InquiryStepRow step) => RowOf(step.InquiryNo, step.Step);

    public async Task<Result<byte[]>> Seal(InquiryRow row, InquiryAbout about, CancellationToken cancel) => await Close(row.ResidentNo, AboutOf(row), about, cancel);

    public async Task<Result<byte[]>> Seal(InquiryRow row, int number, InquiryStep step, CancellationToken cancel) => await Close(row.ResidentNo, StepOf(row.No, number), step, cancel);

    /// <summary>Errors of <see cref="ISeal.Open"/>; <c>seal.gone</c> too when the person was erased.</summary>
    public async Task<Result<InquiryAbout>> Open(InquiryRow row, CancellationToken cancel) =>
        row.About is { } about ? await Open<InquiryAbout>(row.ResidentNo, AboutOf(row), about, cancel) : new Error("seal.gone", "What was written was erased with the person.");

    public async Task<Result<InquiryStep>> Open(InquiryStepRow step, CancellationToken cancel) => await Open<InquiryStep>(step.ResidentNo, StepOf(step.InquiryNo, step.Step), step.Content, cancel);

    public byte[] MacOf(InquiryRow r) => seal.SecretMac("inquiry-row", Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{r.No}|{r.Number}|{r.ResidentNo}|{r.Channel:D}|{r.Kind:D}|{r.State:D}|{Micros(r.Received)}|{Micros(r.Since)}|{Micros(r.Answered)}|{Micros(r.Closed)}|{r.Due:yyyy-MM-dd}|{r.Owner}|{r.Steps}|{Hex(r.CodeHash)}")));

    public bool IsWhole(InquiryRow row) => CryptographicOperations.FixedTimeEquals(row.Mac, MacOf(row));

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

    private static SealPlace AboutOf(InquiryRow row) => new(InquiryTables.Inquiry, "about", row.No.ToString(CultureInfo.InvariantCulture));

    private static SealPlace StepOf(long inquiry, int step) => new(InquiryTables.Step, "content", RowOf(inquiry, step));

    private static string RowOf(long inquiry, int step) => string.Create(CultureInfo.InvariantCulture, $"{inquiry}/{step}");

    // PostgreSQL keeps microseconds; what is bound is what comes back.
    private static long? Micros(DateTimeOffset? at) => at?.UtcTicks / TimeSpan.TicksPerMicrosecond;

    private static string Hex(byte[]? bytes) => bytes is null ? "" : Convert.ToHexString(bytes);
}
