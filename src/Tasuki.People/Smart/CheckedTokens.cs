using System.Collections.Concurrent;

namespace Tasuki.People;

/// <summary>
/// What was found out about the rows of an access token, for as long as they say the very same. They are read anew at each request, so whatever ends or changes counts
/// at the next one; saved are their MACs, the opening of the payload and the reading of the scopes, which come out the same for the same bytes.
/// </summary>
internal sealed class CheckedTokens
{
    private const int Most = 4_096;

    private readonly ConcurrentDictionary<long, (byte[] Said, ApiCaller Caller)> _known = new();

    /// <summary>Null for rows that were not checked, or that say something else now.</summary>
    public ApiCaller? Find(LoadedToken found) => _known.TryGetValue(found.Token.No, out var known) && known.Said.AsSpan().SequenceEqual(found.Said) ? known.Caller : null;

    public void Add(LoadedToken found, ApiCaller caller)
    {
        // Tokens live for ten minutes: whoever still comes is checked once more.
        if (_known.Count >= Most)
            _known.Clear();
        _known[found.Token.No] = (found.Said, caller);
    }
}
