using System.Reflection;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Tasuki.Kernel.Seals;

namespace Tasuki.Data;

/// <summary>Reads from the entities how every column is protected (<see cref="ClearAttribute"/>, <see cref="TokenAttribute"/>, <see cref="SealedAttribute"/>).</summary>
public static class DataMap
{
    /// <summary>Columns that break the rule: no declaration, more than one, or clear text and bytes without a reason. Empty when all is well.</summary>
    public static IReadOnlyList<string> Undeclared(IReadOnlyModel model)
    {
        var found = new List<string>();
        foreach (var (property, column) in Columns(model))
        {
            var member = property.PropertyInfo;
            var clear = member?.GetCustomAttribute<ClearAttribute>();
            var declared = member is null ? 0 : (clear is null ? 0 : 1) + member.GetCustomAttributes<TokenAttribute>().Count() + member.GetCustomAttributes<SealedAttribute>().Count();
            if (declared != 1)
                found.Add($"{column} has {declared} declarations, 1 is wanted");
            else if (clear is { Reason: null or "" } && !property.ClrType.IsValueType)
                found.Add($"{column} is clear {property.ClrType.Name} without a reason");
        }

        return found;
    }

    /// <summary>The table for <c>docs/guide/data-map.md</c>.</summary>
    public static string Markdown(IReadOnlyModel model)
    {
        var map = new StringBuilder("| column | protection | why clear |\n|---|---|---|\n");
        foreach (var (property, column) in Columns(model))
        {
            var clear = property.PropertyInfo?.GetCustomAttribute<ClearAttribute>();
            var protection = clear is not null ? "clear" : property.PropertyInfo?.IsDefined(typeof(TokenAttribute)) is true ? "token" : "sealed";
            Row(map, column, protection, clear?.Reason);
        }

        foreach (var (column, reason) in TasukiSchema.StepColumns)
            Row(map, column, "clear", reason);
        return map.ToString();
    }

    private static void Row(StringBuilder map, string column, string protection, string? reason) =>
        map.Append("| ").Append(column).Append(" | ").Append(protection).Append(" | ").Append(reason).Append(" |\n");

    private static IEnumerable<(IReadOnlyProperty Property, string Column)> Columns(IReadOnlyModel model) =>
        model.GetEntityTypes().SelectMany(e => e.GetProperties().Select(p => ((IReadOnlyProperty)p, $"{e.GetTableName()}.{p.GetColumnName()}")))
            .OrderBy(c => c.Item2, StringComparer.Ordinal);
}
