using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Probes;
using Tasuki.Compliance.Registers;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Tasuki.Vault.Store;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Controls;

/// <summary>What the server stands on: its age and fixes, the doors of its stores, the place it stands at.</summary>
public sealed class PlatformProbeTests
{
    private static readonly DateTimeOffset Now = new RegimeClock().Now;

    [Theory]
    [InlineData("10.0", "ID=debian\nVERSION_ID=\"12\"", "15.8", 10, null, "supported")]
    [InlineData("10.0", "ID=debian\nVERSION_ID=\"12\"", "15.8", 40, 7, "supported")]
    [InlineData("10.0", "ID=debian\nVERSION_ID=\"12\"", "15.8", 41, null, "unrenewed")]
    [InlineData("10.0", "ID=debian\nVERSION_ID=\"12\"", "15.8", 10, 8, "restart-waits")]
    [InlineData("10.0", "ID=debian\nVERSION_ID=\"12\"", "15.8", null, null, "renewal-unknown")]
    [InlineData("10.0", "ID=\"rhel\"\nVERSION_ID=\"9.4\"", "17.1 (Debian 17.1-1)", 1, null, "supported")]
    [InlineData("10.0", "ID=debian\nVERSION_ID=\"11\"", "15.8", 1, null, "ended")]
    [InlineData("10.0", "ID=debian\nVERSION_ID=\"12\"", "13.16", 1, null, "unknown")]
    [InlineData("7.0", "ID=debian\nVERSION_ID=\"12\"", "15.8", 1, null, "unknown")]
    [InlineData("10.0", "NAME=house", "15.8", 1, null, "system-unknown")]
    public async Task Software_no_maker_mends_or_nobody_renewed_is_red(string runtime, string system, string database, int? renewed, int? waits, string found)
    {
        var root = Directory.CreateTempSubdirectory("tasuki-host-").FullName;
        Write(root, "etc/os-release", system, Now);
        if (renewed is { } days)
            Write(root, "var/lib/dpkg/status", "", Now.AddDays(-days));
        if (waits is { } since)
            Write(root, "run/reboot-required", "", Now.AddDays(-since));
        var probe = new SupportProbe(new Host(root, runtime), new Stores(new StoreDoor("records", StoreReach.Here, database), new StoreDoor("keys", StoreReach.Here, "")), new RegimeClock());
        Assert.Equal((found == "supported", found), Said(await probe.Look(Cancel)));
        Directory.Delete(root, recursive: true);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_stores_of_a_site_are_reached_from_here_alone_and_one_that_is_not_is_red(DataStore store)
    {
        await using var site = await Start(store);
        await using (var scope = site.Services.CreateAsyncScope())
            Assert.Equal((true, "here"), Said(await ActivatorUtilities.CreateInstance<StoreDoorsProbe>(scope.ServiceProvider).Look(Cancel)));
        foreach (var (reach, code) in new[] { (StoreReach.Outside, "outside"), (StoreReach.InClear, "in-clear"), (StoreReach.OtherUsers, "other-users") })
            Assert.Equal((false, code), Said(await new StoreDoorsProbe(new Stores(new StoreDoor("records", StoreReach.Here, ""), new StoreDoor("log", reach, ""))).Look(Cancel)));
        Assert.Equal((true, "inside"), Said(await new StoreDoorsProbe(new Stores(new StoreDoor("records", StoreReach.Inside, ""))).Look(Cancel)));
    }

    [Fact]
    public async Task Own_machines_stand_in_the_register_and_are_no_clouds()
    {
        await using var site = await Start(DataStore.Sqlite);
        var member = await site.NewStaff(Tasuki.People.StaffRole.Administrator, "admin", "結城 守");
        var root = Directory.CreateTempSubdirectory("tasuki-host-").FullName;
        Assert.Equal((false, "no-place"), await Look());
        await site.Do<RegisterBook, int>(b => b.AddKnownAssets("ひびき市", member.Actor, member.No, Cancel));
        Assert.Equal((true, "own"), await Look());
        Write(root, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n", Now);
        Assert.Equal((false, "undeclared"), await Look());
        Directory.Delete(root, recursive: true);

        Task<(bool, string)> Look() => site.Do<RegisterBook, (bool, string)>(async b =>
            Said(await new RegionProbe(site.Scope, b, new Host(root, "10.0")).Look(Cancel)));
    }

    [Theory]
    [InlineData("{\"v1\":{\"region\":\"japaneast\"}}", true, "japan")]
    [InlineData("{\"v1\":{\"region\":\"ap-northeast-3\"}}", true, "japan")]
    [InlineData("{\"v1\":{\"region\":\"us-east-1\"}}", false, "abroad")]
    [InlineData("{\"v1\":{\"region\":null}}", false, "silent")]
    [InlineData("{\"v1\":[]}", false, "silent")]
    [InlineData("{\"v1\":", false, "silent")]
    [InlineData(null, false, "silent")]
    public async Task A_cloud_told_the_machine_its_region(string? told, bool holds, string code)
    {
        var root = Directory.CreateTempSubdirectory("tasuki-host-").FullName;
        if (told is not null)
            Write(root, "run/cloud-init/instance-data.json", told, Now);
        Assert.Equal((holds, code), Said(await new RegionProbe(new InCloud(), null!, new Host(root, "10.0")).Look(Cancel)));
        Directory.Delete(root, recursive: true);
    }

    private static (bool, string) Said(Kernel.Evidence.Finding finding) => (finding.Holds, finding.Code);

    private static void Write(string root, string at, string text, DateTimeOffset day)
    {
        var file = Path.Combine(root, at);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, day.UtcDateTime);
    }

    private sealed class Host(string root, string runtime) : HostFacts(root)
    {
        public override string Runtime => runtime;
    }

    private sealed class Stores(params StoreDoor[] doors) : AllStores(null!, null!, null!)
    {
        public override Task<IReadOnlyList<StoreDoor>> Doors(CancellationToken cancel) => Task.FromResult<IReadOnlyList<StoreDoor>>(doors);
    }

    private sealed class InCloud : ICurrentScope
    {
        public Task<ServiceScope> Get(CancellationToken cancel) => Task.FromResult(new ServiceScope(
            OperatorKind.Municipality, ProviderType.DevelopsAndProvides, DeliveryForm.PublicBodyToPerson, ServiceFunctions.Keep, HostingPlace.Cloud, Mynaportal: false, Institutions: false));

        public Task<OrdinanceSettings> Ordinance(CancellationToken cancel) => Task.FromResult(new OrdinanceSettings());
    }
}
