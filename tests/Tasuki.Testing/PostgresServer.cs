using System.Diagnostics;
using Npgsql;

namespace Tasuki.Testing;

/// <summary>
/// A PostgreSQL for tests. <c>./test</c> starts one for all suites and names it in <c>TASUKI_TEST_POSTGRES</c> (a superuser's connection string); a suite run alone
/// starts its own in a temporary folder on a free loopback port and stops it. Each test takes databases of its own (<see cref="NewDatabase"/>).
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer?>> Shared = new(StartOrNull);
    private static int _databases;
    private readonly Process? _process;
    private readonly string? _folder;

    private PostgresServer(string connection, Process? process, string? folder)
    {
        Connection = connection;
        _process = process;
        _folder = folder;
    }

    public string Connection { get; }

    /// <summary>The server of this test process, or a skip that says what is missing.</summary>
    public static async Task<PostgresServer> Get()
    {
        var server = await Shared.Value;
        if (server is null)
            Missing.Tool("PostgreSQL 15");
        return server!;
    }

    /// <summary>Makes an empty database and returns its connection string.</summary>
    public async Task<string> NewDatabase(string hint)
    {
        var name = $"t{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}_{hint}";
        await using var connection = new NpgsqlConnection(Connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(Connection) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        await Run("kill", "-INT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    private static async Task<PostgresServer?> StartOrNull()
    {
        if (Environment.GetEnvironmentVariable("TASUKI_TEST_POSTGRES") is { Length: > 0 } given)
            return new PostgresServer(given, null, null);
        const string Binaries = "/usr/lib/postgresql/15/bin";
        if (!File.Exists($"{Binaries}/initdb"))
            return null;

        var folder = Directory.CreateTempSubdirectory("tasuki-pg-").FullName;
        var asRoot = string.Equals(Environment.UserName, "root", StringComparison.Ordinal);
        if (asRoot)
            await Run("chown", "postgres", folder);
        await RunAs(asRoot, $"{Binaries}/initdb", "-D", $"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        var port = FreePort.Next();
        var process = Start(asRoot, $"{Binaries}/postgres", "-D", $"{folder}/data", "-p", port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder}", "-c", "max_connections=200");
        var server = new PostgresServer($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres", process, folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        await UntilItAnswers(server.Connection, process);
        return server;
    }

    private static async Task UntilItAnswers(string connection, Process process)
    {
        for (var attempt = 0; attempt < 2_400; attempt++)
        {
            try
            {
                await using var probe = new NpgsqlConnection(connection);
                await probe.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (!process.HasExited)
            {
                // The server is not listening yet; the pause is of real time because it is a real process that starts.
                await Task.Delay(50);
            }
        }

        throw new InvalidOperationException("PostgreSQL did not answer within two minutes.");
    }

    private static Task RunAs(bool asRoot, string program, params string[] arguments) =>
        asRoot ? Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]) : Run(program, arguments);

    private static Process Start(bool asRoot, string program, params string[] arguments) =>
        asRoot ? Begin("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]) : Begin(program, arguments);

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Begin(program, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    private static Process Begin(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
