using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// The past of a type, or of all, over several persons: newest first, at the same time those of the greater number first. Each person's own past comes in that order already,
/// so the pages are merged from their beginnings. The next page starts behind the last version that was given: what is written meanwhile moves nothing.
/// </summary>
internal sealed class PastOfMany(Call call, IReadOnlyList<ResidentNo> residents, IReadOnlyList<string> types, DateTimeOffset? since)
{
    /// <summary>Errors <c>query.page</c>, <c>query.costly</c>, <c>query.wait</c>.</summary>
    public async Task<Result<RecordHistory>> Page(int count, string? after, CancellationToken cancel)
    {
        Place? place = null;
        if (after is not null && (place = Open(after)) is null)
            return new Error("query.page", "The link to this page does not open: it is another caller's, or was changed. Ask for the past anew.");
        // So much of each that most pages need no second look.
        var chunk = Math.Clamp(2 * count / Math.Max(1, residents.Count), 1, count);
        var persons = new PriorityQueue<Person, (long, long)>();
        foreach (var resident in residents)
        {
            if (await call.Session(resident, write: false, cancel) is not { IsOk: true } session)
                continue;
            var person = new Person(session.Value, call.Cost.Walk(resident), Behind(place, resident));
            if (await Next(person, persons, chunk, cancel) is { } wrong)
                return wrong;
        }

        var versions = new List<RecordVersion>();
        Place? last = null;
        while (versions.Count < count && persons.TryDequeue(out var person, out _))
        {
            var version = person.Read.Dequeue();
            versions.Add(version);
            last = new Place(person.Session.Resident.Value, version.Updated, version.Id, version.Version);
            if (await Next(person, persons, chunk, cancel) is { } wrong)
                return wrong;
        }

        return new RecordHistory(versions, persons.Count > 0 ? Seal(last!) : null);
    }

    // Puts a person in line by their newest version that was not given yet; not at all when there is none left.
    private async Task<Error?> Next(Person person, PriorityQueue<Person, (long, long)> persons, int chunk, CancellationToken cancel)
    {
        // A page may be empty and not the last: what does not open is left out.
        while (person.Read.Count == 0 && !person.IsDone)
        {
            if (person.Walk() is { } dear)
                return dear;
            var page = await person.Session.History(null, types, since, chunk, person.After, cancel, person.Behind);
            if (!page.IsOk)
                return page.Error;
            for (var i = 1; i < page.Value.Versions.Count; i++)
            {
                if (person.Walk() is { } stop)
                    return stop;
            }

            foreach (var version in page.Value.Versions)
                person.Read.Enqueue(version);
            person.After = page.Value.Next;
            person.IsDone = page.Value.Next is null;
        }

        if (person.Read.TryPeek(out var newest))
            persons.Enqueue(person, (-newest.Updated.UtcTicks, -person.Session.Resident.Value));
        return null;
    }

    private static VersionPlace? Behind(Place? place, ResidentNo resident) =>
        place is null ? null
        : resident.Value == place.Resident ? new VersionPlace(place.Updated, place.Id, place.Version)
        : resident.Value > place.Resident ? new VersionPlace(place.Updated) : new VersionPlace(place.Updated.AddMicroseconds(1));

    private string Seal(Place place) => Base64Url.EncodeToString(call.Vault.Seal.SealForMunicipality(Sealed, JsonSerializer.SerializeToUtf8Bytes(place)));

    private Place? Open(string value) =>
        value.Length <= 1_000 && Base64Url.IsValid(value) && call.Vault.Seal.OpenForMunicipality(Sealed, Base64Url.DecodeFromChars(value)) is { IsOk: true } opened
            ? JsonSerializer.Deserialize<Place>(opened.Value) : null;

    private SealPlace Sealed => new("fhir_page", "past", string.Create(CultureInfo.InvariantCulture, $"{(int)call.Caller.Actor.Kind}:{call.Caller.Actor.Id}"));

    private sealed record Place(long Resident, DateTimeOffset Updated, string Id, int Version);

    private sealed class Person(Session session, Func<Error?> walk, VersionPlace? behind)
    {
        public Session Session => session;

        public Func<Error?> Walk => walk;

        public VersionPlace? Behind => behind;

        public Queue<RecordVersion> Read { get; } = [];

        public string? After { get; set; }

        public bool IsDone { get; set; }
    }
}
