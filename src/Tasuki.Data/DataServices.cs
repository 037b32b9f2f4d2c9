using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Tasuki.Data;

public enum DataStore
{
    Sqlite,
    Postgres,
}

/// <summary>Where the tables of one municipality that are no records live.</summary>
/// <param name="Connection">A file path for SQLite, a connection string for PostgreSQL.</param>
public sealed record DataOptions(DataStore Store, string Connection);

public static class DataServices
{
    /// <summary>
    /// Registers <see cref="TasukiDb"/> (scoped), <see cref="TasukiSchema"/>, the outbox, jobs and their runner. Parts, handlers and recurring jobs are registered
    /// by those who bring them: <c>IModelPart</c>, <see cref="IJobHandler"/>, <see cref="IOutboxHandler"/>, <see cref="RecurringJob"/>.
    /// </summary>
    public static IServiceCollection AddTasukiData(this IServiceCollection services, DataOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<JobSignal>();
        services.AddSingleton<IModelPart, WorkTables>();
        services.AddSingleton(Configure(options));
        services.AddScoped<TasukiDb>(sp => options.Store is DataStore.Sqlite
            ? new SqliteTasukiDb(sp.GetRequiredService<DbContextOptions>(), sp.GetServices<IModelPart>(), sp.GetRequiredService<JobSignal>())
            : new PostgresTasukiDb(sp.GetRequiredService<DbContextOptions>(), sp.GetServices<IModelPart>(), sp.GetRequiredService<JobSignal>()));
        services.AddSingleton<DirectQuestions>();
        services.AddScoped<TasukiSchema>();
        services.AddScoped<SealedTables>();
        services.AddScoped<JobQueue>();
        services.AddScoped<Outbox>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService(sp => sp.GetRequiredService<JobRunner>());
        return services;
    }

    private static DbContextOptions Configure(DataOptions data)
    {
        var options = new DbContextOptionsBuilder();
        if (data.Store is DataStore.Sqlite)
            options.UseSqlite(Sqlite(data.Connection));
        else
            options.UseNpgsql(Postgres(data.Connection));
        return options.ReplaceService<IModelCacheKeyFactory, PartsModelCacheKey>().Options;
    }

    internal static string Sqlite(string file) => new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true }.ConnectionString;

    internal static string Postgres(string connection) => new NpgsqlConnectionStringBuilder(connection) { NoResetOnClose = true, MaxAutoPrepare = 100, AutoPrepareMinUsages = 2 }.ConnectionString;
}
