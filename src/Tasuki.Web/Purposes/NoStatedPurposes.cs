namespace Tasuki.Web;

/// <summary>Nobody keeps purposes here.</summary>
internal sealed class NoStatedPurposes : IStatedPurposes
{
    public Task<IReadOnlyList<string>> InForce(CancellationToken cancel) => Task.FromResult<IReadOnlyList<string>>([]);
}
