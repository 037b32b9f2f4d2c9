using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Tasuki.Bench.Faults;

/// <summary>A PostgreSQL of the fault run's own, in a temporary folder, that is killed without warning and started again on the same port.</summary>
internal sealed class PostgresProcess : IDisposable
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";
    private readonly string _folder;
    private readonly int _port;
    private Process? _process;

    private PostgresProcess(string folder, int port)
    {
        _folder = folder;
        _port = port;
    }

    public string Connection => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres");

    public static async Task<PostgresProcess> Make(CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-faults-").FullName;
        if (AsRoot)
            await Finish(Begin("chown", "postgres", folder), cancel);
        await Finish(BeginAsPostgres($"{Binaries}/initdb", "-D", $"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"), cancel);
        var made = new PostgresProcess(folder, FreePort());
        await made.Start(cancel);
        return made;
    }

    public async Task Start(CancellationToken cancel)
    {
        for (var again = 100; ;)
        {
            _process = BeginServer();
            while (!_process.HasExited)
            {
                try
                {
                    await using var probe = new NpgsqlConnection(Connection + ";Pooling=false");
                    await probe.OpenAsync(cancel);
                    return;
                }
                catch (NpgsqlException)
                {
                    // It recovers from its write-ahead log; real time, because it is a real process.
                    await Task.Delay(20, cancel);
                }
            }

            // A process that was born while the others were killed dies of itself when it misses its postmaster, and nothing starts before.
            if (again-- == 0)
                throw new InvalidOperationException($"PostgreSQL ended with {_process.ExitCode} at its start.");
            await Task.Delay(50, cancel);
        }
    }

    private Process BeginServer() => BeginAsPostgres(
        $"{Binaries}/postgres", "-D", $"{_folder}/data", "-p", _port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
        "-c", $"unix_socket_directories={_folder}", "-c", "max_connections=200", "-c", "fsync=on");

    /// <summary>Kill -9: the postmaster first, so that it cannot tidy up, then every process it had.</summary>
    public async Task Kill(CancellationToken cancel)
    {
        var children = ChildrenOf(_process!.Id);
        _process.Kill();
        foreach (var child in children)
        {
            try
            {
                using var one = Process.GetProcessById(child);
                one.Kill();
                await one.WaitForExitAsync(cancel);
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
            {
                // It ended by itself.
            }
        }

        await _process.WaitForExitAsync(cancel);
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            foreach (var child in ChildrenOf(_process.Id).Append(_process.Id))
                Begin("kill", "-9", child.ToString(CultureInfo.InvariantCulture)).WaitForExit();
            _process.WaitForExit();
        }

        Directory.Delete(_folder, recursive: true);
    }

    // Below the ports that the system gives by itself: while the server is down, nobody else gets its port.
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    private static bool AsRoot => string.Equals(Environment.UserName, "root", StringComparison.Ordinal);

    private static List<int> ChildrenOf(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process))
                continue;
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                if (int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture) == parent)
                    children.Add(process);
            }
            catch (IOException)
            {
                // The process ended while the list was read.
            }
        }

        return children;
    }

    private static Process BeginAsPostgres(string program, params string[] arguments) =>
        AsRoot ? Begin("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]) : Begin(program, arguments);

    private static async Task Finish(Process process, CancellationToken cancel)
    {
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}.");
    }

    private static Process Begin(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
