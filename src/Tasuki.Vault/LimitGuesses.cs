using System.Collections.Concurrent;
using Tasuki.Kernel;

namespace Tasuki.Vault;

/// <summary>
/// What a grantee was allowed when the gate was last asked. It decides nothing: a statement is written with it, and the answer is thrown away unless the grant
/// that is read beside it says the same.
/// </summary>
internal sealed class LimitGuesses
{
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<(ActorKind, string, ResidentNo, string), SessionLimit> _known = new();

    public SessionLimit? Of(Actor actor, ResidentNo resident, string purpose) => _known.GetValueOrDefault((actor.Kind, actor.Id, resident, purpose));

    public void Forget(Actor actor, ResidentNo resident, string purpose) => _known.TryRemove((actor.Kind, actor.Id, resident, purpose), out _);

    public void Remember(Actor actor, ResidentNo resident, string purpose, SessionLimit limit)
    {
        if (_known.Count >= Most)
            _known.Clear();
        _known[(actor.Kind, actor.Id, resident, purpose)] = limit;
    }
}
