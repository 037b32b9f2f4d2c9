using Tasuki.Kernel;

namespace Tasuki.Vault.Store;

/// <summary>A few new rows of one resident, which are stored if the guard changes a row, and else not.</summary>
/// <param name="Guard">Changes the resident's row, or none where somebody else came first or is at it now.</param>
internal sealed record GuardedInsert(ResidentNo Resident, Statement Guard, TableColumns Table, IReadOnlyList<object?[]> Rows)
{
    public const int MostRows = 8;
}
