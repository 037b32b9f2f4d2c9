using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

internal enum SummaryMode
{
    None,
    True,
    Text,
    Data,
    Count,
}

/// <param name="Source">The type whose parameter refers; null for any (<c>*</c>).</param>
/// <param name="Parameter">Null for every reference of the type (<c>*</c>).</param>
/// <param name="Target">Only references to this type; null for all.</param>
/// <param name="Iterate">Also from what was included.</param>
internal sealed record IncludeRule(string? Source, string? Parameter, string? Target, bool Reverse, bool Iterate);

/// <summary>A search as it was understood, every word of it.</summary>
/// <param name="Residents">Whom the parameters name; null for nobody in particular.</param>
internal sealed record SearchRequest(IReadOnlyList<string> Types, RecordPredicate Where, IReadOnlySet<ResidentNo>? Residents)
{
    public RecordOrder Order { get; init; } = RecordOrder.NewestDateFirst;

    /// <summary>An order was asked for.</summary>
    public bool IsSorted { get; init; }

    /// <summary>The order asked for, where the store does not keep it; else none, and it is <see cref="Order"/>.</summary>
    public IReadOnlyList<SortKey> SortKeys { get; init; } = [];

    /// <summary>The order asked for, whoever keeps it.</summary>
    public IReadOnlyList<SortKey> AskedKeys { get; init; } = [];

    public int Count { get; init; } = 50;

    public SummaryMode Summary { get; init; }

    public bool Total { get; init; }

    public IReadOnlyList<string> Elements { get; init; } = [];

    public IReadOnlyList<IncludeRule> Includes { get; init; } = [];

    /// <summary>With <c>handling=lenient</c>: what was left out.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The parameters that were understood, for the self link.</summary>
    public IReadOnlyList<(string Name, string Value)> Understood { get; init; } = [];
}
