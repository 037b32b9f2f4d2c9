namespace Tasuki.Web;

/// <summary>The operator's own purposes for health records. The floor has none; the room where purposes are kept brings them.</summary>
public interface IStatedPurposes
{
    /// <summary>The texts of those in force, in the language of the request.</summary>
    Task<IReadOnlyList<string>> InForce(CancellationToken cancel);
}
