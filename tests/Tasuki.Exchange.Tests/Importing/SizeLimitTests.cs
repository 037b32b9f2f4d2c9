using System.Text;
using Tasuki.Exchange.Importing;
using Tasuki.Formats;
using Xunit;

namespace Tasuki.Exchange.Tests.Importing;

public sealed class SizeLimitTests
{
    private static readonly ReadLimits Limits = new() { XmlBytes = 1, JsonBytes = 2, NdjsonBytes = 3, ZipBytes = 4 };

    [Theory]
    [InlineData("<?xml version=\"1.0\"?>", 1)]
    [InlineData("\uFEFF \r\n<ClinicalDocument/>", 1)]
    [InlineData("just text", 1)]
    [InlineData("{\"a\":1}", 2)]
    [InlineData("{\n  \"a\": [{}, {}],\n  \"b\": \"}{\\\"{\"\n}\n", 2)]
    [InlineData("{\"a\":{}}\n{\"b\":1}", 3)]
    [InlineData("PK\u0003\u0004", 4)]
    public void The_kind_that_shows_in_the_bytes_sets_the_limit(string text, long limit)
    {
        var all = new SizeLimit(Limits);
        all.Observe(Encoding.UTF8.GetBytes(text));
        Assert.Equal(limit, all.Bytes);
    }

    [Fact]
    public void The_kind_does_not_depend_on_where_the_bytes_were_cut()
    {
        var bytes = Encoding.UTF8.GetBytes("{\"a\":\"x\\\\\\\"}{\"}\n{\"b\":1}\n");
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var limit = new SizeLimit(Limits);
            limit.Observe(bytes.AsSpan(0, cut));
            limit.Observe(bytes.AsSpan(cut));
            Assert.Equal(3, limit.Bytes);
        }
    }
}
