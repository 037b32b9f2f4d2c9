using System.Data.Common;

namespace Tasuki.Vault.Store;

/// <summary>
/// What one asker wants to know: one statement or a few, with few rows, in one round trip. The rows are read at once and nothing is done with them meanwhile:
/// another's question may wait behind them on the same connection. Asking takes no lock and changes nothing, so it may be asked again.
/// </summary>
/// <param name="forget">Called before the question is asked once more: what was taken so far does not count.</param>
/// <param name="take">Called with the place of the statement for each row of its answer.</param>
internal sealed class Question(IReadOnlyList<Statement> statements, Action forget, Action<int, DbDataReader> take)
{
    private readonly TaskCompletionSource _answered = new();

    public IReadOnlyList<Statement> Statements => statements;

    public Task Answered => _answered.Task;

    public void Take(int statement, DbDataReader row) => take(statement, row);

    public void Forget() => forget();

    /// <summary>Runs what the asker does next, on this thread.</summary>
    public void Done() => _answered.TrySetResult();

    public void Failed(Exception failure) => _answered.TrySetException(failure);
}
