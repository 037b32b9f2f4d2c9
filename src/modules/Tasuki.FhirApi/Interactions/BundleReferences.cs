using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// What the entries of a transaction call one another (R4, bundle, 2.36.4). An absolute name is a fullUrl. A relative one is of the base that the referring entry's own fullUrl has; where
/// that has none, of the one entry with this type and id. What no entry answers is a reference to the outside, but for a urn:uuid, which means nothing there.
/// </summary>
internal sealed class BundleReferences(string root)
{
    private const string Version = "/_history/";

    // By fullUrl, and by Type/id with the base it stands at: none where the fullUrl has no base, the empty one for this server's own.
    private readonly Dictionary<string, int> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(string? Base, int Change)>> _byId = new(StringComparer.Ordinal);

    /// <summary>A name of an entry that it has beside its own.</summary>
    public static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"urn:x-tasuki:entry:{index}");

    /// <param name="at">Which change of the transaction it is.</param>
    /// <param name="index">Which entry asks for it.</param>
    public void Add(int at, RecordChange change, int index, string? fullUrl)
    {
        if (ResourceOf(change) is not { } resource)
            return;
        _named[NameOf(index)] = at;
        var (its, reference) = Split(fullUrl);
        if (reference is null && fullUrl is not null)
            _named.TryAdd(Key(fullUrl), at);
        if (its is { Length: > 0 })
            _named.TryAdd(fullUrl!, at);
        if (reference is not null && reference.StartsWith(resource.Type + "/", StringComparison.Ordinal))
            AddId(reference, its, at, change);
        if (resource.OriginalId is { } id)
            AddId($"{resource.Type}/{id}", its, at, change);
    }

    /// <summary>The change with its links to others; itself where it has none.</summary>
    /// <param name="nowhere">The element that refers to a urn:uuid which is no entry's; null when there is none.</param>
    public RecordChange Linked(RecordChange change, Interaction entry, out string? nowhere)
    {
        nowhere = null;
        if (ResourceOf(change) is not { } resource)
            return change;
        var its = Split(entry.FullUrl).Base;
        Dictionary<string, int>? links = null;
        string? lost = null;
        ResourceLinks.Rewrite(resource.Json, link =>
        {
            if (Find(link.Text, its) is { } at)
                (links ??= new Dictionary<string, int>(StringComparer.Ordinal))[link.Text] = at;
            // What a patched record held before is not this entry's to answer for.
            else if (IsNowhere(link) && (entry.Method is not "PATCH" || entry.Body.Span.IndexOf(Encoding.UTF8.GetBytes(link.Text)) >= 0))
                lost ??= Encoding.UTF8.GetString(link.Element);
            return null;
        });
        nowhere = lost;
        return (links, change) switch
        {
            (null, _) => change,
            (_, RecordChange.Create create) => create with { Record = create.Record with { Links = links } },
            (_, RecordChange.Update update) => update with { Record = update.Record with { Links = links } },
            _ => change,
        };
    }

    /// <summary>The element of an entry of a batch, whose entries do not know each other, that refers to a urn:uuid; null when none does.</summary>
    public static string? Nowhere(ReadOnlyMemory<byte> body)
    {
        string? lost = null;
        if (body.Span.IndexOf("urn:"u8) >= 0)
        {
            ResourceLinks.Rewrite(body, link =>
            {
                if (IsNowhere(link))
                    lost ??= Encoding.UTF8.GetString(link.Element);
                return null;
            });
        }

        return lost;
    }

    private int? Find(string link, string? its)
    {
        if (link is ['#', ..])
            return null;
        var version = link.IndexOf(Version, StringComparison.Ordinal);
        var name = version < 0 ? link : link[..version];
        if (name.Contains(':', StringComparison.Ordinal))
            return _named.TryGetValue(Key(name), out var named) ? named : null;
        if (!_byId.TryGetValue(name, out var there))
            return null;
        if (its is null)
            return Only(there);
        var near = there.FindAll(one => string.Equals(one.Base, its, StringComparison.Ordinal));
        return Only(near.Count > 0 ? near : there.FindAll(one => one.Base is null));
    }

    private static int? Only(List<(string? Base, int Change)> there) => there.Count > 0 && there.TrueForAll(one => one.Change == there[0].Change) ? there[0].Change : null;

    private void AddId(string reference, string? its, int at, RecordChange change)
    {
        // Here it has this name already, and its versions have theirs.
        if (its is not { Length: > 0 } && change is RecordChange.Update update && reference.EndsWith("/" + update.Id, StringComparison.Ordinal))
            return;
        if (!_byId.TryGetValue(reference, out var there))
            _byId.Add(reference, there = []);
        there.Add((its, at));
    }

    // Of http://server/base/Type/id the base and Type/id.
    private (string? Base, string? Reference) Split(string? fullUrl)
    {
        if (fullUrl is null)
            return default;
        var own = WrittenReferences.Own(fullUrl, root);
        var type = own.LastIndexOf('/') is > 0 and var slash ? own.LastIndexOf('/', slash - 1) : -2;
        if (type == -2 || !ResourceTypes.IsKnown(own[(type + 1)..own.LastIndexOf('/')]))
            return default;
        return type < 0 ? ("", own) : (own[..type], own[(type + 1)..]);
    }

    private static CanonicalResource? ResourceOf(RecordChange change) => change switch
    {
        RecordChange.Create create => create.Record.Resource,
        RecordChange.Update update => update.Record.Resource,
        _ => null,
    };

    private static bool IsNowhere(ResourceLink link) => link.IsReference && link.Text.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase);

    // The digits of a UUID know no case.
    private static string Key(string name) => name.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase) ? name.ToLowerInvariant() : name;
}
