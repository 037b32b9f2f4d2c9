namespace Tasuki.Fhir.Validation;

/// <summary>
/// The contained resources of one resource and the references to them (<c>#id</c>), which may stand before them: dom-3, ref-1 and the type of the target are looked
/// at when all of it has gone by. Made only for a resource that has either.
/// </summary>
internal sealed class ContainedParts
{
    private readonly List<Contained> _contained = [];
    private readonly List<Reference> _references = [];

    /// <summary>A contained resource begins; the answer is its number.</summary>
    public int Begin(TypeTable type, string id, string path, int offset)
    {
        _contained.Add(new Contained(type, id, path, offset));
        return _contained.Count - 1;
    }

    /// <param name="id">What stands behind the <c>#</c>; empty is the resource that contains the others.</param>
    /// <param name="within">Number of the contained resource in which it stands; -1 for none.</param>
    /// <param name="owner">The element that holds the Reference; null for a canonical, of which ref-1 says nothing.</param>
    public void Refer(string id, int within, Element? owner, string path, int offset)
    {
        if (id.Length == 0 && within >= 0)
            _contained[within].IsReferred = true;
        else
            _references.Add(new Reference(id, owner, path, offset));
    }

    public IEnumerable<(string Key, string What, string Path, int Offset)> Faults()
    {
        var byId = new Dictionary<string, Contained>(StringComparer.Ordinal);
        foreach (var contained in _contained)
            byId.TryAdd(contained.Id, contained);
        foreach (var reference in _references)
        {
            var target = byId.GetValueOrDefault(reference.Id);
            if (target is not null)
                target.IsReferred = true;
            if (reference.Owner is null)
                continue;
            if (target is null)
                yield return ("ref-1", "refers to a contained resource that is not there", reference.Path, reference.Offset);
            else if (reference.Owner.Targets is { } allowed && !allowed.Contains(target.Type))
                yield return (FaultCode.Target, ResourceWalk.WrongTarget(reference.Owner), reference.Path, reference.Offset);
        }

        foreach (var left in _contained.Where(one => !one.IsReferred))
            yield return ("dom-3", "is contained and nothing refers to it", left.Path, left.Offset);
    }

    private sealed record Contained(TypeTable Type, string Id, string Path, int Offset)
    {
        public bool IsReferred { get; set; }
    }

    private sealed record Reference(string Id, Element? Owner, string Path, int Offset);
}
