using System.Security.Cryptography;
using System.Text;
using Tasuki.Exchange.Importing;
using Xunit;

namespace Tasuki.Exchange.Tests.Importing;

public sealed class SpoolTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly SpoolFolder _spools;

    public SpoolTests() => _spools = new SpoolFolder(new ExchangeOptions { Spools = _folder.Path, Scanner = "off" });

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(200_000)]
    public async Task What_was_spooled_is_read_back_from_any_position(int size)
    {
        var cancel = TestContext.Current.CancellationToken;
        var bytes = RandomNumberGenerator.GetBytes(size);
        var sha = await Spool("a", bytes);
        Assert.Equal(SHA256.HashData(bytes), sha);

        await using var stream = _spools.Open("a", _key, size).Value;
        var whole = new byte[size];
        await stream.ReadExactlyAsync(whole, cancel);
        Assert.Equal(bytes, whole);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], cancel));
        foreach (var position in new[] { size - 1, size / 2, 0 })
        {
            stream.Position = position;
            Assert.Equal(bytes[position], stream.ReadByte());
        }
    }

    [Fact]
    public async Task Nothing_plain_lies_on_the_disk()
    {
        var mark = Encoding.UTF8.GetBytes("この血圧は一三八でした");
        await Spool("a", [.. Enumerable.Repeat(mark, 20_000).SelectMany(m => m)]);
        foreach (var file in Directory.EnumerateFiles(_folder.Path))
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan().IndexOf(mark));
    }

    [Fact]
    public async Task A_spool_that_was_cut_off_swapped_or_altered_does_not_open()
    {
        var bytes = RandomNumberGenerator.GetBytes(150_000);
        await Spool("a", bytes);
        await Spool("b", bytes);
        var path = Path.Combine(_folder.Path, "a.spool");
        var good = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        const int Chunk = 65_536 + 28;

        await Written([.. good[..Chunk]], size: 65_536);
        await Written([.. good[Chunk..(2 * Chunk)], .. good[..Chunk], .. good[(2 * Chunk)..]], size: 150_000);
        await Written([.. good[..100], (byte)(good[100] ^ 1), .. good[101..]], size: 150_000);
        await Written(await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "b.spool"), TestContext.Current.CancellationToken), size: 150_000);

        async Task Written(byte[] wrong, long size)
        {
            await File.WriteAllBytesAsync(path, wrong, TestContext.Current.CancellationToken);
            await using var stream = _spools.Open("a", _key, size).Value;
            Assert.Throws<IOException>(() => stream.ReadExactly(new byte[(int)size]));
        }
    }

    [Fact]
    public void A_hold_is_seen_until_it_is_let_go()
    {
        using (_spools.Hold("a"))
            Assert.True(_spools.IsHeld("a"));
        Assert.False(_spools.IsHeld("a"));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    private async Task<byte[]> Spool(string id, byte[] bytes)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var writer = _spools.Create(id, _key);
        for (var at = 0; at < bytes.Length; at += 50_000)
            await writer.Write(bytes.AsMemory(at, Math.Min(50_000, bytes.Length - at)), cancel);
        return await writer.Complete(cancel);
    }
}

internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tasuki-exchange-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
