using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Sandbox;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;

namespace Tasuki.Cli.Demo;

/// <summary>
/// <c>tasuki demo</c>: a municipality of synthetic residents, with accounts for three of them, a clinic and an officer. Every record goes in through the gate, under
/// the name of the operator and the purpose of operation. The population streams: a million residents pass through the memory of a few.
/// </summary>
internal static class MakeDemo
{
    private const int AtOnce = 4;
    private const string Password = "tasuki-demo-2026";
    private static readonly Actor Demo = Actor.Operator("tasuki demo", "A synthetic population for trying Tasuki out.");
    private static readonly string[] Options = [.. OpenedMunicipality.Options, "residents", "seed", "until", "postgres", "keys", "log", "app"];

    public static async Task<int> Run(string[] arguments, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var population = Population(line.Value, residents: 200);
        if (!population.IsOk)
            return await Usage.Say(errors, population.Error);
        var described = Describe(line.Value);
        if (!described.IsOk)
            return await Usage.Say(errors, described.Error);
        var folder = described.Value;
        if (Directory.Exists(folder.Data) && Directory.EnumerateFileSystemEntries(folder.Data).Any())
            return await Usage.Say(errors, new Error("municipality.exists", $"There is something in {folder.Data} already."));

        folder.MakeData();
        var opened = await OpenedMunicipality.Open(folder, create: true, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using (var municipality = opened.Value)
        {
            var filled = await Fill(municipality, population.Value, errors, cancel);
            if (!filled.IsOk)
                return await Usage.Say(errors, filled.Error);
            await DemoAccount.Save(folder, filled.Value, cancel);
        }

        // The description comes last: a folder without it is half-made and starts over.
        var created = folder.Create();
        return created.IsOk ? 0 : await Usage.Say(errors, created.Error);
    }

    public static Result<PopulationOptions> Population(CommandLine line, int residents)
    {
        var count = line.Number("residents", residents, 1, 1_000_000);
        if (!count.IsOk)
            return count.Error;
        var seed = line.Number("seed", PopulationOptions.DemoSeed, 0, int.MaxValue);
        if (!seed.IsOk)
            return seed.Error;
        var options = new PopulationOptions(count.Value, seed.Value);
        if (line["until"] is not { } text)
            return options;
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)
            ? options with { Until = until } : new Error("usage", "--until takes the last day that has data, as 2026-10-31.");
    }

    private static Result<MunicipalityFolder> Describe(CommandLine line)
    {
        var id = MunicipalityId.Parse(line.Get("municipality", "tasuki-shi"));
        if (!id.IsOk)
            return id.Error;
        var municipality = new Municipality(id.Value, "たすき市", "たすき市", IsDemo: true);
        var (data, ring) = (line.Get("data", "data"), line.Get("ring", "data.ring"));
        if (line["postgres"] is not { } records)
            return MunicipalityFolder.Embedded(municipality, data, ring);
        return line["keys"] is { } keys
            ? MunicipalityFolder.Postgres(municipality, data, ring, new StoreConnections(records, keys, line.Get("log", records), line.Get("app", records)))
            : new Error("usage", "With --postgres, --keys names the database of the key store.");
    }

