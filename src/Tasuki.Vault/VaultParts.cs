using Microsoft.Extensions.Logging;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Shared;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>What gate, sessions and closure share: the stores, the keys, the log, the clock of one municipality.</summary>
internal sealed record VaultParts(
    VaultOptions Options, TimeProvider Clock, Database Records, Database Keys, Database LogStore, KeyRing Ring, ErasureList Erased, ResidentKeyStore ResidentKeys,
    LogWriter Log, LogReader LogReader, LogSealer Sealer, RecordIds Ids, IReadOnlyDictionary<string, Purpose> Purposes)
{
    public MunicipalityId Municipality => Options.Municipality;

    /// <summary>The shared records as they were opened last.</summary>
    public SharedCache Shared { get; } = new();

    /// <summary>A row that does not open was altered or moved. It is not returned, nobody's request falls over, and it is reported with numbers only.</summary>
    /// <param name="resident">Null for a row that is nobody's.</param>
    public void Alarm(Actor actor, ResidentNo? resident, string purpose, string table, long row)
    {
        Options.Logger.RowDoesNotOpen(Municipality.Value, table, resident?.Value ?? 0, row);
        _ = Log.Append(new LogEntry(resident, actor, purpose, LogAction.Alarm, $"{table} {row}", Refused: false));
    }
}

internal static partial class VaultMessages
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Critical, Message = "Vault {Municipality}: a row of {Table} does not open (resident {Resident}, row {Row}). It was altered or moved.")]
    public static partial void RowDoesNotOpen(this ILogger logger, string municipality, string table, long resident, long row);
}
