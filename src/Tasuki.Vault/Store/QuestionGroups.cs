using Npgsql;
using Tasuki.Kernel;

namespace Tasuki.Vault.Store;

/// <summary>Questions that wait at the same time share a round trip, one wake-up of the server and two system calls (see <see cref="Lanes{T}"/>).</summary>
internal sealed class QuestionGroups
{
    private const int LargestGroup = 32;

    private readonly PostgresDatabase _database;
    private readonly NpgsqlDataSource _source;
    private readonly Lanes<Question> _lanes;

    public QuestionGroups(PostgresDatabase database, NpgsqlDataSource source) =>
        (_database, _source, _lanes) = (database, source, new Lanes<Question>(LargestGroup, Answer));

    public Task Ask(Question question)
    {
        _lanes.Enter(question);
        return question.Answered;
    }

    private async Task Answer(IReadOnlyList<Question> group)
    {
        try
        {
            await Send(group);
            Lanes<Question>.Wake(group, static question => question.Done());
        }
        catch (PostgresException) when (group.Count > 1)
        {
            // One statement of the group failed, and the server answers none behind it: whose it was shows when each is asked alone.
            foreach (var question in group)
            {
                question.Forget();
                await Answer([question]);
            }
        }
#pragma warning disable CA1031 // Whatever it was, the askers learn it, and the lane goes on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Lanes<Question>.Wake(group, question => question.Failed(failure));
        }
    }

    private async Task Send(IReadOnlyList<Question> group)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        foreach (var statement in group.SelectMany(question => question.Statements))
        {
            var command = batch.CreateBatchCommand();
            _database.Fill(command, statement);
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var question in group)
        {
            for (var i = 0; i < question.Statements.Count; i++)
            {
                while (await reader.ReadAsync())
                    question.Take(i, reader);
                await reader.NextResultAsync();
            }
        }
    }
}
