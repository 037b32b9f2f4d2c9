using System.Collections.Frozen;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Text;
using Tasuki.Web;

namespace Tasuki.Compliance.Purposes;

/// <summary>Keys of texts for what has a code or comes from a form, and what stands of a purpose on a page.</summary>
internal static class PurposesWords
{
    /// <summary>The codes that have a text, <c>problem-CODE</c>.</summary>
    public static readonly FrozenSet<string> Problems = FrozenSet.ToFrozenSet(
    [
        "purpose.text", "purpose.needs", "purpose.basis", "purpose.improvement", "purpose.basis-name", "purpose.basis-place", "purpose.code", "purpose.there", "purpose.missing",
        "purpose.moved", "purpose.ground", "purpose.harm", "purpose.relation", "purpose.same", "purpose.ended", "mynumber.found",
        "erasure.moved", "erasure.same-person",
    ], StringComparer.Ordinal);

    public static string Problem(Error error) => Problems.Contains(error.Code) ? $"problem-{error.Code}" : "problem-other";

    public static BasisKind Basis(string? name) => Enum.TryParse<BasisKind>(name, out var kind) && Enum.IsDefined(kind) ? kind : BasisKind.None;

    public static OtherUseGround Ground(string? name) => Enum.TryParse<OtherUseGround>(name, out var ground) && Enum.IsDefined(ground) ? ground : OtherUseGround.None;

    public static IReadOnlyList<DataCategory> Categories(IEnumerable<string>? names) =>
        [.. (names ?? []).Select(n => Enum.TryParse<DataCategory>(n, out var c) && Enum.IsDefined(c) ? c : (DataCategory?)null).OfType<DataCategory>().Distinct()];

    public static string Text(PurposeRow row, Language language) =>
        language.Reading switch { ReadingLanguage.English => row.English, ReadingLanguage.EasyJapanese => row.Easy, _ => row.Japanese };

    public static string Basis(PurposeRow row) => row.Basis is BasisKind.None ? "—" : VisibleText.Of($"{row.BasisName} {row.BasisPlace}");
}
