using System.Security.Cryptography;
using Tasuki.Kernel;

namespace Tasuki.Vault.Backup;

/// <summary>
/// Refuses targets that are one: whoever finds records, keys and ring together has everything. Names lie (links, mounts), so a mark is put into each and looked for in the
/// others and in every folder around them.
/// </summary>
internal static class ThreePlaces
{
    public static Result<Done> Check(BackupTargets targets, IEnumerable<string> own)
    {
        var places = targets.All.Select(Real).ToArray();
        var missing = Array.FindIndex(places, p => !Directory.Exists(p));
        if (missing >= 0)
            return new Error("backup.target", $"The target {targets.All.ElementAt(missing)} is no folder. Make it, or mount what should be there.");
        foreach (var place in places)
        {
            if (own.Select(Real).FirstOrDefault(folder => Holds(folder, place)) is { } inside)
                return new Error("backup.target", $"The target {place} lies inside {inside}, which is what is backed up. Name a place elsewhere.");
            var mark = Path.Combine(place, $".tasuki-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
            File.WriteAllBytes(mark, []);
            try
            {
                foreach (var other in places.Where(other => !ReferenceEquals(other, place)))
                {
                    for (var folder = other; folder is not null; folder = Path.GetDirectoryName(folder))
                    {
                        if (File.Exists(Path.Combine(folder, Path.GetFileName(mark))))
                            return new Error("backup.one-target", $"The targets {other} and {place} are one place, or one lies inside the other. Records, keys and ring go to three places.");
                    }
                }
            }
            finally
            {
                File.Delete(mark);
            }
        }

        return Done.Yes;
    }

    private static bool Holds(string folder, string path) =>
        string.Equals(folder, path, StringComparison.Ordinal) || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Every link on the way is followed.
    private static string Real(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } above)
            return full;
        var here = Path.Combine(Real(above), Path.GetFileName(full));
        return Directory.Exists(here) && Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? Real(target.FullName) : here;
    }
}
