using System.Data.Common;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteQuestionTests() : QuestionContract(StoreKind.Sqlite);

public sealed class PostgresQuestionTests() : QuestionContract(StoreKind.Postgres);

/// <summary>Questions may travel together; each asker gets their own answer, and their own failure.</summary>
public abstract class QuestionContract(StoreKind store)
{
    [Fact]
    public async Task A_thousand_askers_at_once_get_each_their_own_answer()
    {
        await using var test = await Start(store);
        var records = test.Vault.Parts.Records;
        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => Task.Run(() => Twice(records, i))));
        Assert.All(answers.Index(), answer => Assert.Equal((answer.Index, answer.Index * 2L), answer.Item));
    }

    [Fact]
    public async Task A_question_that_fails_fails_for_its_asker_alone()
    {
        await using var test = await Start(store);
        var records = test.Vault.Parts.Records;
        var asked = Enumerable.Range(0, 200).Select(i => Task.Run(() => i % 10 == 3 ? Failing(records) : Answered(records, i))).ToList();
        var answers = await Task.WhenAll(asked);
        Assert.All(answers.Index(), answer => Assert.Equal(answer.Index % 10 == 3 ? -1 : answer.Index, answer.Item));

        static async Task<long> Answered(Database records, long i) => (await Twice(records, i)).One;

        static async Task<long> Failing(Database records)
        {
            await Assert.ThrowsAnyAsync<DbException>(() => records.Ask(new Statement("select nothing_of_this_name from resident where resident_no = @a", ("@a", 1L)), row => row.GetInt64(0)));
            return -1;
        }
    }

    [Fact]
    public async Task A_value_goes_where_its_name_stands_and_a_name_in_a_text_stays_a_text()
    {
        await using var test = await Start(store);
        var rows = await test.Vault.Parts.Records.Ask(
            new Statement("select cast(@b as bigint), cast(@a as bigint), '@a', cast(@b as bigint) - cast(@ab as bigint)", ("@a", 1L), ("@ab", 5L), ("@b", 7L)),
            row => (row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3)));
        Assert.Equal([(7L, 1L, "@a", 2L)], rows);
        await Assert.ThrowsAnyAsync<Exception>(() => test.Vault.Parts.Records.Ask(new Statement("select cast(@missing as bigint)", ("@a", 1L)), row => row.GetInt64(0)));
        // The lane that carried the faulty one still works.
        Assert.Equal((3L, 6L), await Twice(test.Vault.Parts.Records, 3));
    }

    private static async Task<(long One, long Two)> Twice(Database records, long value)
    {
        var (first, second) = await records.Ask(
            new Statement("select cast(@a as bigint)", ("@a", value)), row => row.GetInt64(0),
            new Statement("select cast(@b as bigint) * 2", ("@b", value)), row => row.GetInt64(0));
        return (Assert.Single(first), Assert.Single(second));
    }
}
