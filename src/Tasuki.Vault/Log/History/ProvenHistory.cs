using System.Text.Json.Serialization;
using Tasuki.Vault.Log.Sealing;

namespace Tasuki.Vault.Log.History;

/// <summary>
/// A resident's own lines of the access log with the hashes that lead from each to a seal, and the seals that lead from there to the one it was made for. Who holds
/// that seal from somewhere else checks it without us, without database and without keys.
/// </summary>
/// <param name="Unproven">Lines that are not in the list: not sealed yet, or from before groups had a tree.</param>
internal sealed record ProvenHistory(
    int Format, string Municipality, long Resident, long AgainstSeal, int Unproven, IReadOnlyList<ProvenLine> Lines, IReadOnlyList<WitnessedSeal> Seals);

/// <summary>One line as it lies in the log, the key of this line alone, and the way up.</summary>
/// <param name="List">For a run over many: that the resident is on the entry's list; nobody else is named.</param>
internal sealed record ProvenLine(
    long Writer, long Entry, long? Resident, long At, long Actor, byte[] Body, byte[]? Key, ProvenPlace? List, ProvenGroup Group, long Seal, ProvenPlace InSeal);

/// <summary>The way from a leaf to a root.</summary>
internal sealed record ProvenPlace(long Index, long Size, byte[] Root, IReadOnlyList<byte[]> Path);

/// <summary>The group of the entry, and the entry's place in it.</summary>
internal sealed record ProvenGroup(long Number, long First, long Last, byte[] Previous, ProvenPlace Place);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProvenHistory))]
internal sealed partial class HistoryJson : JsonSerializerContext;
