using System.Buffers;
using System.Text;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Bulk;

/// <summary>What was deleted since, as the Bundles of the manifest's <c>deleted</c>: a transaction of DELETE entries in each line.</summary>
internal static class DeletedRecords
{
    public const string Kind = "deleted";

    private const int InOneBundle = 100;
    private const int PageSize = 1_000;

    /// <param name="types">Those open without a condition: whether a deleted record met one cannot be told.</param>
    public static async Task Add(ResidentLines lines, Session session, IReadOnlyList<string> types, DateTimeOffset since, CancellationToken cancel)
    {
        if (types.Count == 0)
            return;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var deleted = new List<string>();
        string? after = null;
        do
        {
            // Newest first: the first version that is seen of a record is the one that stands.
            var page = await session.History(null, types, since, PageSize, after, cancel);
            if (!page.IsOk)
                throw new InvalidOperationException(page.Error.Message);
            deleted.AddRange(page.Value.Versions.Where(version => seen.Add(version.Id) && version.Record is null).Select(version => $"{version.Type}/{version.Id}"));
            after = page.Value.Next;
        }
        while (after is not null);
        foreach (var some in deleted.Chunk(InOneBundle))
            lines.Add(Kind, output => output.Write(Encoding.UTF8.GetBytes(Bundle(some))));
    }

    // Types and ids are ASCII without anything to escape.
    private static string Bundle(string[] references) =>
        "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + string.Join(',', references.Select(one => $"{{\"request\":{{\"method\":\"DELETE\",\"url\":\"{one}\"}}}}")) + "]}";
}
