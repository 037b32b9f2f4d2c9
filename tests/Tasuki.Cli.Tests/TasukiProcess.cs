using System.Diagnostics;
using System.Text;

namespace Tasuki.Cli.Tests;

/// <summary>The command <c>tasuki</c> as a process of its own, as an operator starts it.</summary>
internal static class TasukiProcess
{
    public static ProcessStartInfo Command(params string[] arguments) => new("dotnet", [Path.Combine(AppContext.BaseDirectory, "tasuki.dll"), .. arguments])
    {
        UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
    };

    public static Task<(int Code, string Output, string Errors)> Run(params string[] arguments) => Run(Command(arguments));

    public static async Task<(int Code, string Output, string Errors)> Run(ProcessStartInfo command)
    {
        using var process = Process.Start(command)!;
        var cancel = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output, await errors);
    }
}
