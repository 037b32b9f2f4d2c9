using System.Diagnostics;
using System.Text;
using Tasuki.Formats.SpecificCheckup;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class SpecificCheckupFuzzTests
{
    [Theory]
    [InlineData("individual.xml", 1)]
    [InlineData("prefixed.xml", 2)]
    [InlineData("employer-shift-jis.xml", 3)]
    [InlineData("late-elderly-utf-16.xml", 4)]
    [InlineData("screenings-euc-jp.xml", 5)]
    [InlineData("odd-values.xml", 6)]
    public async Task Damaged_bytes_end_in_items_or_in_one_stop(string name, int seed)
    {
        var original = Fixture.Bytes(name);
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var bytes = Damage(original, random);
            SpecificCheckupReader.LooksLike(bytes.AsSpan(0, Math.Min(bytes.Length, 4096)));
            var clock = Stopwatch.StartNew();
            var items = await Fixture.Read(bytes, name);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(120), $"Round {round} took {clock.Elapsed}.");
            Assert.NotEmpty(items);
            Assert.DoesNotContain(items.Take(items.Count - 1), item => item is ReadStopped);
            Assert.All(items, item => Assert.Equal(name, item.Position.File));
        }
    }

    [Fact]
    public async Task Large_hostile_files_are_read_in_bounded_time_and_memory()
    {
        const int Size = 8 << 20;
        var open = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><component><structuredBody><component><section>";
        string[] bodies =
        [
            Repeat("<entry/>", Size),
            Repeat("<entry><observation><code code=\"X\"/></observation></entry>", Size),
            "<entry><observation><code code=\"9N511000000000049\"/><value>" + Repeat("a<!---->", Size - 200),
            "<text>" + Repeat("<![CDATA[x]]>", Size - 200),
            "<entry a=\"" + new string('1', Size - 200) + "\"/>",
            "<entry><observation><code code=\"9N001000000000001\"/><value value=\"" + new string('1', Size - 400) + "\"/></observation></entry>",
            "<entry " + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a{i}=\"\" ")) + "/>",
        ];
        foreach (var body in bodies)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            var items = await Fixture.ReadText(open + body);
            Assert.IsType<ReadStopped>(items[^1]);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(300), $"{body[..20]} took {clock.Elapsed}.");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2L << 30, $"{body[..20]} allocated {GC.GetAllocatedBytesForCurrentThread() - before:N0} bytes.");
        }
    }

    private static string Repeat(string part, int size)
    {
        var text = new StringBuilder(size);
        while (text.Length + part.Length < size - 200)
            text.Append(part);
        return text.ToString();
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = new List<byte>(original);
        var wounds = 1 + random.Next(6);
        for (var i = 0; i < wounds && bytes.Count > 16; i++)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, original[..random.Next(1, Math.Min(80, original.Length))]);
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes[at] = (byte)"<>\"'&=/ 0"[random.Next(9)];
                    break;
                default:
                    var from = random.Next(original.Length);
                    bytes.InsertRange(at, original[from..Math.Min(original.Length, from + random.Next(1, 200))]);
                    break;
            }
        }

        return [.. bytes];
    }
}
