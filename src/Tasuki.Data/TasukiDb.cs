using Microsoft.EntityFrameworkCore;

namespace Tasuki.Data;

/// <summary>
/// Everything that is no record: accounts, sessions, messages, imports, jobs, outbox. Each floor and module brings its tables as an <see cref="IModelPart"/>, so
/// the tables live beside the code that uses them and this floor knows none of them. Every property of every entity is declared clear, token or sealed.
/// </summary>
public abstract class TasukiDb(DbContextOptions options, IEnumerable<IModelPart> parts) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        foreach (var part in parts.OrderBy(p => p.GetType().FullName, StringComparer.Ordinal))
            part.Add(modelBuilder);
    }
}

/// <summary>The tables of one floor or module.</summary>
public interface IModelPart
{
    void Add(ModelBuilder model);
}
