using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Setup;
using Tasuki.Kernel;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Cli.Demo;

/// <summary>The service of the demo as a municipality would have set it up: a name, the usual colours, a desk with hours, an age. Purposes and scope are left to whoever tries it.</summary>
internal static class DemoSetup
{
    private static readonly string?[] Closed = [null, null];

    public static async Task<Result<Done>> Make(OpenedMunicipality municipality, Actor actor, CancellationToken cancel)
    {
        await using var scope = municipality.Scope();
        var keep = scope.ServiceProvider.GetRequiredService<KeepSetup>();
        var act = new SetupAct(actor, By: null, Seen: 0);
        var desk = new TypedDesk(
            "健康増進課", "Health Promotion Division", "市役所 本館1階 5番窓口", "City Hall, main building, 1st floor, counter 5", "000-000-0000", "kenko@tasuki.example",
            [.. Enumerable.Repeat("8:30", 5), .. Closed], [.. Enumerable.Repeat("17:15", 5), .. Closed], ClosedOnHolidays: true, "第2木曜は19:00まで", "until 19:00 on the second Thursday of a month");
        foreach (var step in new Func<Task<Result<Done>>>[]
        {
            () => keep.Names(act, "たすき健康手帳", "たすき健康", "Tasuki Health Book", "Tasuki Health", cancel),
            () => keep.Colours(act, ServiceColours.Usual.Main.ToString(), ServiceColours.Usual.Accent.ToString(), null, null, cancel),
            () => keep.Desk(act, desk, cancel),
            () => keep.Ages(act, 15, cancel),
        })
        {
            var done = await step();
            if (!done.IsOk)
                return done;
        }

        return Done.Yes;
    }
}
