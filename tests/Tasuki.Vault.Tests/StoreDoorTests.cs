using Tasuki.Vault.Store;
using Xunit;

namespace Tasuki.Vault.Tests;

/// <summary>From where a store is reached, by what it says of itself.</summary>
public sealed class StoreDoorTests
{
    [Theory]
    [InlineData("", "localhost", false, StoreReach.Here)]
    [InlineData("127.0.0.1", "127.0.0.1, ::1", false, StoreReach.Here)]
    [InlineData("10.1.2.3", "10.1.2.3", true, StoreReach.Inside)]
    [InlineData("172.20.0.2", "db", true, StoreReach.Inside)]
    [InlineData("192.168.0.9", "192.168.0.9", false, StoreReach.InClear)]
    [InlineData("172.32.0.2", "db", true, StoreReach.Outside)]
    [InlineData("10.1.2.3", "*", true, StoreReach.Outside)]
    [InlineData("127.0.0.1", "127.0.0.1,203.0.113.7", false, StoreReach.Outside)]
    [InlineData("2001:db8::7", "2001:db8::7", true, StoreReach.Outside)]
    [InlineData("fd00::7", "fd00::7", true, StoreReach.Inside)]
    public void A_database_says_itself_from_where_it_is_reached(string address, string listens, bool encrypted, StoreReach reach) =>
        Assert.Equal(reach, StoreDoor.ReachOf(address, listens, encrypted));

    [Fact, System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_file_every_user_of_the_machine_can_open_is_no_inner_store()
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-door-");
        var file = Path.Combine(folder.FullName, "records.db");
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Equal(StoreReach.Here, StoreDoor.OfFile("records", file).Reach);
        File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        Assert.Equal(StoreReach.OtherUsers, StoreDoor.OfFile("records", file).Reach);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(StoreReach.Here, StoreDoor.OfFile("records", file).Reach);
        folder.Delete(recursive: true);
    }
}
