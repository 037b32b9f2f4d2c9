using System.Diagnostics;
using Tasuki.Testing;

namespace Tasuki.Server.Tests.Marks;

/// <summary>
/// The server in a process of its own over a municipality's folder, as verbose as its settings allow, with a temporary folder and a log file of its own, so that
/// both can be searched, and so that it can be killed as a power cut would.
/// </summary>
internal sealed class MarkedServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _logged;

    private MarkedServer(Process process, Task logged, int port) => (_process, _logged, Port) = (process, logged, port);

    public int Port { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="folder">Gets <c>tmp</c> and <c>log</c>.</param>
    public static async Task<MarkedServer> Start(TestMunicipality town, string folder)
    {
        var (temporary, log) = (Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName, Directory.CreateDirectory(Path.Combine(folder, "log")).FullName);
        var port = FreePort.Next();
        var start = Begin("Tasuki.Server.dll", [
            .. town.Arguments(), $"--urls=http://127.0.0.1:{port}", "--environment=Test", "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace",
            "--Logging:LogLevel:Microsoft.EntityFrameworkCore=Trace",
        ]);
        start.Environment["TMPDIR"] = start.Environment["ASPNETCORE_TEMP"] = temporary;
        var process = Process.Start(start)!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var logged = Task.WhenAll(Copy(process.StandardOutput, Path.Combine(log, "output.log"), ready), Copy(process.StandardError, Path.Combine(log, "errors.log"), null));
        await ready.Task.WaitAsync(TimeSpan.FromMinutes(3), Cancel);
        return new MarkedServer(process, logged, port);
    }

    /// <summary>Runs <c>tasuki</c>; returns what it wrote.</summary>
    public static async Task<string> Command(params string[] arguments)
    {
        using var process = Process.Start(Begin("tasuki.dll", arguments))!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, await errors);
        return await output + await errors;
    }

    public Walker Visitor() => new(new Uri($"http://localhost:{Port}"), Port);

    /// <summary>SIGKILL: nothing is flushed, nothing is closed. The log is whole afterwards.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _logged;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await Kill();
        _process.Dispose();
    }

    private static ProcessStartInfo Begin(string program, IEnumerable<string> arguments) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };

    private static async Task Copy(StreamReader from, string path, TaskCompletionSource? ready)
    {
        await using var file = new StreamWriter(path);
        while (await from.ReadLineAsync(CancellationToken.None) is { } line)
        {
            await file.WriteLineAsync(line);
            await file.FlushAsync(CancellationToken.None);
            if (line.Contains("Application started", StringComparison.Ordinal))
                ready?.TrySetResult();
        }

        ready?.TrySetException(new InvalidOperationException($"The server ended before it was ready; see {path}."));
    }
}
