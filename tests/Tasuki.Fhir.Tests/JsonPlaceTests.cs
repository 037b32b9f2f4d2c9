using System.Text;

namespace Tasuki.Fhir.Tests;

/// <summary>What is no JSON is named by line and column, a column counting characters.</summary>
public sealed class JsonPlaceTests
{
    [Theory]
    [InlineData("{\"resourceType\":\"Patient\",\n \"gender\":\"male\",\"gender\":\"female\"}", "resource.duplicate", 2, 18)]
    [InlineData("{\"resourceType\":\"Patient\",\n \"name\":[{\"text\":\"花\",\"text\":\"x\"}]}", "resource.duplicate", 2, 22)]
    [InlineData("{\"resourceType\":\"Patient\",\"gender\":\"male\",\"\\u0067ender\":\"female\"}", "resource.duplicate", 1, 43)]
    [InlineData("{\"resourceType\":\"Patient\",\n \"name\":[{\"text\":\"花子\"},,]}", "resource.json", 2, 24)]
    [InlineData("{\"resourceType\":\"Patient\"", "resource.json", 1, 26)]
    public void The_place_is_told(string json, string code, int line, int column)
    {
        var refused = CanonicalResource.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Equal(code, refused.Error?.Code);
        Assert.Contains($"(line {line}, column {column})", refused.Error!.Message, StringComparison.Ordinal);
    }
}
