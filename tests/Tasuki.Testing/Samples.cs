namespace Tasuki.Testing;

/// <summary>
/// Files that nobody on this project wrote, kept beside the project in <c>../shared/samples</c>. A test that only lacks them is skipped and says so;
/// the project's own fixtures cover the same ground.
/// </summary>
public static class Samples
{
    public static string Root { get; } = Find();

    public static bool Here => Root.Length > 0;

    /// <summary>The path of a sample. Skips the test when the samples are not here.</summary>
    public static string Path(string relative)
    {
        if (!Here)
            Xunit.Assert.Skip("samples not here");
        return System.IO.Path.Combine(Root, relative);
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var samples = System.IO.Path.Combine(folder.FullName, "shared", "samples");
            if (Directory.Exists(samples))
                return samples;
        }

        return "";
    }
}
