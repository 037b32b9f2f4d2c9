using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Delivery;

public static class DeliveryServices
{
    /// <summary>
    /// The inbox, the channels and the sender. Needs <c>AddTasukiData</c> and a <see cref="RecordVault"/> (or an <c>ISeal</c>) in the services; names the <see cref="Municipality"/>
    /// outside where it is there. A floor above may add <see cref="IOutsideManners"/>.
    /// </summary>
    /// <param name="options">Null: the inbox alone, no channel is offered.</param>
    public static IServiceCollection AddDelivery(this IServiceCollection services, DeliveryOptions? options = null)
    {
        options ??= new DeliveryOptions();
        services.AddSingleton(options);
        services.TryAddSingleton(sp => sp.GetRequiredService<RecordVault>().Seal);
        services.AddSingleton<IModelPart, InboxTables>();
        services.AddSingleton<IModelPart, ChannelTables>();
        services.AddSealedTable((db, resident) => db.Set<InboxRow>().Where(m => m.ResidentNo == resident), m => m.No.ToString(CultureInfo.InvariantCulture));
        services.AddSealedTable((db, resident) => db.Set<ChannelRow>().Where(c => c.ResidentNo == resident), c => c.No.ToString(CultureInfo.InvariantCulture));
        services.AddScoped<Inbox>();
        services.AddSingleton<DeliverySignal>();
        services.AddSingleton<CheckCodes>();
        services.AddSingleton<Egresses>();
        services.AddSingleton<PushKeys>();
        services.AddSingleton(sp => new OutsideTexts(options, sp.GetService<Municipality>()));
        services.AddScoped(sp => new Messages(
            sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<Inbox>(), sp.GetRequiredService<CheckCodes>(), sp.GetRequiredService<DeliverySignal>(),
            sp.GetRequiredService<IServiceScopeFactory>(), sp.GetRequiredService<TimeProvider>()));
        services.AddScoped(sp => new Channels(
            sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<ISeal>(), sp.GetRequiredService<CheckCodes>(), options, sp.GetRequiredService<Egresses>(),
            sp.GetRequiredService<DeliverySignal>(), sp.GetRequiredService<TimeProvider>()));
        services.AddScoped<HandOver>();
        services.AddScoped(sp => new DeskDeliveries(sp.GetRequiredService<TasukiDb>(), options, sp.GetRequiredService<TimeProvider>()));
        services.AddScoped(sp => new Letters(
            sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<ISeal>(), sp.GetRequiredService<CheckCodes>(), sp.GetRequiredService<OutsideTexts>(),
            sp.GetServices<IOutsideManners>(), sp.GetRequiredService<TimeProvider>()));
        services.AddSingleton(sp => new PushOffer(sp.GetRequiredService<PushKeys>()));
        services.AddScoped<IJobHandler, SweepDeliveries>();
        services.AddSingleton(new RecurringJob(SweepDeliveries.Name, TimeSpan.FromDays(1), AtStart: false));
        services.AddRetention<DeliveriesRule, DeliveryTexts>("deliveries", _ => RetentionPeriod.Fixed(RetentionUnit.Days, SweepDeliveries.Kept), SweepDeliveries.Name);
        AddCarriers(services, options);
        services.AddSingleton<DeliverySender>();
        if (options.HandsOver)
            services.AddHostedService(sp => sp.GetRequiredService<DeliverySender>());
        return services;
    }

    private static void AddCarriers(IServiceCollection services, DeliveryOptions options)
    {
        if (options.Mail is { } mail)
            services.AddSingleton<ICarrier>(sp => new MailCarrier(mail, sp.GetRequiredService<TimeProvider>()));
        if (options.Push is { } push)
            services.AddSingleton<ICarrier>(sp => new PushCarrier(push, sp.GetRequiredService<PushKeys>(), sp.GetRequiredService<Egresses>(), sp.GetRequiredService<TimeProvider>()));
        if (options.Sms is { } sms)
            services.AddSingleton<ICarrier>(sp => new GatewayCarrier(ChannelKind.Sms, sms, sp.GetRequiredService<Egresses>().Sms, sp.GetRequiredService<Egresses>().Door));
        if (options.Line is { } line)
            services.AddSingleton<ICarrier>(sp => new GatewayCarrier(ChannelKind.Line, line, sp.GetRequiredService<Egresses>().Line, sp.GetRequiredService<Egresses>().Door));
    }
}
