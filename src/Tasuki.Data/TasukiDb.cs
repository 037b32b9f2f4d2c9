using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Tasuki.Data;

/// <summary>
/// Everything that is no record: accounts, sessions, messages, imports, jobs, outbox. Each floor and module brings its tables as an <see cref="IModelPart"/>, so
/// the tables live beside the code that uses them and this floor knows none of them. Every property of every entity is declared clear, token or sealed.
/// </summary>
public abstract class TasukiDb(DbContextOptions options, IEnumerable<IModelPart> parts, JobSignal signal) : DbContext(options)
{
    private readonly IModelPart[] _parts = [.. parts.OrderBy(p => p.GetType().FullName, StringComparer.Ordinal)];

    /// <summary>One model for each set of parts: a host that leaves a module out has another model than one that has it.</summary>
    internal string PartsKey => string.Join(';', _parts.Select(p => p.GetType().FullName));

    internal IEnumerable<System.Reflection.Assembly> PartAssemblies => _parts.Select(p => p.GetType().Assembly).Distinct();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        foreach (var part in _parts)
            part.Add(modelBuilder);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
            property.SetColumnName(SnakeCase(property.Name));
    }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var work = ChangeTracker.Entries().Any(e => e.State is EntityState.Added && e.Entity is Job or OutboxMessage);
        var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        if (work)
            signal.Wake();
        return saved;
    }

    private static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 8);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && snake.Length > 0)
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }
}

/// <summary>
/// The tables of one floor or module. The tables themselves are made by numbered scripts embedded in the part's assembly as <c>Schema/0001.sqlite.sql</c> and
/// <c>Schema/0001.postgres.sql</c> (see <see cref="TasukiSchema"/>); a table name is set with <c>ToTable</c>, columns are named in snake case by themselves.
/// </summary>
public interface IModelPart
{
    void Add(ModelBuilder model);
}

internal sealed class SqliteTasukiDb(DbContextOptions options, IEnumerable<IModelPart> parts, JobSignal signal) : TasukiDb(options, parts, signal)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // SQLite compares text: the same instant with another offset would differ, and ORDER BY is refused.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Microseconds>();
    }

    private sealed class Microseconds() : ValueConverter<DateTimeOffset, long>(
        v => (v.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        v => DateTimeOffset.UnixEpoch.AddTicks(v * TimeSpan.TicksPerMicrosecond));
}

internal sealed class PostgresTasukiDb(DbContextOptions options, IEnumerable<IModelPart> parts, JobSignal signal) : TasukiDb(options, parts, signal)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // PostgreSQL refuses a value whose offset is not zero.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Utc>();
    }

    private sealed class Utc() : ValueConverter<DateTimeOffset, DateTimeOffset>(v => v.ToUniversalTime(), v => v);
}

internal sealed class PartsModelCacheKey : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) => (context.GetType(), ((TasukiDb)context).PartsKey, designTime);
}
