using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.Delivery;

public static class DeliveryServices
{
    /// <summary>The inbox. Needs <c>AddTasukiData</c> and a <see cref="RecordVault"/> (or an <c>ISeal</c>) in the services.</summary>
    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.TryAddSingleton(sp => sp.GetRequiredService<RecordVault>().Seal);
        services.AddSingleton<IModelPart, InboxTables>();
        services.AddSealedTable((db, resident) => db.Set<InboxRow>().Where(m => m.ResidentNo == resident), m => m.No.ToString(CultureInfo.InvariantCulture));
        services.AddScoped<Inbox>();
        return services;
    }
}
