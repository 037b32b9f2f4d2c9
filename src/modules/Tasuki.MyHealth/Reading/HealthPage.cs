using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.MyHealth;

/// <summary>A page of the resident's own records: opens the gate for own use before it is rendered, once for the request.</summary>
public abstract class HealthPage : ComponentBase
{
    [Inject] protected SignedInResident Resident { get; set; } = null!;

    [Inject] protected Language Language { get; set; } = null!;

    [Inject] protected TimeProvider Clock { get; set; } = null!;

    [Inject] protected Texts<MyHealthTexts> T { get; set; } = null!;

    [CascadingParameter] protected HttpContext? Context { get; set; }

    protected CancellationToken Cancel => Context?.RequestAborted ?? CancellationToken.None;

    /// <summary>True once the records were read; false before that, and when the gate is closed. Nothing is rendered from half-read records.</summary>
    protected bool Opened { get; private set; }

    protected DateOnly Today => Clock.Today();

    protected sealed override async Task OnParametersSetAsync()
    {
        var session = await Resident.Open(Purpose.OwnUse, Cancel);
        if (!session.IsOk)
            return;
        await Load(session.Value);
        Opened = true;
    }

    protected abstract Task Load(Session session);

    /// <summary>Answers 404 with the same page as for an address that never was.</summary>
    protected void Missing() => Navigation.NotFound();

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    protected string LongDay(DateOnly day) => day.ToString(Language.Reading is ReadingLanguage.English ? "MMM d, yyyy" : "yyyy年M月d日", Language.Culture);

    protected string MonthOf(DateOnly day) => day.ToString(Language.Reading is ReadingLanguage.English ? "MMMM yyyy" : "yyyy年M月", Language.Culture);

    protected string ShortDay(DateOnly day) => day.ToString("yyyy/M/d", System.Globalization.CultureInfo.InvariantCulture);

    protected static async Task<IReadOnlyList<StoredRecord>> Take(IAsyncEnumerable<StoredRecord> records, int most, CancellationToken cancel)
    {
        var taken = new List<StoredRecord>();
        await foreach (var record in records.WithCancellation(cancel))
        {
            taken.Add(record);
            if (taken.Count == most)
                break;
        }

        return taken;
    }
}
