using System.Text;

namespace Tasuki.Vault.Store;

/// <summary>The vault's part of <c>docs/guide/data-map.md</c>, made from the declarations.</summary>
public static class VaultMap
{
    public static string Markdown()
    {
        var map = new StringBuilder("| database | column | protection | why clear |\n|---|---|---|---|\n");
        foreach (var table in VaultColumns.All)
        {
            foreach (var column in table.Columns)
            {
                map.Append("| ").Append(table.Database).Append(" | ").Append(table.Name).Append('.').Append(column.Name).Append(" | ")
                    .Append(column.Protection.ToString().ToLowerInvariant()).Append(" | ").Append(column.Reason).Append(" |\n");
            }
        }

        return map.ToString();
    }
}
