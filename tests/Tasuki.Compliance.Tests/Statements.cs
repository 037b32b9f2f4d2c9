using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tasuki.Data;

namespace Tasuki.Compliance.Tests;

/// <summary>Counts the statements one site sends to its tables, while others of the same process are at work.</summary>
internal sealed class Statements : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly List<IDisposable> _heard = [];
    private readonly string _database;
    private int _count;

    public Statements(RegimeSite site)
    {
        var options = site.Services.GetRequiredService<DataOptions>();
        _database = options.Store is DataStore.Sqlite ? options.Connection : new NpgsqlConnectionStringBuilder(options.Connection).Database!;
        _heard.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    public int Count => Volatile.Read(ref _count);

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == Microsoft.EntityFrameworkCore.DbLoggerCategory.Name)
            _heard.Add(value.Subscribe(this));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == RelationalEventId.CommandExecuting.Name && value.Value is CommandEventData { Command.Connection: { } connection } && (connection is SqliteConnection ? connection.DataSource : connection.Database) == _database)
            Interlocked.Increment(ref _count);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var heard in _heard)
            heard.Dispose();
    }
}
