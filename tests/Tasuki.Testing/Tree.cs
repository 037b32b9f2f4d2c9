namespace Tasuki.Testing;

/// <summary>The project's own tree, for tests that read it.</summary>
public static class Tree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tasuki.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests run outside the project's tree.");
    }
}
