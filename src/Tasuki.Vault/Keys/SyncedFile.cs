using System.Runtime.InteropServices;

namespace Tasuki.Vault.Keys;

/// <summary>
/// Replaces a small file so that a crash leaves the old or the new one, readable by its owner alone. The bytes of the old one are overwritten where they lay: best
/// effort, since a file system or a disk may have kept them elsewhere.
/// </summary>
internal static class SyncedFile
{
    public static void Write(string path, byte[] bytes)
    {
        var beside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(beside, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        using var old = OpenOld(path);
        File.Move(beside, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (old is null)
            return;
        old.Write(new byte[old.Length]);
        old.Flush(flushToDisk: true);
    }

    /// <summary>Makes the names in a folder durable: a rename alone may be lost with the power.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(folder + '\0', flags: 0);
        if (handle < 0)
            throw new IOException($"The folder cannot be opened to be synced (error {Marshal.GetLastPInvokeError()}).");
        var failed = Sync(handle) != 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Close(handle);
        if (failed != 0)
            throw new IOException($"The folder cannot be synced (error {failed}).");
    }

    // An open handle outlives the rename; on Windows it would forbid it.
    private static FileStream? OpenOld(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete) : null;

    private static int Open(string folder, int flags) => OpenFolder(System.Text.Encoding.UTF8.GetBytes(folder), flags);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFolder(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}