    private static async Task<Result<IReadOnlyList<DemoAccount>>> Fill(OpenedMunicipality municipality, PopulationOptions population, TextWriter errors, CancellationToken cancel)
    {
        var cast = DemoCast.Choose(population);
        var accounts = new DemoAccount?[cast.People.Count];
        var signedUp = new ResidentNo?[cast.People.Count];
        var watch = Stopwatch.StartNew();
        var progress = new Progress(errors, population.Residents);
        Error? failed = null;
        await Parallel.ForEachAsync(
            Sandbox.Population.Generate(population),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (person, stop) =>
            {
                if (failed is not null)
                    return;
                var at = cast.People.ToList().FindIndex(p => p.Resident.Index == person.Index);
                var signInName = at < 0 ? null : SignInName(cast.People[at].Role);
                var added = await Add(municipality, person, signInName, population.Until, stop);
                if (!added.IsOk)
                    failed = added.Error;
                else if (signInName is not null)
                    (accounts[at], signedUp[at]) = (new DemoAccount(Describe(cast.People[at], population), signInName, Password, added.Value.TotpSecret!), added.Value.Resident);
                await progress.Step(added.IsOk ? added.Value.Records : 0);
            });
        if (failed is not null)
            return failed;

        var staff = await AddStaff(municipality, cast, cancel);
        if (!staff.IsOk)
            return staff.Error;
        // One of them is a patient of the clinic: a clinician has somebody to start an app for, and the resident somebody to stop. A small population may lack the person.
        foreach (var patient in signedUp.Where((_, at) => cast.People[at].Role is DemoRole.Checkups).OfType<ResidentNo>())
        {
            await using var scope = municipality.Scope();
            var shared = await scope.ServiceProvider.GetRequiredService<DemoSharing>().Make(patient, staff.Value.Clinician, cancel);
            if (!shared.IsOk)
                return shared.Error;
        }

        var setUp = await DemoSetup.Make(municipality, Demo, cancel);
        if (!setUp.IsOk)
            return setUp.Error;
        await using (var scope = municipality.Scope())
        {
            // Some of them stand on the municipality's list and have no account yet: the desk has somebody to enrol.
            var listed = await scope.ServiceProvider.GetRequiredService<EligibleImport>().Import(
                Demo, EligibleListFile.Csv(Sandbox.Population.Generate(population).Where(one => cast.People.All(person => person.Resident.Index != one.Index)).Take(40)), look: false, cancel);
            if (!listed.IsOk)
                return listed.Error;
        }

        var inquiries = await DemoInquiries.Make(municipality, [.. signedUp.OfType<ResidentNo>()], cancel);
        if (!inquiries.IsOk)
            return inquiries.Error;
        await progress.End(watch.Elapsed);
        return (Result<IReadOnlyList<DemoAccount>>)(List<DemoAccount>)[.. accounts.OfType<DemoAccount>(), .. staff.Value.Accounts];
    }

    // A child has no sign-in of its own.
    private static string? SignInName(DemoRole role) => role switch
    {
        DemoRole.Checkups => "taro",
        DemoRole.Family => "hanako",
        DemoRole.Elder => "umeko",
        _ => null,
    };

    private static string Describe(DemoPerson person, PopulationOptions population) =>
        $"{person.Resident.Name.Kanji} ({person.Resident.AgeOn(population.Until)}): " + person.Role switch
        {
            DemoRole.Checkups => "five years of checkups with metabolic risk, diaries",
            DemoRole.Family => "a mother; her child has vaccinations and infant checkups",
            DemoRole.Elder => "medicines, the checkup of the late-stage elderly",
            _ => "",
        };

    private static async Task<Result<(int Records, ResidentNo Resident, string? TotpSecret)>> Add(
        OpenedMunicipality municipality, SyntheticResident person, string? signInName, DateOnly until, CancellationToken cancel)
    {
        await using var scope = municipality.Scope();
        var factory = scope.ServiceProvider.GetRequiredService<AccountFactory>();
        var profile = new NewProfile(
            person.Name.Family, person.Name.Given, person.Name.FamilyKana, person.Name.GivenKana, person.BirthDate, person.Gender, person.Address.Text);
        string? secret = null;
        ResidentNo resident;
        if (signInName is not null)
        {
            var account = await factory.CreateResident(profile, signInName, Password, cancel);
            if (!account.IsOk)
                return account.Error;
            (resident, secret) = (account.Value.Resident!.Value, account.Value.TotpSecret);
        }
        else
        {
            var enrolled = await factory.EnrolResident(profile, Demo, cancel);
            if (!enrolled.IsOk)
                return enrolled.Error;
            resident = enrolled.Value;
        }

        var opened = await municipality.Vault.Open(Demo, resident, Purpose.Operation, cancel);
        if (!opened.IsOk)
            return opened.Error;
        var session = opened.Value;
        var patient = await session.Search(new RecordQuery { Types = ["Patient"], Limit = 1 }, cancel);
        if (!patient.IsOk)
            return patient.Error;
        var self = patient.Value.Records[0].Reference;
        var data = person.MakeData();
        var received = TokyoDay.StartOf(until);
        var written = await session.Write(
            [.. data.Records.Select(r => new NewRecord(
                r.Resource.WithReferences(reference => reference == "Patient/self" ? self : null),
                new RecordOrigin(r.Source, r.SourceName, null, null, received), r.Category, r.LocalUrl))],
            cancel);
        if (!written.IsOk)
            return written.Error;
        var samples = await session.WriteSamples(
            [.. data.SampleDays.Select(d => new SampleDay(d.Metric, d.Unit, d.Day, [.. d.Samples.Select(s => new Sample(s.FromSecond, s.ToSecond, s.Value))]))], cancel);
        return samples.IsOk ? (written.Value.Count, resident, secret) : samples.Error;
    }

