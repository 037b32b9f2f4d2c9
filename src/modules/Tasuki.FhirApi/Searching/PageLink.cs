using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.FhirApi.Searching;

/// <summary>
/// Where the next page starts: what was asked and where, whose records come next, the vault's own token. A resident is named by number and not by their place among those
/// reached, which changes when a grant ends between two pages.
/// </summary>
/// <param name="Resident">The first one who is not done with; <see cref="After"/> is of theirs.</param>
internal sealed record PageState(string[] Types, string[] Parameters, long Resident, string? After)
{
    /// <summary>The compartment's person; null for a search that is in none.</summary>
    public long? About { get; init; }

    /// <summary>Behind the base, for the link to itself.</summary>
    public string Address { get; init; } = "";

    /// <summary>What an operation was asked with, where that is not the parameters of the search it is.</summary>
    public string[]? Asked { get; init; }

    /// <summary>The persons' records are done with, and <see cref="After"/> is of the shared ones.</summary>
    public bool Shared { get; init; }

    /// <summary>Instead of the vault's token, in an order the store does not keep.</summary>
    public SortPlace? Behind { get; init; }

    /// <summary>The time of care that <c>$everything</c> is asked for; null for all of it.</summary>
    public DateTimeOffset? CareFrom { get; init; }

    public DateTimeOffset? CareTo { get; init; }

    public static PageState First(IReadOnlyList<string> types, IReadOnlyList<(string Name, string Value)> parameters, SearchPlace place) =>
        new([.. types], Flat(parameters), 0, null)
        {
            About = place.About?.Value, Address = place.Address, Asked = place.Asked is { } asked ? Flat(asked) : null, CareFrom = place.CareFrom, CareTo = place.CareTo,
        };

    public static string[] Flat(IReadOnlyList<(string Name, string Value)> pairs) => [.. pairs.SelectMany(one => new[] { one.Name, one.Value })];

    public IReadOnlyList<(string, string)> Pairs() => Pairs(Parameters);

    public string Self(IReadOnlyList<(string, string)> understood) => (Address.Length == 0 ? "" : "/" + Address) + PageLink.Query(Asked is null ? understood : Pairs(Asked));

    private static IReadOnlyList<(string, string)> Pairs(string[] flat) => [.. flat.Chunk(2).Select(pair => (pair[0], pair[1]))];
}

/// <summary>Where a search is asked.</summary>
/// <param name="Address">Behind the base.</param>
/// <param name="About">The compartment's person; null for none.</param>
internal sealed record SearchPlace(string Address, ResidentNo? About = null)
{
    /// <summary>As <see cref="PageState.Asked"/>.</summary>
    public IReadOnlyList<(string Name, string Value)>? Asked { get; init; }

    /// <summary>Only what was done between these times.</summary>
    public DateTimeOffset? CareFrom { get; init; }

    public DateTimeOffset? CareTo { get; init; }
}

/// <summary>
/// The <c>next</c> link carries one sealed value and nothing readable: an address stands in histories and logs of others, and the values of a search are a person's.
/// It is bound to the caller.
/// </summary>
internal static class PageLink
{
    public const string Parameter = "_page";
    private const int Longest = 8_000;
    public static readonly Error Wrong = new("query.page", "The link to this page does not open: it is another caller's, or was changed. Search again.");

    public static string Seal(ISeal seal, Call call, PageState state) =>
        Base64Url.EncodeToString(seal.SealForMunicipality(Place(call), JsonSerializer.SerializeToUtf8Bytes(state)));

    /// <summary>The page that the parameters ask for, or <paramref name="start"/> where they ask for none. Error <c>query.page</c>.</summary>
    public static Result<PageState> Asked(ISeal seal, Call call, PageState start, IReadOnlyList<(string Name, string Value)> parameters)
    {
        if (parameters.FirstOrDefault(one => one.Name is Parameter) is not { Value: { } token })
            return start;
        if (!parameters.All(one => one.Name is Parameter or "_format" or "_pretty") || Open(seal, call, token) is not { } opened)
            return Wrong;
        // Another patient's compartment, or one this call is not about.
        return (start.About is { } asked && opened.About != asked) || (opened.About is { } about && !call.May(new ResidentNo(about))) ? Wrong : opened;
    }

    private static PageState? Open(ISeal seal, Call call, string value) =>
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
