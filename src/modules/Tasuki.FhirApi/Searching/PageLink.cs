using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tasuki.Kernel.Seals;

namespace Tasuki.FhirApi.Searching;

/// <summary>Where the next page starts: the parameters, the place among the residents, the vault's own token.</summary>
internal sealed record PageState(string[] Types, string[] Parameters, int Resident, string? After)
{
    /// <summary>The persons' records are done with, and <see cref="After"/> is of the shared ones.</summary>
    public bool Shared { get; init; }

    /// <summary>Instead of the vault's token, in an order the store does not keep.</summary>
    public SortPlace? Behind { get; init; }

    /// <summary>The time of care that <c>$everything</c> is asked for; null for all of it.</summary>
    public DateTimeOffset? CareFrom { get; init; }

    public DateTimeOffset? CareTo { get; init; }

    public IReadOnlyList<(string, string)> Pairs() => [.. Parameters.Chunk(2).Select(pair => (pair[0], pair[1]))];
}

/// <summary>
/// The <c>next</c> link carries one sealed value and nothing readable: an address stands in histories and logs of others, and the values of a search are a person's.
/// It is bound to the caller.
/// </summary>
internal static class PageLink
{
    public const string Parameter = "_page";
    private const int Longest = 8_000;

    public static string Seal(ISeal seal, Call call, PageState state) =>
        Base64Url.EncodeToString(seal.SealForMunicipality(Place(call), JsonSerializer.SerializeToUtf8Bytes(state)));

    public static PageState? Open(ISeal seal, Call call, string value) =>
        value.Length <= Longest && Base64Url.IsValid(value) && seal.OpenForMunicipality(Place(call), Base64Url.DecodeFromChars(value)) is { IsOk: true } opened
            ? JsonSerializer.Deserialize<PageState>(opened.Value) : null;

    private static SealPlace Place(Call call) =>
        new("fhir_page", "state", string.Create(CultureInfo.InvariantCulture, $"{(int)call.Caller.Actor.Kind}:{call.Caller.Actor.Id}"));

    /// <summary>For the self link.</summary>
    public static string Query(IReadOnlyList<(string Name, string Value)> parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parameters)
            text.Append(text.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return text.ToString();
    }
}
