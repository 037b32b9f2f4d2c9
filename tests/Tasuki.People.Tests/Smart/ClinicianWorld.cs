using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The world of apps with a clinician who is signed in, and what residents open to them.</summary>
internal sealed class ClinicianWorld : IAsyncDisposable
{
    public const string Scopes = "openid fhirUser launch online_access patient/*.rs";

    private ClinicianWorld(SmartWorld smart, Visitor visitor, CreatedAccount account) => (Smart, Visitor, Account) = (smart, visitor, account);

    public SmartWorld Smart { get; }

    public TestSite Site => Smart.Site;

    public Visitor Visitor { get; }

    public CreatedAccount Account { get; }

    public RecordVault Vault => Site.Services.GetRequiredService<RecordVault>();

    public ResidentNo Resident => Smart.Resident.Resident!.Value;

    public string Id => Account.AccountNo.ToString(CultureInfo.InvariantCulture);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ClinicianWorld> Start(DataStore store)
    {
        var smart = await SmartWorld.Start(store);
        var (visitor, account) = await Houses.Clinician(smart.Site, null);
        return new ClinicianWorld(smart, visitor, account);
    }

    public async Task<long> Open(ResidentNo resident, AccessClasses? classes = null, string purpose = Purpose.Care, string? to = null)
    {
        var grant = await Vault.Grant(
            Actor.Resident(resident),
            new NewGrant(resident, ActorKind.Clinician, to ?? Id, purpose, classes ?? AccessClasses.Of(DataCategory.Immunization, DataCategory.Other), null, null, Site.Clock.GetUtcNow().AddDays(1)), Cancel);
        Assert.True(grant.IsOk, grant.Error?.ToString());
        return grant.Value;
    }

    public Task<Page> Page() => Visitor.Get("/staff/open-app", Cancel);

    public Task<Page> Press(Page page, string person, long app) => Visitor.Submit(page, "/staff/open-app/start", Walk.Fields(("person", person), ("app", $"{app}")), Cancel);

    /// <summary>The people who can be chosen, as the form names them.</summary>
    public static IReadOnlyList<string> People(Page page) =>
        [.. Regex.Matches(page.Body, "name=\"person\" value=\"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(found => found.Groups["id"].Value)];

    public async Task<string> PatientOf(ResidentNo resident) =>
        (await (await Own(resident)).Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, Cancel)).Value.Records[0].Id;

    public async Task<Session> Own(ResidentNo resident) => (await Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;

    /// <summary>What the clinician did, as the resident reads it.</summary>
    public async Task<IReadOnlyList<AccessEntry>> Looked(ResidentNo resident) =>
        [.. (await (await Own(resident)).AccessLog(100, Cancel)).Where(entry => entry.ActorKind is ActorKind.Clinician && entry.ActorId == Id)];

    /// <summary>From where the page leads to the app's tokens.</summary>
    public async Task<Tokens> Tokens(long app, Page pressed)
    {
        Assert.StartsWith("https://app.test/launch?", pressed.Path, StringComparison.Ordinal);
        var launch = QueryHelpers.ParseQuery(new Uri(pressed.Path).Query)["launch"].ToString();
        var consent = await Visitor.Get(Smart.AuthorizePath(app, Scopes, ("launch", launch)), Cancel);
        var answer = await Visitor.Submit(consent, "/connect/decide", Walk.Fields(("answer", "yes")), Cancel);
        return await Smart.Code(app, QueryHelpers.ParseQuery(new Uri(answer.Path).Query)["code"].ToString());
    }

    public async ValueTask DisposeAsync()
    {
        Visitor.Dispose();
        await Smart.DisposeAsync();
    }
}
