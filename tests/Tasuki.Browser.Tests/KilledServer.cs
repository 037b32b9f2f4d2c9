using System.Diagnostics;
using Tasuki.Kernel;
using Tasuki.Server.Municipalities;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>A server in a process of its own that can be killed as a power cut would, and started again on the same folder.</summary>
internal sealed class KilledServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-kill-").FullName;
    private Process? _process;

    public string DataFolder => Path.Combine(_folder, "data");

    public string Address { get; } = $"http://localhost:{FreePort.Next()}";

    public static async Task<KilledServer> Begin(CancellationToken cancel)
    {
        var server = new KilledServer();
        var municipality = new Municipality(MunicipalityId.Parse("test").Value, "たすき市", "たすき市", IsDemo: false);
        var described = MunicipalityFolder.Embedded(municipality, server.DataFolder, Path.Combine(server._folder, "ring"));
        Assert.True(described.Create().IsOk);
        await using (var made = (await RecordVault.Start(described.VaultOptions(create: true), TimeProvider.System, cancel)).Value)
        {
        }

        await server.Start(cancel);
        return server;
    }

    public async Task Start(CancellationToken cancel)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Tasuki.Server.dll"), $"--urls={Address}", $"--Tasuki:Data={DataFolder}", $"--Tasuki:Ring={Path.Combine(_folder, "ring")}", "--environment=Test",
        ])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _ = _process.StandardError.ReadToEndAsync(cancel);
        while (await _process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (line.Contains("Application started", StringComparison.Ordinal))
            {
                _ = _process.StandardOutput.ReadToEndAsync(cancel);
                return;
            }
        }

        Assert.Fail("The server ended before it was ready.");
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is closed.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await Kill();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
