using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault.Classes;

/// <summary>What an incoming resource's own tags said.</summary>
internal readonly record struct SaidByTags(DataCategory? Category, SourceKind? Source);