    private static async Task<Result<(IReadOnlyList<DemoAccount> Accounts, long Clinician)>> AddStaff(OpenedMunicipality municipality, DemoCast cast, CancellationToken cancel)
    {
        var accounts = new List<DemoAccount>();
        var officers = new List<long>();
        foreach (var (role, person, signInName) in new[]
        {
            (StaffRole.Desk, cast.Officer, "officer"), (StaffRole.Desk, cast.SecondOfficer, "officer2"), (StaffRole.Administrator, cast.Administrator, "administrator"),
        })
        {
            var made = await AddStaff(municipality, role, person, signInName, null, accounts, cancel);
            if (!made.IsOk)
                return made.Error;
            officers.Add(made.Value);
        }

        var house = await Register(municipality, cast.Clinic, officers[0], officers[1], cancel);
        if (!house.IsOk)
            return house.Error;
        var clinic = await AddStaff(municipality, StaffRole.Clinician, cast.Clinic, "clinic", house.Value, accounts, cancel);
        return clinic.IsOk ? (accounts, clinic.Value) : clinic.Error;
    }

    private static async Task<Result<long>> AddStaff(
        OpenedMunicipality municipality, StaffRole role, DemoStaff person, string signInName, long? organisation, List<DemoAccount> accounts, CancellationToken cancel)
    {
        await using var scope = municipality.Scope();
        var made = await scope.ServiceProvider.GetRequiredService<AccountFactory>().CreateStaff(
            role, person.Name.Kanji, person.Organisation, signInName, Password, cancel, organisationNo: organisation);
        if (made.IsOk)
            accounts.Add(new DemoAccount($"{person.Organisation} {person.Name.Kanji}", signInName, Password, made.Value.TotpSecret!));
        return made.Map(account => account.AccountNo);
    }

    // Without a code: those of the demo lie under a prefecture that does not exist.
    private static async Task<Result<long>> Register(OpenedMunicipality municipality, DemoStaff clinic, long first, long second, CancellationToken cancel)
    {
        await using var scope = municipality.Scope();
        var directory = scope.ServiceProvider.GetRequiredService<StaffDirectory>();
        return await scope.ServiceProvider.GetRequiredService<DemoOrganisation>().Make(
            (await directory.Find(first, cancel))!, (await directory.Find(second, cancel))!,
            new TypedOrganisation(nameof(OrganisationKind.Clinic), clinic.Organisation, clinic.OrganisationKana, null, "000-0004", "たすき県たすき市中継町1-2", "000-000-0001", clinic.Name.Kanji), cancel);
    }

    private sealed class Progress(TextWriter errors, int residents)
    {
        private readonly Lock _lock = new();
        private int _done;
        private long _records;

        public Task Step(int records)
        {
            lock (_lock)
            {
                _done++;
                _records += records;
                if (_done % Math.Max(1, residents / 10) == 0)
                    errors.WriteLine($"  {_done} of {residents} residents, {_records:N0} records");
            }

            return Task.CompletedTask;
        }

        public Task End(TimeSpan took) => errors.WriteLineAsync($"Made a demo municipality of {residents} synthetic residents in {took.TotalSeconds:0.0} s.");
    }
}
