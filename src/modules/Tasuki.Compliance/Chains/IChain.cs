namespace Tasuki.Compliance.Chains;

/// <summary>A chain that is too long to be read at once: the access log's and the evidence's.</summary>
internal interface IChain
{
    /// <summary>The probe's id.</summary>
    string Id { get; }

    /// <summary>Checks from a point that was checked before to the end, or to where it rests.</summary>
    /// <param name="after">Null: from the start.</param>
    /// <param name="since">When the point was reached; null for a part of a run over the whole chain.</param>
    /// <param name="rest">Asked now and then.</param>
    Task<ChainStretch> Check(ChainPoint? after, DateTimeOffset? since, Func<bool> rest, CancellationToken cancel);
}
