using System.Globalization;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.Data;

/// <summary>
/// A table with columns sealed under residents' keys (<see cref="SealedAttribute"/>). Whoever brings the table registers it, so that a change of a resident's key reaches
/// it; a change does not run while a table of the model is missing.
/// </summary>
public abstract class SealedTable
{
    public abstract Type Entity { get; }

    internal abstract Task<Resealed> Reseal(TasukiDb db, ResidentNo resident, ResealValue reseal, CancellationToken cancel);
}

/// <param name="of">The rows that hold something sealed for this resident.</param>
/// <param name="row">What <see cref="SealPlace.Row"/> says of a row; table and column are those of the model.</param>
public sealed class SealedTable<TEntity>(Func<TasukiDb, long, IQueryable<TEntity>> of, Func<TEntity, string> row) : SealedTable
    where TEntity : class
{
    public override Type Entity => typeof(TEntity);

    internal override async Task<Resealed> Reseal(TasukiDb db, ResidentNo resident, ResealValue reseal, CancellationToken cancel)
    {
        var model = db.Model.FindEntityType(typeof(TEntity))!;
        var key = model.FindPrimaryKey()!.Properties;
        var columns = SealedTables.Columns(model).ToList();
        var done = new Resealed(0, 0);
        // One person's rows in one statement: pages would step over a row when another is deleted beside them. What is added meanwhile is the next run's.
        foreach (var entity in await of(db, resident.Value).AsNoTracking().ToListAsync(cancel))
        {
            foreach (var column in columns)
                done = await Reseal(db, entity, model.GetTableName()!, key, column, reseal, done, cancel);
        }

        return done;
    }

    private async Task<Resealed> Reseal(
        TasukiDb db, TEntity entity, string table, IReadOnlyList<IProperty> key, IProperty column, ResealValue reseal, Resealed done, CancellationToken cancel)
    {
        if (column.PropertyInfo!.GetValue(entity) is not byte[] old)
            return done;
        var again = await reseal(new SealPlace(table, column.GetColumnName(), row(entity)), old, cancel);
        if (!again.IsOk)
            return done with { Broken = done.Broken + 1 };
        if (again.Value is not { } value)
            return done;
        // A value that somebody changed meanwhile is not overwritten; it lies under the new key already, or the next run finds it.
        var sql = $"update {table} set {column.GetColumnName()} = {{0}} where {column.GetColumnName()} = {{1}}"
            + string.Concat(key.Select((k, i) => string.Create(CultureInfo.InvariantCulture, $" and {k.GetColumnName()} = {{{i + 2}}}")));
        await db.Database.ExecuteSqlRawAsync(sql, [value, old, .. key.Select(k => k.PropertyInfo!.GetValue(entity)!)], cancel);
        return done with { Values = done.Values + 1 };
    }
}

/// <summary>All that joined, as the one seam the vault asks for.</summary>
public sealed class SealedTables(TasukiDb db, IEnumerable<SealedTable> tables)
{
    /// <summary>Tables with columns under residents' keys that nobody registered. Empty when all is well.</summary>
    public IReadOnlyList<string> Missing =>
        [.. db.Model.GetEntityTypes().Where(e => Columns(e).Any() && !tables.Any(t => t.Entity == e.ClrType)).Select(e => e.GetTableName()!).Order(StringComparer.Ordinal)];

    public async Task<Resealed> Reseal(ResidentNo resident, ResealValue reseal, CancellationToken cancel)
    {
        // The old key is destroyed afterwards: going on without a table would lose what it holds.
        if (Missing is [_, ..] missing)
            throw new InvalidOperationException($"Sealed tables did not join a change of keys (AddSealedTable): {string.Join(", ", missing)}.");
        var all = new Resealed(0, 0);
        foreach (var table in tables)
        {
            var one = await table.Reseal(db, resident, reseal, cancel);
            all = new Resealed(all.Values + one.Values, all.Broken + one.Broken);
        }

        return all;
    }

    internal static IEnumerable<IProperty> Columns(IEntityType entity) =>
        entity.GetProperties().Where(p => p.PropertyInfo?.GetCustomAttribute<SealedAttribute>() is { ForMunicipality: false });
}

public static class SealedTableServices
{
    /// <summary>Lets a change of a resident's key reach the sealed columns of this table.</summary>
    public static IServiceCollection AddSealedTable<TEntity>(
        this IServiceCollection services, Func<TasukiDb, long, IQueryable<TEntity>> of, Func<TEntity, string> row)
        where TEntity : class => services.AddSingleton<SealedTable>(new SealedTable<TEntity>(of, row));
}
