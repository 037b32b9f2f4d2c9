namespace Tasuki.Testing;

/// <summary>A tool a suite needs and this machine lacks: the test is skipped aloud, and under CI it fails.</summary>
public static class Missing
{
    public static void Tool(string name)
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
            Xunit.Assert.Fail($"{name} is not here, and under CI every suite must run.");
        Xunit.Assert.Skip($"{name} not here (./test installs it)");
    }
}
