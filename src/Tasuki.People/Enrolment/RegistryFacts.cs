using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.Kernel.Text;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// The details of a confirmed account follow the municipality's list: name, birth date, gender, and the address where the person once gave one. The person is told and sees it in the
/// access history. An address of a protected person goes nowhere: a record may be shared.
/// </summary>
internal sealed class RegistryFacts(TasukiDb db, ISeal seal, AccountSeals seals, RecordVault vault, SecurityNotices notices, TimeProvider clock)
{
    private static readonly Actor Job = Actor.Job("people.registry-facts", "Name, birth date and address follow the municipality's list.");

    /// <summary>Brings an account to what its entry says. May be done twice, and again after a cut: the profile is changed behind everything that is found by it.</summary>
    public async Task FollowUp(EligibleRow entry, CancellationToken cancel)
    {
        if (entry.ResidentNo is not { } no || !entry.Mac.AsSpan().SequenceEqual(seal.MacOf(entry)) || Open(entry) is not { } listed
            || await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == no, cancel) is not { State: ResidentState.Confirmed } row || !seals.IsWhole(row))
            return;
        var resident = new ResidentNo(no);
        if (await seals.Open<SealedProfile>(resident, "resident", "profile", no, row.Profile, cancel) is { IsOk: true, Value: var known }
            && Wanted(known, listed, row.Protected || entry.Protected) is var wanted && wanted != known && !await Bring(resident, entry, row, known, wanted, cancel))
            return;
        await db.Set<ResidentRow>().Where(r => r.ResidentNo == no).ExecuteUpdateAsync(s => s.SetProperty(r => r.FactsOf, entry.Changed), cancel);
    }

    // False: the account takes no records now, or somebody else changed the profile; the sweep comes back.
    private async Task<bool> Bring(ResidentNo resident, EligibleRow entry, ResidentRow row, SealedProfile known, SealedProfile wanted, CancellationToken cancel)
    {
        await vault.LogRegistry(Job, resident, "facts", cancel, Purpose.Operation);
        if (!await ChangePatient(resident, known, wanted, cancel))
            return false;
        var (old, now) = (AccountFactory.LookupValue(known.AsNew()), AccountFactory.LookupValue(wanted.AsNew()));
        await vault.AddLookup(resident, LookupKind.KanaNameWithBirthDate, now, cancel);
        // The stores keep microseconds: what was told before a cut is known again after it.
        if (await db.Set<Account>().AsNoTracking().Where(a => a.ResidentNo == resident.Value).OrderBy(a => a.Created).FirstOrDefaultAsync(cancel) is { } account && seals.IsWhole(account))
            await notices.TellDays(account, string.Create(CultureInfo.InvariantCulture, $"facts {entry.No} {entry.Changed.UtcTicks / TimeSpan.TicksPerMicrosecond}"), "notice-facts", [clock.Today()], "/account", cancel);
        var profile = await seals.Seal(resident, "resident", "profile", resident.Value, wanted, cancel);
        var before = row.Profile;
        var isFoundAnew = !old.AsSpan().SequenceEqual(now);
        DateTimeOffset? foundBySince = isFoundAnew ? clock.GetUtcNow() : row.FoundBySince;
        if (!profile.IsOk || await db.Set<ResidentRow>().Where(r => r.ResidentNo == resident.Value && r.Profile == before)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Profile, profile.Value).SetProperty(r => r.FoundBySince, foundBySince), cancel) != 1)
            return false;
        if (isFoundAnew)
            await vault.RemoveLookup(resident, LookupKind.KanaNameWithBirthDate, old, cancel);
        return true;
    }

    // What is the same but for its writing stays as the person wrote it, and so does what the list does not say or cannot say outside its own fonts.
    private static SealedProfile Wanted(SealedProfile known, ListedPerson listed, bool isProtected)
    {
        var wanted = known with { BirthDate = listed.BirthDate, Gender = listed.Gender is "unknown" ? known.Gender : listed.Gender };
        if (!JapaneseText.SameName(known.Family + known.Given, listed.Family + listed.Given) && !EligibleList.HasForeignCharacters(listed.Family + listed.Given))
            wanted = wanted with { Family = listed.Family, Given = listed.Given };
        if (!JapaneseText.SameName(known.FamilyKana + known.GivenKana, listed.FamilyKana + listed.GivenKana))
            wanted = wanted with { FamilyKana = listed.FamilyKana, GivenKana = listed.GivenKana };
        if (!isProtected && known.Address is { Length: > 0 } && listed.Address is { Length: > 0 } address && !EligibleList.HasForeignCharacters(address)
            && !string.Equals(JapaneseText.Fold(known.Address), JapaneseText.Fold(address), StringComparison.Ordinal))
            wanted = wanted with { Address = address };
        return wanted;
    }

    // The person's own record: the first of every account. What else stands in it stays.
    private async Task<bool> ChangePatient(ResidentNo resident, SealedProfile known, SealedProfile wanted, CancellationToken cancel)
    {
        var session = await vault.Open(Job, resident, Purpose.Operation, cancel);
        if (!session.IsOk)
            return false;
        var own = await session.Value.Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, cancel);
        if (own is not { IsOk: true, Value.Records: [var patient] })
            return own.IsOk;
        var json = JsonNode.Parse(patient.Resource.Json.Span)!.AsObject();
        var made = JsonNode.Parse(PatientOf.Record(wanted.AsNew(), clock.GetUtcNow()).Resource.Json.Span)!.AsObject();
        var others = (json["name"] as JsonArray ?? []).Where(name => name?["use"]?.GetValue<string>() is not "official").Select(name => name?.DeepClone());
        json["name"] = new JsonArray([.. made["name"]!.AsArray().Select(name => name?.DeepClone()), .. others]);
        (json["gender"], json["birthDate"]) = (made["gender"]!.DeepClone(), made["birthDate"]!.DeepClone());
        if (!string.Equals(known.Address, wanted.Address, StringComparison.Ordinal))
            json["address"] = made["address"]!.DeepClone();
        var resource = CanonicalResource.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
        if (!resource.IsOk)
            return false;
        var record = new NewRecord(resource.Value, new RecordOrigin(SourceKind.Municipality, null, null, null, clock.GetUtcNow()));
        return (await session.Value.Change([new RecordChange.Update(patient.Id, record, patient.Version)], null, cancel)).IsOk;
    }

    private ListedPerson? Open(EligibleRow entry) =>
        seal.OpenForMunicipality(TakeList.Place("eligible", entry.No), entry.Content) is { IsOk: true } content ? System.Text.Json.JsonSerializer.Deserialize<ListedPerson>(content.Value) : null;
}
